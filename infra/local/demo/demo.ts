// The example, live: loads it, watches it, and tells how it ended.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateOf } from '#domain/state-words.ts';
import { exampleBehaviour } from '../crowd/behaviour.ts';
import { Crowd, type CrowdCursor } from '../crowd/crowd.ts';
import type { Runtime } from '../runtime.ts';
import { writeWhole } from '../write-whole.ts';
import { Api, type Results, type ShownBurst } from './api.ts';
import { type FinalLine, finalLine } from './final-line.ts';
import { loadExample } from './load-example.ts';
import { resultsText } from './results-text.ts';
import { runAudit } from './run-audit.ts';
import { screen } from './screen.ts';
import type { Terminal } from './terminal.ts';

export interface DemoOptions {
  readonly runtime: Runtime;
  readonly terminal: Terminal;
  readonly leadMs: number;
  /** 1 as planned; smaller is faster. */
  readonly pace: number;
  /** Begin a new run even where an earlier one is over. */
  readonly again: boolean;
  readonly signal: AbortSignal;
}

const NAME = 'polls-close';
const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'examples', NAME);
const SEED = 20_281_107;
const LOOK_MS = 250;
/** No question is asked this close to the moment: the cores belong to the runner then. */
const QUIET_BEFORE_MS = 700;
const QUIET_AFTER_MS = 300;
const FINISH_WITHIN_MS = 180_000;
/** Complaints of the simulated mailboxes come last: after this. */
const EVENTS_LATEST_MS = 4_000;
/** Who is in doubt after a kill is looked for in the events once a minute. */
const SETTLE_WITHIN_MS = 100_000;
const OVER = new Set(['cancelled', 'missed', 'measuring', 'decided', 'closed']);

/** Goes on with a run that is not over yet. @returns undefined when it was interrupted */
export async function runDemo(options: DemoOptions): Promise<FinalLine | undefined> {
  const { runtime, terminal, signal } = options;
  const api = new Api(runtime.urls.api, runtime.token);
  const burst = await currentRun(api, options);
  const crowd = openCrowd(options, burst.burst);
  try {
    const end = await watch(api, crowd, burst, options);
    if (signal.aborted) return undefined;
    terminal.settle();
    for (const line of resultsText(end.results)) terminal.say(line);
    const audited = await runAudit(burst.burst, runtime.folder.path);
    const { differences } = audited;
    terminal.say('');
    terminal.say(
      differences.length === 0
        ? "audit       clean: the ledger and the providers' own logs say the same"
        : `audit       ${differences.length} differences: npx volley audit shows them`,
    );
    return finalLine(end.burst, end.results, audited, runtime.folder.path);
  } finally {
    await crowd.stop();
  }
}

async function currentRun(api: Api, options: DemoOptions): Promise<ShownBurst> {
  const { runtime, terminal } = options;
  const { bursts } = await api.get<{ bursts: ShownBurst[] }>('/v1/bursts?limit=200');
  const runs = bursts
    .filter(({ burst }) => burst === NAME || /^polls-close-\d+$/.test(burst))
    .sort((one, other) => numberOf(one.burst) - numberOf(other.burst));
  const last = runs.at(-1);
  const isDraft = last !== undefined && (last.state === 'draft' || last.state === 'approved');
  if (last && !isDraft && !(options.again && OVER.has(last.state))) {
    terminal.say(`continues   ${last.burst}, which is ${stateOf(last.state)}`);
    return last;
  }
  const number = last === undefined ? 1 : numberOf(last.burst) + (isDraft ? 0 : 1);
  return loadExample({
    api,
    folder: EXAMPLE,
    burst: number === 1 ? NAME : `${NAME}-${number}`,
    socialUrl: runtime.urls.social,
    socialToken: runtime.socialToken,
    siteUrl: runtime.urls.site,
    leadMs: options.leadMs,
    say: (line) => terminal.say(line),
  });
}

function numberOf(burst: string): number {
  return Number(/-(\d+)$/.exec(burst)?.[1] ?? 1);
}

function openCrowd({ runtime, pace }: DemoOptions, burst: string): Crowd {
  const file = runtime.folder.file('crowd.json');
  // The crowd belongs to the example: other bursts' links, and other hosts', are none of its own.
  const isOurs = (url: string) =>
    url.startsWith(`${runtime.urls.link}/`) && url.includes(`.${burst}.`);
  return new Crowd({
    inboxUrl: runtime.urls.ses,
    socialUrl: runtime.urls.social,
    isOurs,
    behaviour: exampleBehaviour,
    seed: SEED,
    pace,
    cursor: {
      read: () =>
        existsSync(file)
          ? (JSON.parse(readFileSync(file, 'utf8')) as CrowdCursor)
          : { emails: 0, posts: [] },
      write: (cursor) => writeWhole(file, JSON.stringify(cursor)),
    },
  });
}

interface End {
  readonly burst: ShownBurst;
  readonly results: Results;
}

async function watch(
  api: Api,
  crowd: Crowd,
  first: ShownBurst,
  { runtime, terminal, signal }: DemoOptions,
): Promise<End> {
  let burst = first;
  let results = await api.results(burst.burst);
  let lastResultsAt = 0;
  const until = Math.max(Date.now(), first.moment?.at ?? 0) + FINISH_WITHIN_MS;
  while (!signal.aborted) {
    const now = Date.now();
    if (!isQuiet(burst, now)) {
      burst = await api.show(burst.burst);
      if (now - lastResultsAt > 1_000 && now > (burst.moment?.at ?? now)) {
        results = await api.results(burst.burst);
        lastResultsAt = now;
      }
    }
    terminal.show(screen({ now: Date.now(), burst, results, crowd: crowd.counts }));
    if ((await isFinished(burst, crowd, runtime)) || Date.now() > until) break;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  if (signal.aborted) return { burst, results };
  burst = await api.show(burst.burst);
  results = await api.results(burst.burst);
  terminal.show(screen({ now: Date.now(), burst, results, crowd: crowd.counts }));
  return { burst, results };
}

function isQuiet({ moment }: ShownBurst, now: number): boolean {
  const left = (moment?.at ?? Number.NEGATIVE_INFINITY) - now;
  return left < QUIET_BEFORE_MS && left > -QUIET_AFTER_MS;
}

/** Over, every reader done, every event counted. */
async function isFinished(burst: ShownBurst, crowd: Crowd, runtime: Runtime): Promise<boolean> {
  if (!OVER.has(burst.state)) return false;
  if (burst.sentAt === undefined) return true;
  const sinceMs = Date.now() - burst.sentAt;
  if (sinceMs < EVENTS_LATEST_MS || !crowd.isIdle()) return false;
  if (burst.sent.inDoubt > 0 && sinceMs < SETTLE_WITHIN_MS) return false;
  return isQueueEmpty(runtime);
}

async function isQueueEmpty({ urls }: Runtime): Promise<boolean> {
  const answer = await fetch(urls.sqs, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonSQS.GetQueueAttributes' },
    body: JSON.stringify({ QueueUrl: `${urls.sqs}/000000000000/feedback` }),
  });
  const { Attributes } = (await answer.json()) as { Attributes: { [name: string]: string } };
  return (
    Attributes.ApproximateNumberOfMessages === '0' &&
    Attributes.ApproximateNumberOfMessagesNotVisible === '0'
  );
}
