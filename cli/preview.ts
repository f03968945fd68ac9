// `volley preview`: what one person gets, from the very code that sends.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PreviewedBurst, PreviewedEmail, PreviewedPost } from '#commands/preview-burst.ts';
import { connect } from './api-client.ts';
import { isCampaignFile, readCampaignFolder } from './campaign-folder.ts';
import { type Command, exitCodes, needed, type Parsed, parse, text } from './command.ts';
import { heldBackFor } from './held-back-words.ts';
import { pathOf } from './schedule.ts';
import { answer, note, style } from './screen.ts';

const USAGE = 'preview FILE|BURST [--as ADDRESS]';
const options = {
  as: { type: 'string', value: 'ADDRESS', about: 'as whom: their fields, their call, their links' },
  call: { type: 'string', value: 'NAME', about: 'only this call, where chance decides' },
  out: { type: 'string', value: 'DIR', about: 'write the parts there: .html, .txt, .eml headers' },
} as const;

export const preview: Command = {
  usage: USAGE,
  about: 'every message as it is sent, for one person',
  more: `Once the list is frozen, minutes before the moment, it is byte for byte what this person gets.
Before, every call that chance may give is shown, and links lead nowhere.`,
  options,
  examples: [
    'volley preview campaign.yaml --as ana@example.org',
    'volley preview atlas-launch --as ana@example.org --out preview',
  ],
  run: async (args) => {
    const parsed = parse(args, options);
    const what = needed(parsed, USAGE, 'file or burst');
    const shown = await ask(parsed, what);
    const out = text(parsed, 'out');
    const written = out === undefined ? [] : write(out, shown);
    const lines = out === undefined ? inWords(shown) : written.map((path) => `wrote ${path}`);
    answer(parsed.json, shown, lines);
    if (shown.emails.some(({ isExact }) => isExact)) {
      note(style.dim('these are the real links: following one counts as this person'));
    }
    return exitCodes.done;
  },
};

function ask(parsed: Parsed, what: string): Promise<PreviewedBurst> {
  const api = connect(parsed);
  const [address, call] = [text(parsed, 'as'), text(parsed, 'call')];
  const who = {
    ...(address === undefined ? {} : { address }),
    ...(call === undefined ? {} : { call }),
  };
  if (!isCampaignFile(what)) {
    return api.call<PreviewedBurst>('POST', `${pathOf(what)}/preview`, who);
  }
  const body = { ...readCampaignFolder(what, undefined), ...who };
  return api.call<PreviewedBurst>('POST', '/v1/preview', body);
}

function inWords({ emails, posts }: PreviewedBurst): string[] {
  return [...emails.flatMap(emailLines), ...posts.flatMap(postLines)];
}

function emailLines(email: PreviewedEmail): string[] {
  const { leg, call, outcome, from, replyTo, to, subject, text: body, isOnList, heldBack } = email;
  const then = email.followUp === undefined ? '' : ` · then ${email.followUp}`;
  const only = `${outcome === undefined ? '' : ` · if ${outcome}`}${then}`;
  const known = isOnList ? '' : ' · not on the list: shown without fields';
  return [
    style.bold(`── ${leg} · ${call}${only}${known}`),
    ...(heldBack === undefined
      ? []
      : [style.yellow(`this person gets nothing: ${heldBackFor(heldBack)}`)]),
    `From: ${from}`,
    ...(replyTo === undefined ? [] : [`Reply-To: ${replyTo}`]),
    `To: ${to}`,
    `Subject: ${subject}`,
    '',
    ...body.trimEnd().split('\n'),
    '',
  ];
}

function postLines({ leg, channel, call, outcome, text: body, alt }: PreviewedPost): string[] {
  const only = outcome === undefined ? '' : ` · if ${outcome}`;
  return [
    style.bold(`── ${leg}${leg === channel ? '' : ` (${channel})`} · ${call}${only}`),
    ...body.split('\n'),
    ...(alt === undefined ? [] : [`[picture: ${alt}]`]),
    '',
  ];
}

function write(folder: string, { emails, posts }: PreviewedBurst): string[] {
  mkdirSync(folder, { recursive: true });
  const files: [string, string][] = [
    ...emails.flatMap(
      ({
        leg,
        call,
        followUp,
        html,
        text: body,
        subject,
        from,
        to,
        headers,
      }): [string, string][] => {
        const name = followUp === undefined ? `${leg}-${call}` : `then-${followUp}-${leg}-${call}`;
        const head = [
          `From: ${from}`,
          `To: ${to}`,
          `Subject: ${subject}`,
          ...headers.map((one) => `${one.name}: ${one.value}`),
        ];
        return [
          [`${name}.html`, html],
          [`${name}.txt`, body],
          [`${name}.headers`, `${head.join('\n')}\n`],
        ];
      },
    ),
    ...posts.map(({ leg, text: body }): [string, string] => [`${leg}.txt`, body]),
  ];
  return files.map(([name, content]) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  });
}
