// One run: bursts under fire for a while, then peace until all of them are at rest, then the verdict.

import { readAppendLog } from '#infra/local/append-log.ts';
import { type Edit, timeLapse } from './bundles.ts';
import { type Chaos, unleash } from './chaos.ts';
import { leadBurst, Operator, pause, Refused, type Wanted } from './operator.ts';
import type { SesTruth } from './processes/ses.ts';
import type { PostTruth } from './processes/social.ts';
import { type Random, randomOf } from './random.ts';
import { isAtRest, type JudgedBurst, judge, type Verdict } from './verdict.ts';
import { startWorld, type World } from './world.ts';

export interface BlackBoxOptions {
  readonly seed: number;
  /** How long processes are killed. */
  readonly seconds: number;
  readonly killsPerSecond: number;
  readonly runners: number;
  /** Leases, timeouts and grace are this many times shorter than shipped; 1: as shipped. */
  readonly lapse: number;
  /** Sizes of the lists; each burst draws one. */
  readonly lists: readonly number[];
  readonly burstEveryMs: number;
  /** How long the bursts may take to come to rest afterwards. */
  readonly healSeconds: number;
  /** Past the moment by this, a post that was never called is missed. */
  readonly postDeadlineSeconds: number;
  /** Aims at acceptances, and ends as soon as somebody was written to twice: for planted bugs. */
  readonly untilDuplicate?: boolean;
  readonly emailOnly?: boolean;
  readonly runner?: 'run' | 'naive';
  /** Planted bugs. */
  readonly edits?: readonly Edit[];
  readonly keep?: boolean;
  readonly onStart?: (stop: World['stop']) => void;
  readonly say?: (line: string) => void;
}

export interface BlackBoxResult extends Verdict {
  readonly kills: number;
  readonly chaos: Chaos;
  readonly bursts: number;
  readonly takeovers: number;
  /** What the providers were asked while processes were killed. */
  readonly callsUnderFire: number;
  readonly postsUnderFire: number;
  readonly crashes: number;
  readonly modes: { readonly [mode: string]: number };
  readonly folder: string;
}

const PROVIDER_TIMEOUT_MS = 10_000;
const LEASE_MS = 30_000;

export async function runBlackBox(options: BlackBoxOptions): Promise<BlackBoxResult> {
  const { seed, lapse, keep = false, say = () => undefined } = options;
  const world = await startWorld({
    seed,
    runners: options.runners,
    callerGivesUpMs: PROVIDER_TIMEOUT_MS / lapse,
    edits: [...timeLapse(lapse), ...(options.edits ?? [])],
    runner: options.runner ?? 'run',
    ...(options.onStart ? { onStart: options.onStart } : {}),
  });
  try {
    return await run(world, options, say);
  } finally {
    await world.stop({ keep });
  }
}

async function run(
  world: World,
  options: BlackBoxOptions,
  say: (line: string) => void,
): Promise<BlackBoxResult> {
  const operator = new Operator(world.apiUrl, world.apiToken);
  const lists = await setUp(world, operator, options);
  say(`${lists.length} lists, ${options.runners} runners; killing for ${options.seconds} s`);
  const until = Date.now() + options.seconds * 1_000;
  const isOver = () => Date.now() >= until || (!!options.untilDuplicate && hasDuplicate(world));
  const planned = new Map<string, Wanted>();
  const [chaos] = await Promise.all([
    unleash(world, {
      seed: options.seed,
      isOver,
      ...(options.untilDuplicate ? { isAimed: true } : {}),
      killsPerSecond: options.killsPerSecond,
      freezeMs: LEASE_MS / options.lapse,
    }),
    planning(operator, options, isOver, planned),
  ]);
  say(`${chaos.total} kills of ${JSON.stringify(chaos.kills)}, ${chaos.freezes} frozen; healing`);
  await world.heal();
  const began = Date.now();
  const isRested = await restAll(operator, options, [...planned.keys()], say);
  say(
    `${isRested ? 'at rest' : 'NOT at rest'} after ${Math.round((Date.now() - began) / 1_000)} s`,
  );
  const bursts = await gather(operator, [...planned.values()], lists, options);
  const mailed = readAppendLog(world.truth.ses) as SesTruth[];
  const posted = readAppendLog(world.truth.social) as PostTruth[];
  const processes = [...world.runners, world.record, world.api];
  return {
    ...judge(bursts, mailed, posted),
    kills: chaos.total,
    callsUnderFire: mailed.filter(({ at }) => at < until).length,
    postsUnderFire: posted.filter(({ at }) => at < until).length,
    chaos,
    bursts: bursts.length,
    takeovers: world.runners.reduce((sum, slot) => sum + slot.takeovers, 0),
    crashes: processes.reduce((sum, slot) => sum + slot.crashes, 0),
    modes: countModes(mailed, posted),
    folder: world.folder,
  };
}

function hasDuplicate(world: World): boolean {
  const seen = new Set<string>();
  for (const { entries } of readAppendLog(world.truth.ses) as SesTruth[]) {
    for (const { accepted, burst, ordinal } of entries) {
      if (!accepted) continue;
      if (seen.has(`${burst}/${ordinal}`)) return true;
      seen.add(`${burst}/${ordinal}`);
    }
  }
  return false;
}

interface List {
  readonly name: string;
  readonly addresses: ReadonlySet<string>;
  readonly never: ReadonlySet<string>;
}

