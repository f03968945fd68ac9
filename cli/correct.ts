// `volley correct`: after it is out: lead a link elsewhere, take posts back, write to those reached.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CopiedReached } from '#commands/copy-reached.ts';
import type { CorrectedLink } from '#commands/correct-link.ts';
import type { PreviewedBurst } from '#commands/preview-burst.ts';
import type { RetractedPosts } from '#commands/retract-posts.ts';
import { type ApiClient, connect } from './api-client.ts';
import {
  actOptions,
  type Command,
  CommandFailure,
  exitCodes,
  flag,
  needed,
  type Parsed,
  parse,
  text,
} from './command.ts';
import { pathOf } from './schedule.ts';
import { answer, confirm } from './screen.ts';
import { count, many, timeOfDay } from './words.ts';

const USAGE = 'correct BURST --link CALL=URL | --retract [--channel NAME] | --message DIR';
const options = {
  link: { type: 'string', value: 'CALL=URL', about: 'lead all links of a call there' },
  retract: { type: 'boolean', about: 'take its posts back' },
  channel: { type: 'string', value: 'NAME', about: 'only this one' },
  message: { type: 'string', value: 'DIR', about: 'draft a message to exactly those reached' },
  'with-doubt': { type: 'boolean', about: 'and to those of whom nobody knows' },
  ...actOptions,
} as const;

export const correct: Command = {
  usage: USAGE,
  about: 'lead a link elsewhere, take posts back, write to exactly those reached',
  more: `Stop first when it is still going out. An email cannot be taken back; its links can be led
elsewhere, within a minute, and clicks go on counting for the same call.`,
  options,
  examples: [
    'volley correct atlas-launch --link "trial=https://example.com/trial-2?ref={click}"',
    'volley correct atlas-launch --retract --channel mastodon',
    'volley correct atlas-launch --message sorry',
  ],
  run: async (args) => {
    const parsed = parse(args, options);
    const burst = needed(parsed, USAGE, 'burst');
    const api = connect(parsed);
    const [link, message] = [text(parsed, 'link'), text(parsed, 'message')];
    if (link !== undefined) return correctLink(api, parsed, burst, link);
    if (flag(parsed, 'retract')) return retract(api, parsed, burst);
    if (message !== undefined) return draftMessage(api, parsed, burst, message);
    throw new CommandFailure(`what is to be corrected? volley ${USAGE}`, exitCodes.usage);
  },
};

async function correctLink(
  api: ApiClient,
  parsed: Parsed,
  burst: string,
  link: string,
): Promise<number> {
  const [, call = '', to = ''] = /^([^=]+)=(.+)$/.exec(link) ?? [];
  if (to === '') throw new CommandFailure(`--link ${link}: write CALL=URL`, exitCodes.usage);
  const path = `${pathOf(burst)}/correct-link`;
  const isDry = flag(parsed, 'dry-run');
  const would = await api.call<CorrectedLink>('POST', path, { call, to, dryRun: true });
  const led = would.links.map(({ link: name, from, to: next }) => `  ${name}: ${from} → ${next}`);
  led.push(...withoutClickId(would, to));
  const question = `${many(would.links.length, 'link')} of ${burst}:\n${led.join('\n')}\nLead there?`;
  await confirm(question, isDry || flag(parsed, 'yes'));
  const done = isDry ? would : await api.call<CorrectedLink>('POST', path, { call, to });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const by = `everywhere by ${timeOfDay(done.everywhereAt, zone, true)}`;
  answer(parsed.json, done, [...led, isDry ? 'nothing was changed' : `led there, ${by}`]);
  return exitCodes.done;
}

/** Clicks are counted whatever the address; goals need the click id to come back. */
function withoutClickId({ links }: CorrectedLink, to: string): string[] {
  if (to.includes('{click}') || !links.some(({ from }) => from.includes('{click}'))) return [];
  return [
    '! the new address passes no click id: who reaches the goal there is not counted',
    '  where that page reports goals, write it as before, such as URL?ref={click}',
  ];
}

