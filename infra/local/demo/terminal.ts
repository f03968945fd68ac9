// Puts lines on a terminal: redrawn in place where there is one, else one by one as they change.

import type { Writable } from 'node:stream';

export interface Terminal {
  /** A line that stays. */
  say(line: string): void;
  /** What is true now; replaces what was shown before. */
  show(lines: readonly string[]): void;
  /** Lets the shown lines stay and goes on below them. */
  settle(): void;
}

type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export function openTerminal(output: Output): Terminal {
  return output.isTTY === true ? inPlace(output) : lineByLine(output);
}

function inPlace(output: Output): Terminal {
  let shown: readonly string[] = [];
  const clear = () => {
    if (shown.length > 0) output.write(`\u001b[${shown.length}A\u001b[0J`);
  };
  const draw = (lines: readonly string[]) => {
    const width = Math.max(20, (output.columns ?? 100) - 1);
    // A line that wraps would be counted as one: cut instead.
    shown = lines.map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line));
    output.write(shown.map((line) => `${line}\n`).join(''));
  };
  return {
    say: (line) => {
      const kept = shown;
      clear();
      output.write(`${line}\n`);
      shown = [];
      draw(kept);
    },
    show: (lines) => {
      clear();
      draw(lines);
    },
    settle: () => {
      shown = [];
    },
  };
}

const LINE_EVERY_MS = 2_000;

/** For logs: a line when it is new and two seconds have passed since the last. */
function lineByLine(output: Output): Terminal {
  const last = new Map<string, { readonly line: string; readonly at: number }>();
  return {
    say: (line) => output.write(`${line}\n`),
    show: (lines) => {
      for (const line of lines) {
        if (line.trim() === '') continue;
        const topic = line.trim().split(/\s+/)[0] ?? '';
        const before = last.get(topic);
        if (before?.line === line || Date.now() - (before?.at ?? 0) < LINE_EVERY_MS) continue;
        last.set(topic, { line, at: Date.now() });
        output.write(`${line.trimEnd()}\n`);
      }
    },
    settle: () => last.clear(),
  };
}
