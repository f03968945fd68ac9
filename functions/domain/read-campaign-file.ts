// From the text of a campaign file to its values, each with the line it stands on.

import {
  type Document,
  isMap,
  isNode,
  isPair,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import { CampaignFile, fileLimits } from './campaign-file.ts';
import { describeIssue, type FileProblem, type Path, type PathProblem } from './file-problem.ts';

export interface CampaignSource {
  readonly name: string;
  readonly file: CampaignFile;
  /** A problem with the value at a path, with its line. */
  problem(problem: PathProblem): FileProblem;
}

export type CampaignReading =
  | { readonly kind: 'read'; readonly source: CampaignSource }
  | { readonly kind: 'refused'; readonly problems: readonly FileProblem[] };

/**
 * Reads YAML 1.2 or JSON. No tags, no aliases, no second document, at most 256 KiB: what a
 * reader sees is what is meant. Never throws.
 */
export function readCampaignFile(text: string, name: string): CampaignReading {
  const whole = (message: string, limit?: string): CampaignReading => ({
    kind: 'refused',
    problems: [{ file: name, field: '', message, ...(limit === undefined ? {} : { limit }) }],
  });
  if (Buffer.byteLength(text) > fileLimits.campaignFileBytes) {
    return whole('the file is too large', `at most ${fileLimits.campaignFileBytes} bytes`);
  }
  if (text.trim() === '') return whole('the file is empty');
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
  });
  const syntax = syntaxProblems(document, lines, name);
  if (syntax.length > 0) return { kind: 'refused', problems: syntax };
  const problem = (found: PathProblem): FileProblem => ({
    file: name,
    ...lineOf(document, lines, found.path),
    field: found.path.map(String).join('.'),
    message: found.message,
    ...(found.limit === undefined ? {} : { limit: found.limit }),
  });
  const input: unknown = document.toJS();
  const parsed = CampaignFile.safeParse(input);
  if (parsed.success) return { kind: 'read', source: { name, file: parsed.data, problem } };
  const problems = parsed.error.issues.flatMap((issue) => describeIssue(issue, input)).map(problem);
  return { kind: 'refused', problems };
}

function syntaxProblems(
  document: Document.Parsed,
  lines: LineCounter,
  name: string,
): FileProblem[] {
  const problems = [...document.errors, ...document.warnings].map((error) => ({
    file: name,
    line: lines.linePos(error.pos[0]).line,
    field: '',
    // What is nested without end ends the parser's own calls.
    message: /call stack|stack overflow/i.test(error.message)
      ? 'this is nested too deeply to be read'
      : (error.message.split('\n')[0] ?? error.code),
  }));
  if (problems.length > 0) return problems;
  if (!isMap(document.contents)) {
    return [{ file: name, line: 1, field: '', message: 'a campaign file is a block of fields' }];
  }
  visit(document, {
    Alias: (_key, node) => {
      const line = lines.linePos(node.range?.[0] ?? 0).line;
      problems.push({ file: name, line, field: '', message: 'aliases (*name) are not taken' });
      return visit.BREAK;
    },
  });
  return problems;
}

/** The line of the key at the path, or of the nearest thing around it that is there. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: Path): { line?: number } {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = keyNode(document, path.slice(0, length));
    if (node?.range) return { line: lines.linePos(node.range[0]).line };
  }
  return {};
}

function keyNode(document: Document.Parsed, path: Path): Node | undefined {
  const parent = path.length === 0 ? undefined : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isPair(item) && String(item.key) === path.at(-1));
    if (isNode(pair?.key)) return pair.key;
    return undefined;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node : undefined;
}