async function retract(api: ApiClient, parsed: Parsed, burst: string): Promise<number> {
  const leg = text(parsed, 'channel');
  const body = leg === undefined ? {} : { leg };
  const path = `${pathOf(burst)}/retract`;
  const isDry = flag(parsed, 'dry-run');
  const would = await api.call<RetractedPosts>('POST', path, { ...body, dryRun: true });
  if (would.posts.length === 0) {
    answer(parsed.json, would, [`${burst} has no post that could be taken back`]);
    return exitCodes.refused;
  }
  const named = would.posts.map(({ leg: name, url, postId }) => `  ${name}: ${url ?? postId}`);
  const question = `${many(would.posts.length, 'post')}:\n${named.join('\n')}\nTake back?`;
  await confirm(question, isDry || flag(parsed, 'yes'));
  const done = isDry ? would : await api.call<RetractedPosts>('POST', path, body);
  answer(
    parsed.json,
    done,
    done.posts.map(({ leg: name, retracted, url, postId }) =>
      retracted === undefined
        ? `${name}: ${url ?? postId}`
        : `${name}: ${RETRACTED[retracted] ?? retracted}`,
    ),
  );
  const isGone = done.posts.every(({ retracted = 'done' }) =>
    /^(?:done|already_gone)$/.test(retracted),
  );
  return isGone ? exitCodes.done : exitCodes.needsPerson;
}

const RETRACTED: { readonly [answer: string]: string } = {
  done: 'taken back',
  already_gone: 'was gone already',
  unsupported: 'this network takes nothing back: a person has to delete it there',
  unknown: 'nobody knows whether it is gone: look there, or try again',
};

async function draftMessage(
  api: ApiClient,
  parsed: Parsed,
  burst: string,
  folder: string,
): Promise<number> {
  const [audience, isDry] = [`${burst.slice(0, 56)}-reached`, flag(parsed, 'dry-run')];
  const path = `${pathOf(burst)}/reached`;
  const leg = text(parsed, 'channel');
  const body = {
    audience,
    ...(leg === undefined ? {} : { leg }),
    ...(flag(parsed, 'with-doubt') ? { withDoubt: true } : {}),
  };
  const would = await api.call<CopiedReached>('POST', path, { ...body, dryRun: true });
  const doubt = would.inDoubt === 0 ? '' : `, ${count(would.inDoubt)} in doubt`;
  const question = `${burst} reached ${many(would.reached, 'person', 'people')}${doubt}. Make the list ${audience} of them?`;
  await confirm(question, isDry || flag(parsed, 'yes'));
  if (isDry) {
    answer(parsed.json, would, [
      `${many(would.reached, 'person', 'people')} would be on ${audience}${doubt}`,
    ]);
    return exitCodes.done;
  }
  let people = 0;
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page: CopiedReached = await api.call('POST', path, { ...body, after });
    people += page.people;
    after = page.next;
  }
  const from = await senderOf(api, burst, leg);
  const files = draft(folder, burst, audience, from);
  answer(parsed.json, { burst, audience, people, files }, [
    `${audience} holds ${many(people, 'person', 'people')}`,
    ...files.map((file) => `wrote ${file}`),
    `write it, then: volley send ${join(folder, 'campaign.yaml')} --at now`,
  ]);
  return exitCodes.done;
}

/** Whoever wrote to them writes again. */
async function senderOf(api: ApiClient, burst: string, leg: string | undefined): Promise<string> {
  const { emails } = await api.call<PreviewedBurst>('POST', `${pathOf(burst)}/preview`, {});
  const sent = emails.find((email) => leg === undefined || email.leg === leg);
  return sent?.from ?? 'Nora at Example <nora@example.com>';
}

function draft(folder: string, burst: string, audience: string, from: string): string[] {
  mkdirSync(folder, { recursive: true });
  const files: [string, string][] = [
    ['campaign.yaml', campaignText(burst, audience, from)],
    ['message.md', 'Hello,\n\nwhat we sent you earlier today was wrong: ...\n\n{call}\n'],
  ];
  return files.map(([name, content]) => {
    const path = join(folder, name);
    if (existsSync(path)) throw new CommandFailure(`${path} is there already`, exitCodes.usage);
    writeFileSync(path, content);
    return path;
  });
}

function campaignText(burst: string, audience: string, from: string): string {
  return `# To exactly those whom ${burst} reached and to nobody else.
campaign: ${burst.slice(0, 52)}-correction
calls:
  read: { say: Read what is right, to: "https://example.com/correction" }
burst:
  legs:
    email:
      channel: email
      to: ${audience}
      calls: read
      from: ${JSON.stringify(from)}
      subject: A correction
      body: message.md
`;
}
