import { describe, expect, test } from 'vitest';
import { renderProblem } from '#domain/file-problem.ts';
import { readCampaignFile } from '#domain/read-campaign-file.ts';
import { launch } from '../commands/a-context.ts';

function problems(text: string): string[] {
  const reading = readCampaignFile(text, 'atlas.yaml');
  return reading.kind === 'read' ? [] : reading.problems.map(renderProblem);
}

/** The launch with one line replaced. */
function but(line: string | RegExp, by: string): string {
  const changed = launch.replace(line, by);
  expect(changed).not.toBe(launch);
  return changed;
}

test('a whole file is read, and its values keep their places', () => {
  const reading = readCampaignFile(launch, 'atlas.yaml');
  if (reading.kind !== 'read') throw new Error(reading.problems.map(renderProblem).join('\n'));
  expect(Object.keys(reading.source.file.calls)).toEqual(['trial', 'demo']);
  const path = ['burst', 'legs', 'mastodon', 'text'];
  expect(reading.source.problem({ path, message: 'm' })).toEqual({
    file: 'atlas.yaml',
    line: 23,
    field: 'burst.legs.mastodon.text',
    message: 'm',
  });
});

test('JSON of the same shape is read alike', () => {
  const reading = readCampaignFile(launch, 'atlas.yaml');
  const file = reading.kind === 'read' ? reading.source.file : undefined;
  const json = readCampaignFile(JSON.stringify(file, null, '\t'), 'atlas.json');
  expect(json.kind === 'read' && json.source.file).toEqual(file);
});

