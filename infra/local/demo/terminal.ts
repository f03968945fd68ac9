// Puts lines on a terminal: redrawn in place where there is one, else one by one as they change.

import type { Writable } from 'node:stream';
import type { Screen } from './screen.ts';

export interface Terminal {
  /** A line that stays. */
  say(line: string): void;
  /** What is true now; replaces what was shown before. */
  show(screen: Screen): void;
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
    show: ({ facts, figures }) => {
      clear();
      draw([...facts, ...figures]);
    },
    settle: () => {
      shown = [];
    },
  };
}

const SUMMARY_EVERY_MS = 2_000;

/** For logs: every fact when it changes, the summary every two seconds. */
function lineByLine(output: Output): Terminal {
  let facts: readonly string[] = [];
  let summary = { line: '', at: 0 };
  return {
    say: (line) => output.write(`${line}\n`),
    show: (screen) => {
      for (const fact of screen.facts) if (!facts.includes(fact)) output.write(`${fact}\n`);
      facts = screen.facts;
      const now = Date.now();
      if (screen.summary === summary.line || now - summary.at < SUMMARY_EVERY_MS) return;
      summary = { line: screen.summary, at: now };
      output.write(`${screen.summary}\n`);
    },
    settle: () => {
      facts = [];
    },
  };
}
