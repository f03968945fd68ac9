// What is wrong with a file, where, and by which rule.

import type * as z from 'zod/mini';
import { NOT_YET } from './campaign-file.ts';
import { Refusal } from './faults.ts';

export interface FileProblem {
  readonly file: string;
  /** Counted from one. */
  readonly line?: number;
  /** A path such as `burst.legs.mastodon.text`; empty for the file as a whole. */
  readonly field: string;
  readonly message: string;
  readonly limit?: string;
}

const SHOWN_MAX = 20;

/** One refusal for all problems of a file: the first gives field, line and limit, the text holds them all. */
export function refuseFile(problems: readonly FileProblem[]): Refusal {
  const [first] = problems;
  const lines = problems.slice(0, SHOWN_MAX).map(renderProblem);
  if (problems.length > SHOWN_MAX) lines.push(`and ${problems.length - SHOWN_MAX} more`);
  return new Refusal('campaign_file_invalid', lines.join('\n'), {
    ...(first?.field ? { field: first.field } : {}),
    ...(first?.limit === undefined ? {} : { limit: first.limit }),
    ...(first === undefined ? {} : { file: first.file }),
    ...(first?.line === undefined ? {} : { line: first.line }),
  });
}

/** `appeal.yaml:14: burst.at: the moment is in the past (at most ...)` */
export function renderProblem(problem: FileProblem): string {
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  const field = problem.field === '' ? '' : ` ${problem.field}:`;
  const limit = problem.limit === undefined ? '' : ` (${problem.limit})`;
  return `${place}:${field} ${problem.message}${limit}`;
}

export type Path = readonly PropertyKey[];

/** A problem by the path of the value at fault. */
export interface PathProblem {
  readonly path: Path;
  readonly message: string;
  readonly limit?: string;
}

/** What a schema found, in words; `input` is what it looked at. */
export function describeIssue(
  issue: z.core.$ZodIssue,
  input: unknown,
  base: Path = [],
): PathProblem[] {
  const path = [...base, ...issue.path];
  const value = valueAt(input, issue.path);
  const notYet = notYetIn(value);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: NOT_YET.has(key)
          ? `not yet: ${NOT_YET.get(key)}`
          : `nothing is called "${key.slice(0, 60)}" here`,
      }));
    case 'invalid_union':
      if (issue.errors.length > 0) return describeUnion(issue.errors, value, path);
      break;
    case 'invalid_key':
      return [{ path, message: issue.issues[0]?.message ?? 'the name is malformed' }];
    case 'too_big':
    case 'too_small':
      return [{ path, ...describeSize(issue) }];
    default:
  }
  if (value === undefined) return [{ path, message: missing(path) }];
  if (notYet) return [{ path, message: `not yet: ${notYet}` }];
  return [{ path, message: describeRule(issue) }];
}

function describeUnion(
  branches: readonly (readonly z.core.$ZodIssue[])[],
  value: unknown,
  path: Path,
): PathProblem[] {
  if (value === undefined) return [{ path, message: missing(path) }];
  const notYet = notYetIn(value);
  if (notYet) return [{ path, message: `not yet: ${notYet}` }];
  const isWrongKind = (issue: z.core.$ZodIssue) =>
    (issue.path.length === 0 && issue.code === 'invalid_type') || issue.path[0] === 'channel';
  const fitting = branches.filter((branch) => !branch.some(isWrongKind));
  // What is nearest to being right is what was meant.
  const nearest = [...fitting].sort((a, b) => a.length - b.length)[0];
  const branch =
    nearest ?? branches.find((one) => one.some((issue) => issue.path[0] === 'channel'));
  if (!branch) return [{ path, message: 'this is of the wrong kind' }];
  return branch.flatMap((issue) => describeIssue(issue, value, path));
}

function describeSize(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall) {
  const isBig = issue.code === 'too_big';
  const bound = Number(isBig ? issue.maximum : issue.minimum);
  const unit =
    issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' entries' : '';
  if (!isBig && bound === 1 && issue.origin === 'string') return { message: 'this is empty' };
  return {
    message: isBig ? 'this is too much' : 'this is too little',
    limit: `${isBig ? 'at most' : 'at least'} ${bound}${unit}`,
  };
}

function describeRule(issue: z.core.$ZodIssue): string {
  if (issue.message !== 'Invalid input') return issue.message;
  if (issue.code === 'invalid_type') {
    const words: Record<string, string> = {
      string: 'a text',
      int: 'a whole number',
      number: 'a number',
      boolean: 'true or false',
      object: 'a block of fields',
      record: 'a block of names',
      array: 'a list',
    };
    return `${words[issue.expected] ?? issue.expected} is wanted here`;
  }
  if (issue.code === 'invalid_value') return `write ${issue.values.join(', ')}`;
  return 'this is malformed';
}

function missing(path: Path): string {
  if (path.at(-1) === 'calls' && path.at(-3) === 'legs') {
    return 'this leg does not say which call it carries: name one, for instance `calls: trial`';
  }
  return 'this is missing';
}

function notYetIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const key = Object.keys(value).find((one) => NOT_YET.has(one));
  return key === undefined ? undefined : NOT_YET.get(key);
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}