describe('every refusal names file, line and field', () => {
  test.each([
    {
      name: 'an unknown field',
      text: but('offer:', 'ofer:'),
      want: 'atlas.yaml:2: ofer: nothing is called "ofer" here',
    },
    {
      name: 'an unknown field of a leg',
      text: but('late: 2h', 'lat: 2h'),
      want: 'atlas.yaml:19: burst.legs.prospects.lat: nothing is called "lat" here',
    },
    {
      name: 'a field of another kind of leg',
      text: but('      calls: trial\n', '      calls: trial\n      subject: x\n'),
      want: 'atlas.yaml:23: burst.legs.mastodon.subject: nothing is called "subject" here',
    },
    {
      name: 'a leg that does not say which call it carries',
      text: but('      calls: trial\n', ''),
      want: 'atlas.yaml:20: burst.legs.mastodon.calls: this leg does not say which call it carries: name one, for instance `calls: trial`',
    },
    {
      name: 'an email leg that does not either',
      text: but('      calls: split\n', ''),
      want: 'atlas.yaml:12: burst.legs.prospects.calls: this leg does not say which call it carries: name one, for instance `calls: trial`',
    },
    {
      name: 'a missing text',
      text: but(/ {6}text: .*\n/, ''),
      want: 'atlas.yaml:20: burst.legs.mastodon.text: this is missing',
    },
    {
      name: 'brackets inside each other without end',
      text: `${'{a: '.repeat(20_000)}1${'}'.repeat(20_000)}`,
      want: 'atlas.yaml:1: this is nested too deeply to be read',
    },
    {
      name: 'missing calls',
      text: but(/calls:\n.*\n.*\n/, ''),
      want: 'atlas.yaml:1: calls: this is missing',
    },
    {
      name: 'a number for a text',
      text: but('say: Start your free trial', 'say: 3'),
      want: 'atlas.yaml:7: calls.trial.say: a text is wanted here',
    },
    {
      name: 'a malformed name',
      text: but('  demo:', '  "Demo 1":'),
      want: 'atlas.yaml:8: calls.Demo 1: a name is 1 to 40 of a-z, 0-9, - and _, beginning and ending with a-z or 0-9',
    },
    {
      name: 'a malformed id',
      text: but('campaign: atlas-launch', 'campaign: Atlas Launch'),
      want: 'atlas.yaml:1: campaign: an id is 1 to 64 of a-z, 0-9 and -, beginning and ending with a-z or 0-9',
    },
    {
      name: 'a malformed duration',
      text: but('late: 2h', 'late: soon'),
      want: 'atlas.yaml:19: burst.legs.prospects.late: write a time such as 90s, 2h or 7d',
    },
    {
      name: 'a word that is none of the choices',
      text: but('if-not-ready: drop', 'if-not-ready: maybe'),
      want: 'atlas.yaml:25: burst.legs.mastodon.if-not-ready: write hold, drop, go',
    },
    {
      name: 'an approval nobody understands',
      text: but('burst:\n', 'burst:\n  approval: two people\n'),
      want: 'atlas.yaml:10: burst.approval: write none, second person, or second person above 5000',
    },
    {
      name: 'a goal of nothing',
      text: but('target: 400', 'target: 0'),
      want: 'atlas.yaml:3: goal.target: this is too little (at least 1)',
    },
    {
      name: 'half a person',
      text: but('target: 400', 'target: 1.5'),
      want: 'atlas.yaml:3: goal.target: a whole number is wanted here',
    },
    {
      name: 'wording beyond measure',
      text: but('Start your free trial', 'x'.repeat(201)),
      want: 'atlas.yaml:7: calls.trial.say: this is too much (at most 200 characters)',
    },
    {
      name: 'a line break in a subject',
      text: but('subject: Atlas 2 is here', 'subject: "Atlas\\r\\nBcc: x@example.org"'),
      want: 'atlas.yaml:17: burst.legs.prospects.subject: a line break or control character cannot stand here',
    },
    {
      name: 'an image without a description',
      text: but(', alt: The Atlas board at nine in the morning', ''),
      want: 'atlas.yaml:24: burst.legs.mastodon.image.alt: this is missing',
    },
    {
      name: 'a file elsewhere',
      text: but('body: launch.md', 'body: ../../etc/passwd'),
      want: 'atlas.yaml:18: burst.legs.prospects.body: a file name has no "..", no drive and no scheme',
    },
    {
      name: 'a file from the root',
      text: but('body: launch.md', 'body: /etc/passwd'),
      want: 'atlas.yaml:18: burst.legs.prospects.body: a file is named relative to the campaign file',
    },
  ])('$name', ({ text, want }) => {
    expect(problems(text)).toContain(want);
  });

  test.each([
    [
      'a video',
      but('image: {', 'video: {'),
      'atlas.yaml:24: burst.legs.mastodon.video: not yet: videos',
    ],
  ])('what is still to come is refused by name: %s', (_name, text, want) => {
    expect(problems(text)).toContain(want);
  });

  test.each([
    ['broken YAML', 'campaign: [a', /^atlas\.yaml:1: /],
    ['a tab for indentation', 'burst:\n\tat: now\n', /^atlas\.yaml:2: Tabs are not allowed/],
    [
      'the same field twice',
      `${launch}links: x.example.com\n`,
      /^atlas\.yaml:26: Map keys must be unique/,
    ],
    ['a tag', 'campaign: !!js/function "x"\ncalls: {}\n', /^atlas\.yaml:1: Unresolved tag/],
    ['an alias', 'campaign: &a x\noffer: *a\n', /^atlas\.yaml:2: aliases/],
    ['a list', '- a\n- b\n', /^atlas\.yaml:1: a campaign file is a block of fields/],
    ['nothing', '  \n', /^atlas\.yaml: the file is empty/],
    ['two documents', `${launch}---\n${launch}`, /^atlas\.yaml:\d+: /],
    [
      'a file beyond measure',
      `# ${'x'.repeat(256 * 1024)}`,
      /^atlas\.yaml: the file is too large \(at most 262144 bytes\)/,
    ],
  ])('%s', (_name, text, want) => {
    expect(problems(text)[0]).toMatch(want);
  });

  test('all problems are told at once', () => {
    const text = but('late: 2h', 'late: soon')
      .replace('offer:', 'ofer:')
      .replace('target: 400', 'target: many');
    expect(problems(text)).toHaveLength(3);
  });
});

test.each(['__proto__', 'constructor', 'toString'])(
  'a field called %s is nothing special',
  (name) => {
    expect(problems(`${launch}${name}: { x: 1 }\n`)).toHaveLength(1);
  },
);

test('a billion laughs are refused in no time', () => {
  const text = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...Array.from({ length: 9 }, (_, index) => {
      const [one, two] = ['abcdefghij'[index], 'abcdefghij'[index + 1]];
      return `${two}: &${two} [${`*${one},`.repeat(9)}]`;
    }),
  ].join('\n');
  const from = performance.now();
  expect(problems(text)[0]).toMatch('aliases');
  expect(performance.now() - from).toBeLessThan(200);
});
