// `--segment`: a rule written in place as YAML or JSON, or @FILE that holds one.

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { Segment } from '#domain/segment.ts';
import { CommandFailure, exitCodes } from './command.ts';

/** Throws CommandFailure that says what is wrong with the rule. */
export function segmentOf(text: string | undefined): Segment | undefined {
  if (text === undefined) return undefined;
  const source = text.startsWith('@') ? readFileSync(text.slice(1), 'utf8') : text;
  let value: unknown;
  try {
    value = parse(source);
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new CommandFailure(`--segment is no YAML: ${why}`, exitCodes.usage);
  }
  const parsed = Segment.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue && issue.path.length > 0 ? ` at ${issue.path.map(String).join('.')}` : '';
  throw new CommandFailure(
    `--segment${place}: ${issue?.message ?? 'malformed'}\n  such as '{field: country, is: FR}' or '{all: [{field: donor, is: true}, {not: {field: country, is: FR}}]}'`,
    exitCodes.usage,
  );
}
