// `--segment`: a rule written in place as YAML or JSON, or @FILE that holds one.

import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describeIssue, type PathProblem } from '#domain/file-problem.ts';
import { Segment } from '#domain/segment.ts';
import { CommandFailure, exitCodes } from './command.ts';

/** What may stand in each part of a rule. */
const ALLOWED: { readonly [part: string]: string } = {
  all: 'a list of 1 to 100 rules',
  any: 'a list of 1 to 100 rules',
  not: 'a rule',
  field: 'the name of a column, or email, email_domain, zone or consent',
  is: 'a text, a number, true, false, or a list of these',
  contains: 'a text',
  present: 'true or false',
  min: 'a number',
  max: 'a number',
  since: 'a day such as 2026-11-03',
  until: 'a day such as 2026-11-03',
};
const RULE =
  'all, any or not; or field with at least one of is, contains, present, min, max, since and until';
const EXAMPLES =
  "'{field: country, is: FR}' or '{all: [{field: donor, is: true}, {not: {field: country, is: FR}}]}'";

/** Throws CommandFailure that names the part that is wrong and what may stand there. */
export function segmentOf(text: string | undefined): Segment | undefined {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = parse(sourceOf(text));
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new CommandFailure(`--segment is no YAML: ${why}`, exitCodes.usage);
  }
  const parsed = Segment.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => describeIssue(issue, value));
  throw new CommandFailure(
    [...problems.map(problemLine), `  such as ${EXAMPLES}`].join('\n'),
    exitCodes.usage,
  );
}

function sourceOf(text: string): string {
  if (!text.startsWith('@')) return text;
  const file = text.slice(1);
  if (!existsSync(file)) throw new CommandFailure(`there is no file ${file}`, exitCodes.usage);
  return readFileSync(file, 'utf8');
}

function problemLine({ path, message, limit }: PathProblem): string {
  const part = path.findLast((step) => typeof step === 'string' && Object.hasOwn(ALLOWED, step));
  const isKnown = part !== undefined && path.at(-1) === part;
  const allowed = isKnown ? ALLOWED[String(part)] : RULE;
  const place = path.length === 0 ? '' : ` at ${path.map(String).join('.')}`;
  return `--segment${place}: ${message}${limit === undefined ? '' : ` (${limit})`}\n  allowed there: ${allowed}`;
}
