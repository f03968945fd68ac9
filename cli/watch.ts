// Watches a burst until there is nothing more to see: redrawn in place, or a line when it changes.

import type { ShownBurst } from '#commands/show-burst.ts';
import type { ApiClient } from './api-client.ts';
import { CommandFailure, exitCodes } from './command.ts';
import { show } from './schedule.ts';
import { isLive, Live, note, say } from './screen.ts';
import { statusView } from './status-lines.ts';

const EVERY_MS = 1_000;
/** Around the moment a second is long. */
const NEAR_MS = 250;
/** A runtime that was killed is back within this, or somebody is needed. */
const PATIENCE_MS = 120_000;
const SUMMARY_EVERY_MS = 5_000;

/** As a shell says of whom SIGINT ended. */
const INTERRUPTED = 130;

/** Nothing more happens by itself, or nobody but a person can go on. */
const OVER: ReadonlySet<string> = new Set([
  'draft',
  'approved',
  'measuring',
  'decided',
  'closed',
  'cancelled',
  'stopped',
  'missed',
]);

export interface WatchOptions {
  readonly json: boolean;
  /** How long it goes on asking while nothing answers. */
  readonly patienceMs?: number;
}

/** @returns the exit code: 5 where it ended as something a person has to look at */
export async function watch(api: ApiClient, id: string, options: WatchOptions): Promise<number> {
  const { draw, tell } = drawer(options.json);
  const left = () => {
    tell(
      `\n${id} goes on without you: volley stop ${id}, or before its moment volley cancel ${id}`,
    );
    process.exit(INTERRUPTED);
  };
  process.once('SIGINT', left);
  try {
    for (;;) {
      const shown = await look(api, id, { patienceMs: options.patienceMs ?? PATIENCE_MS, tell });
      draw(shown);
      if (OVER.has(shown.state)) return codeOf(shown);
      await new Promise((resolve) => setTimeout(resolve, pauseOf(shown)));
    }
  } finally {
    process.off('SIGINT', left);
  }
}

function codeOf({ state }: ShownBurst): number {
  const needsPerson = state === 'stopped' || state === 'missed';
  return needsPerson ? exitCodes.needsPerson : exitCodes.done;
}

/** Whoever watches wants to see the end of it: a server that is away for a moment comes back. */
async function look(
  api: ApiClient,
  id: string,
  { patienceMs, tell }: { readonly patienceMs: number; readonly tell: Drawer['tell'] },
): Promise<ShownBurst> {
  const until = Date.now() + patienceMs;
  for (let told = false; ; told = true) {
    try {
      return await show(api, id);
    } catch (error) {
      const isAway = error instanceof CommandFailure && error.exitCode === exitCodes.unanswered;
      if (!isAway || Date.now() > until) throw error;
      if (!told) tell(`${error.message}; trying again`);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
}

function pauseOf({ moment, now, state }: ShownBurst): number {
  const left = moment === undefined ? Number.POSITIVE_INFINITY : Math.abs(moment.at - now);
  return left < 10_000 || state === 'armed' ? NEAR_MS : EVERY_MS;
}

interface Drawer {
  readonly draw: (shown: ShownBurst) => void;
  /** What is no part of the burst. */
  readonly tell: (line: string) => void;
}

function drawer(isJson: boolean): Drawer {
  if (isJson) {
    return { draw: (shown) => void process.stdout.write(`${JSON.stringify(shown)}\n`), tell: note };
  }
  if (!isLive()) return { draw: lineByLine(), tell: note };
  const live = new Live();
  return {
    draw: (shown) => {
      const { facts, figures } = statusView(shown);
      live.show(facts, figures);
    },
    tell: (line) => {
      live.leave();
      note(line);
    },
  };
}

/** For logs and pipes: every fact when it changes, the figures every few seconds. */
function lineByLine(): (shown: ShownBurst) => void {
  let facts: readonly string[] = [];
  let summary = { line: '', at: 0 };
  return (shown) => {
    const view = statusView(shown);
    say(...view.facts.filter((fact) => !facts.includes(fact)));
    facts = view.facts;
    const isDue = shown.now - summary.at >= SUMMARY_EVERY_MS || OVER.has(shown.state);
    if (view.summary === summary.line || !isDue) return;
    summary = { line: view.summary, at: shown.now };
    say(`  ${view.summary}`);
  };
}
