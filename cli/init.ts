// `volley init NAME`: a campaign folder to begin with, its file commented line by line.

import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseDestination } from '#domain/destination.ts';
import {
  actOptions,
  type Command,
  CommandFailure,
  exitCodes,
  flag,
  needed,
  parse,
  text,
} from './command.ts';
import { answer } from './screen.ts';

const USAGE = 'init NAME [--list FILE.csv] [--text FILE.md]';
const options = {
  list: {
    type: 'string',
    value: 'FILE',
    about: 'a CSV of people with a column email; copied there',
  },
  text: { type: 'string', value: 'FILE', about: 'the body of the email; copied there' },
  from: { type: 'string', value: 'SENDER', about: '"Nora at Example <nora@example.com>"' },
  to: { type: 'string', value: 'URL', about: 'where the call leads' },
  say: { type: 'string', value: 'TEXT', about: 'what the call says' },
  subject: { type: 'string', value: 'TEXT', about: 'of the email' },
  'dry-run': actOptions['dry-run'],
} as const;

export const init: Command = {
  usage: USAGE,
  about: 'a campaign folder to begin with, every line explained',
  more: `Makes NAME/campaign.yaml, NAME/body.md and NAME/people.csv; what exists is never overwritten.
A text without {call} gets one at its end.`,
  options,
  examples: [
    'volley init spring --list ~/people.csv --text ~/hello.md',
    'volley audience import spring/people.csv',
    'volley send spring/campaign.yaml --at 20:00',
  ],
  run: async (args) => {
    const parsed = parse(args, options);
    const folder = needed(parsed, USAGE, 'name');
    const name = basename(folder).toLowerCase().replaceAll('_', '-');
    if (!/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(name)) {
      const limit = '1 to 64 of a-z, 0-9 and -';
      throw new CommandFailure(`"${name}" is no name of a campaign: ${limit}`, exitCodes.usage);
    }
    const [list, body] = [text(parsed, 'list'), text(parsed, 'text')];
    const listName = list === undefined ? 'people.csv' : basename(list);
    if (list !== undefined) read(list);
    const bodyText = body === undefined ? BODY : withCall(read(body));
    const said: Said = {
      name,
      list: listName,
      from: text(parsed, 'from') ?? 'Nora at Example <nora@example.com>',
      say: text(parsed, 'say') ?? 'See what is new',
      to: destination(text(parsed, 'to')) ?? 'https://example.com/new?ref={click}',
      subject: text(parsed, 'subject') ?? firstLine(bodyText),
    };
    const files: [string, string][] = [
      ['campaign.yaml', campaignText(said)],
      ['body.md', bodyText],
      ...(list === undefined ? [[listName, PEOPLE] as [string, string]] : []),
    ];
    const made = [...files.map(([file]) => file), ...(list === undefined ? [] : [listName])];
    refuseExisting(folder, made);
    const isDry = flag(parsed, 'dry-run');
    if (!isDry) write(folder, files, list);
    const paths = made.map((file) => join(folder, file));
    const wrote = isDry ? 'would write' : 'wrote';
    answer(parsed.json, { campaign: name, files: paths }, [
      ...paths.map((path) => `${wrote} ${path}`),
      `then: volley audience import ${join(folder, listName)}`,
      `      volley send ${join(folder, 'campaign.yaml')} --at 20:00`,
    ]);
    return exitCodes.done;
  },
};

interface Said {
  readonly name: string;
  readonly list: string;
  readonly from: string;
  readonly say: string;
  readonly to: string;
  readonly subject: string;
}

function refuseExisting(folder: string, files: readonly string[]): void {
  const there = files.map((file) => join(folder, file)).find((path) => existsSync(path));
  if (there === undefined) return;
  throw new CommandFailure(`${there} is there already: nothing was written`);
}

function write(
  folder: string,
  files: readonly (readonly [name: string, content: string])[],
  list: string | undefined,
): void {
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of files) writeFileSync(join(folder, file), content);
  if (list !== undefined) copyFileSync(list, join(folder, basename(list)));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new CommandFailure(`there is no file ${path}`, exitCodes.usage);
  }
}

/** Throws CommandFailure where it is none, before a file with it is written. */
function destination(to: string | undefined): string | undefined {
  if (to === undefined) return undefined;
  const read = parseDestination(to);
  if (read.kind === 'destination') return to;
  throw new CommandFailure(`--to ${to}: ${read.message}`, exitCodes.usage);
}

function withCall(body: string): string {
  return body.includes('{call}') ? body : `${body.trimEnd()}\n\n{call}\n`;
}

/** Without markup and placeholders: somebody will look at it before it is sent. */
function firstLine(body: string): string {
  const lines = body.split('\n').map((line) => line.replace(/^#+\s*/, '').trim());
  const line = lines.find((one) => one !== '' && !one.includes('{')) ?? 'News';
  return line.replace(/[*_`]/g, '').slice(0, 120);
}

/** Double quotes are YAML's own, so that no character of the value means anything else. */
function quoted(value: string): string {
  return JSON.stringify(value);
}

function campaignText({ name, list, from, say, to, subject }: Said): string {
  return `# What is said, to whom and when. volley check shows what it comes to, every default included.
campaign: ${name}
# offer: One line on what this is about, for yourselves.
# goal: { count: signup, target: 400, within: 7d }   # one goal judges every call
# notify: [ops@example.com]                          # who hears when a person is needed

# What the reader is asked to do. With two or more calls and "calls: split" chance decides who gets
# which, and the results say which worked best. {click} passes our click id on.
calls:
  main: { say: ${quoted(say)}, to: ${quoted(to)} }

burst:
  # at: 2027-03-04 10:00 Europe/Paris                # or say it when you send: --at 20:00
  # approval: second person above 5000
  legs:
    email:
      channel: email
      to: ${list}
      calls: main
      from: ${quoted(from)}
      subject: ${quoted(subject)}
      body: body.md                                  # holds {call} once, and {first_name|there}
      # late: 2h                                     # past this, ask a person
    # mastodon:                                      # volley connect mastodon first
    #   channel: mastodon
    #   calls: main
    #   text: "Something is new. {call}"
    #   if-not-ready: drop                           # hold | drop | go
`;
}

const BODY = `Hello {first_name|there},

this is what is new.

{call}

Nora
`;

const PEOPLE = `email,first_name
ana@example.org,Ana
ben@example.org,Ben
cara@example.org,Cara
`;