async function setUp(world: World, operator: Operator, options: BlackBoxOptions): Promise<List[]> {
  const lists = options.lists.map((size, index): List => {
    const addresses = Array.from({ length: size }, (_, n) => `ana${n}.${index}@example.org`);
    return {
      name: `list-${index}`,
      addresses: new Set(addresses),
      // A few who asked not to be written to.
      never: new Set(addresses.filter((_, n) => n % 97 === 13)),
    };
  });
  for (const { name, addresses, never } of lists) {
    for (const address of never) await operator.call('POST', '/v1/suppressions', { address });
    const rows = [...addresses].map((address, n) => `${address},Ana ${n}`);
    await operator.call(
      'POST',
      `/v1/audiences/${name}/import`,
      ['email,first_name', ...rows].join('\n'),
    );
  }
  for (const connection of ['keyed', 'plain'] as const) {
    const baseUrl = world.socialUrls[connection];
    const token = 'token-of-the-account';
    await operator.call('POST', '/v1/connections', {
      connection,
      channel: 'mastodon',
      baseUrl,
      token,
    });
  }
  return lists;
}

/** One burst after another, now and then several for the same moment. */
async function planning(
  operator: Operator,
  options: BlackBoxOptions,
  isOver: () => boolean,
  planned: Map<string, Wanted>,
): Promise<void> {
  const random = randomOf(options.seed, 'bursts');
  const leading: Promise<void>[] = [];
  while (!isOver()) {
    const together = random.weighted({ 1: 6, 2: 2, 3: 1 });
    for (let index = 0; index < Number(together); index += 1) {
      const wanted = drawBurst(random, options, planned.size);
      planned.set(wanted.burst, wanted);
      leading.push(leadBurst(operator, wanted, random));
    }
    await pause(options.burstEveryMs * Number(together) * (0.5 + random.next()));
  }
  await Promise.all(leading);
}

function drawBurst(random: Random, options: BlackBoxOptions, count: number): Wanted {
  const { emailOnly: isPlain = false, postDeadlineSeconds } = options;
  const legs = random.weighted({
    email: 45,
    'email keyed': 25,
    'email keyed plain': 20,
    'keyed plain': 10,
  });
  return {
    burst: `burst-${count}`,
    list: `list-${random.between(0, options.lists.length - 1)}`,
    legs: (isPlain ? 'email' : legs).split(' ') as Wanted['legs'],
    by: isPlain || random.chance(0.75) ? 'moment' : 'fire',
    leadMs: random.between(2_500, 5_000),
    ending: isPlain ? 'run' : random.weighted({ run: 65, stop_resume: 22, abandon: 6, cancel: 7 }),
    postDeadlineSeconds,
  };
}

/** Waits until nothing more will happen; a burst that waits for a person gets one. */
async function restAll(
  operator: Operator,
  options: BlackBoxOptions,
  bursts: readonly string[],
  say: (line: string) => void,
): Promise<boolean> {
  const giveUpAt = Date.now() + options.healSeconds * 1_000;
  let open = [...bursts];
  while (open.length > 0 && Date.now() < giveUpAt) {
    const left: string[] = [];
    for (const burst of open) {
      if (!(await isResting(operator, burst, options))) left.push(burst);
    }
    open = left;
    if (open.length > 0) await pause(500);
  }
  for (const burst of open) {
    const { state, legs, sent, reason } = await operator.show(burst);
    say(`not at rest: ${burst} ${state} ${reason ?? ''} ${JSON.stringify({ legs, sent })}`);
  }
  return open.length === 0;
}

async function isResting(
  operator: Operator,
  burst: string,
  { lapse, runner }: BlackBoxOptions,
): Promise<boolean> {
  const shown = await operator.show(burst);
  if (shown.state === 'stopped' && !operator.stoppedAt.has(burst)) await operator.resume(burst);
  else if (shown.state === 'standby') await operator.fire(burst);
  else if (runner === 'naive') return shown.state !== 'scheduled';
  else return isAtRest(await operator.ledger(burst), { graceOver: lapse > 1 });
  return false;
}

async function gather(
  operator: Operator,
  planned: readonly Wanted[],
  lists: readonly List[],
  options: BlackBoxOptions,
): Promise<JudgedBurst[]> {
  const bursts: JudgedBurst[] = [];
  for (const { burst, list, legs } of planned) {
    const people = lists.find(({ name }) => name === list);
    const isMailed = legs.includes('email');
    const stoppedAt = operator.stoppedAt.get(burst);
    const ledger = await operator.ledger(burst);
    const hasHead = ledger.head !== undefined && options.runner !== 'naive';
    bursts.push({
      burst,
      audience: isMailed && people ? people.addresses : new Set(),
      never: isMailed && people ? people.never : new Set(),
      posts: legs.filter((leg) => leg !== 'email'),
      ...(stoppedAt === undefined ? {} : { stoppedAt }),
      ledger,
      recipients: hasHead ? await recipientsOf(operator, burst) : [],
    });
  }
  return bursts;
}

async function recipientsOf(operator: Operator, burst: string) {
  try {
    return await operator.recipients(burst);
  } catch (error) {
    if (error instanceof Refused) return [];
    throw error;
  }
}

function countModes(mailed: readonly SesTruth[], posted: readonly PostTruth[]) {
  const counts: Record<string, number> = {};
  for (const { mode } of mailed) counts[`ses ${mode}`] = (counts[`ses ${mode}`] ?? 0) + 1;
  for (const { mode } of posted) counts[`post ${mode}`] = (counts[`post ${mode}`] ?? 0) + 1;
  return counts;
}
