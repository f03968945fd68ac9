// The commands of a document with what they print, and the files it asks its reader to save.

export interface ConsoleBlock {
  /** Without the `$ `. */
  readonly command: string;
  readonly output: readonly string[];
}

export interface Document {
  readonly blocks: readonly ConsoleBlock[];
  readonly files: readonly { readonly name: string; readonly content: string }[];
}

/** Fences of `console` are run, fences with a file name are saved; all others are prose. */
export function readDocument(markdown: string): Document {
  const blocks: ConsoleBlock[] = [];
  const files: { name: string; content: string }[] = [];
  for (const [, info = '', body = ''] of markdown.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)) {
    const [language, name] = info.trim().split(/\s+/);
    if (language === 'console') blocks.push(...blocksOf(body));
    else if (name !== undefined) files.push({ name, content: body });
  }
  return { blocks, files };
}

function blocksOf(body: string): ConsoleBlock[] {
  const parts = body.split(/^\$ /m).slice(1);
  return parts.map((part) => {
    const [command = '', ...output] = part.replace(/\n$/, '').split('\n');
    return { command, output };
  });
}

/** A line of the document is one of the output; `…` is any text, and alone any number of lines. */
export function matchesShown(shown: readonly string[], printed: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return printed.length === 0;
  if (first === '…') {
    return printed.some((_, at) => matchesShown(rest, printed.slice(at))) || rest.length === 0;
  }
  const [line, ...others] = printed;
  return line !== undefined && pattern(first).test(line) && matchesShown(rest, others);
}

function pattern(line: string): RegExp {
  const parts = line.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

/** Words of a command line, quotes taken off. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
}
