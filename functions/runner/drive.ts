// What a runner does with a burst it holds, state by state.

import { isPastDeadline } from '#domain/advance.ts';
import { type Burst, legStartAt, releaseSpan } from '#domain/burst.ts';
import { codeOf } from '#domain/faults.ts';
import type { Lane } from '#domain/lane.ts';
import { isActive, isFinal } from '#domain/leg.ts';
import { limits } from '#domain/limits.ts';
import { startingLanes } from '#domain/manifest.ts';
import { Pace } from '#domain/pace.ts';
import { allowSending } from './allow-sending.ts';
import { Breaker } from './breaker.ts';
import { EvenLanes } from './even-lanes.ts';
import { freeLanes } from './free-lanes.ts';
import { decideGo } from './go-no-go.ts';
import { Guard } from './guard.ts';
import { HoldBack } from './hold-back.ts';
import { type Holding, LeaseLost } from './holding.ts';
import { claimFirst, openUnclaimed } from './lane-claims.ts';
import { makeFollowUps } from './make-follow-ups.ts';
import { Members } from './members.ts';
import type { RunnerPorts, TickOptions } from './ports.ts';
import { isPreparedFor, prepare, type Readied } from './prepare.ts';
import { RateShare } from './rate-share.ts';
import { reconcile } from './reconcile.ts';
import { release } from './release.ts';
import type { Sending } from './sending.ts';
import { settleAll } from './settle-all.ts';
import { waitIfAllWait } from './wait-if-all-wait.ts';

/** Works until the burst needs no runner for now, or until the time is up. */
export async function drive(
  ports: RunnerPorts,
  holding: Holding,
  options: TickOptions,
): Promise<void> {
  if (holding.burst.state === 'armed' || holding.burst.state === 'standby') {
    const held = await hold(ports, holding, options);
    if (!held) return;
    const claimed = await commit(ports, holding, held);
    await sendAll(ports, holding, held, { claimed, time: options });
  } else if (holding.burst.state === 'releasing') {
    const readied = await readyAgain(ports, holding, options);
    // Whoever had the lease before sees within this time that it is gone: its calls and ours must
    // not share one second of the rate.
    await ports.clock.sleep(limits.stopMs);
    if (readied) {
      await tryToAllow(ports, readied);
      const share = shareFor(ports, holding, readied);
      await sendAll(ports, holding, { readied, share }, { claimed: new Map(), time: options });
    }
  }
  if (holding.burst.state === 'measuring') {
    await reconcile(ports, holding, async () => {
      const readied = await prepare(ports, holding);
      const held = { readied, share: shareFor(ports, holding, readied) };
      return sendingOf(ports, holding, held, options);
    });
  } else if (holding.burst.state === 'decided')
    await holding.apply({ kind: 'close', now: ports.clock.now() });
  if (holding.burst.holder === holding.holder) await holding.handOver();
}

interface Held {
  readonly readied: Readied;
  readonly share: RateShare;
}

function shareFor(ports: RunnerPorts, { epoch }: Holding, readied: Readied): RateShare {
  // Under the burst's own name: whoever takes it over takes its share over, too.
  const { quotaPerSecond, head } = readied;
  const recipients = head.legs.reduce((sum, leg) => sum + leg.sendableTo - leg.from, 0);
  return new RateShare(ports, { holder: head.burst, epoch, quotaPerSecond, recipients });
}

/**
 * Prepares and holds to the commit. Returns what was readied when the commit is due; undefined
 * when the burst was missed or the time is up.
 */
async function hold(
  ports: RunnerPorts,
  holding: Holding,
  options: TickOptions,
): Promise<Held | undefined> {
  const { clock } = ports;
  const holder = new Hold(ports, holding);
  while (clock.now() < options.until) {
    if (isPastDeadline(holding.burst, clock.now())) {
      await holding.apply({ kind: 'miss', now: clock.now() });
      return undefined;
    }
    const held = await holder.look();
    if (held) return held;
    await rest(ports, holding, commitDueAt(holding.burst));
  }
  return undefined;
}

/** The wait for the commit: prepares, asks for the rate, decides go/no-go, each when it is time. */
class Hold {
  readonly #ports: RunnerPorts;
  readonly #holding: Holding;
  #readied: Readied | undefined;
  #share: RateShare | undefined;
  #isAllowed = false;
  #triedAt = Number.NEGATIVE_INFINITY;

  constructor(ports: RunnerPorts, holding: Holding) {
    this.#ports = ports;
    this.#holding = holding;
  }

  async look(): Promise<Held | undefined> {
    const { clock } = this.#ports;
    const holding = this.#holding;
    await this.#prepareIfDue();
    const dueAt = commitDueAt(holding.burst);
    const readied = this.#readied;
    if (!readied || !isWithin(dueAt, clock.now(), limits.rateShareLeadMs)) return undefined;
    this.#share ??= shareFor(this.#ports, holding, readied);
    await keepShare(this.#ports, holding, this.#share);
    await this.#allowOnce(readied);
    if (!isWithin(dueAt, clock.now(), 0)) return undefined;
    if ((await decideGo(holding, readied)) === 'go') return { readied, share: this.#share };
    return undefined;
  }

  /** So near the moment no other burst's stop switches the sending off any more. */
  async #allowOnce(readied: Readied): Promise<void> {
    this.#isAllowed ||= await tryToAllow(this.#ports, readied);
  }

  /** At once, then when it has grown stale; while something stands against it, every few seconds. */
  async #prepareIfDue(): Promise<void> {
    const { clock } = this.#ports;
    const isReady = this.#readied && isPreparedFor(this.#holding, clock.now());
    const pauseMs = this.#readied ? limits.prepareAgainMs : 1_000;
    if (isReady && this.#readied?.errors.size === 0) return;
    if (clock.now() - this.#triedAt < pauseMs) return;
    this.#triedAt = clock.now();
    this.#readied = (await tryToPrepare(this.#ports, this.#holding)) ?? this.#readied;
  }
}

function isWithin(dueAt: number | undefined, now: number, leadMs: number): boolean {
  return dueAt !== undefined && now >= dueAt - leadMs;
}

/** A rate that cannot be read now is asked for again before every call. */
async function keepShare(ports: RunnerPorts, holding: Holding, share: RateShare): Promise<void> {
  await share.keep().catch((error: unknown) => {
    ports.log.warn('rate_unreadable', { burst: holding.burst.id, code: codeOf(error) });
  });
}

/** True when nothing keeps the configuration sets from sending. */
async function tryToAllow(ports: RunnerPorts, { plan }: Readied): Promise<boolean> {
  try {
    await allowSending(ports, plan);
    return true;
  } catch (error) {
    ports.log.warn('sending_not_switched', { burst: plan.burst, code: codeOf(error) });
    return false;
  }
}

/** A preparation that fails is tried again; whatever cannot be read means: do not send. */
async function tryToPrepare(ports: RunnerPorts, holding: Holding): Promise<Readied | undefined> {
  try {
    return await prepare(ports, holding);
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    ports.log.warn('not_prepared', { burst: holding.burst.id, code: codeOf(error) });
    return undefined;
  }
}

/** When the commit is due: just before the first start, or at once after a fire. */
function commitDueAt(burst: Burst): number | undefined {
  if (burst.state !== 'armed' || burst.momentAt === undefined) return undefined;
  if (burst.firedAt !== undefined) return burst.firedAt;
  const span = releaseSpan(burst);
  return span && span.firstAt - limits.commitLeadMs;
}

/** Sleeps a little, keeps the lease, sees what others have written. */
async function rest(
  ports: RunnerPorts,
  holding: Holding,
  dueAt: number | undefined,
): Promise<void> {
  const { clock } = ports;
  if (holding.burst.state === 'standby') {
    await clock.sleep(limits.fireLookMs);
    await readAgain(ports, holding);
  } else {
    const left = dueAt === undefined ? 1_000 : dueAt - clock.now();
    if (left > 0) await clock.sleep(Math.min(limits.heartbeatNearMs, left));
    else await clock.sleep(200);
    if (left > limits.heartbeatNearMs || left <= 0) await readAgain(ports, holding);
  }
  try {
    await holding.renewIfDue();
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    ports.log.warn('lease_not_renewed', { burst: holding.burst.id });
  }
}

async function readAgain(ports: RunnerPorts, holding: Holding): Promise<void> {
  try {
    await holding.refresh();
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    ports.log.warn('header_unreadable', { burst: holding.burst.id });
  }
}

/**
 * First windows on all lanes of the legs that start now, then the header: in this order. Without
 * any share of the rate no window could be called at T, so none is claimed then.
 */
async function commit(
  ports: RunnerPorts,
  holding: Holding,
  { readied, share }: Held,
): Promise<Map<string, Lane[]>> {
  const { burst } = holding;
  const firstAt = releaseSpan(burst)?.firstAt ?? 0;
  const starting = burst.legs.filter((leg) => {
    const startAt = legStartAt(burst, leg);
    return isActive(leg) && startAt !== undefined && startAt <= firstAt + limits.commitLeadMs;
  });
  const claimed = new Map<string, Lane[]>();
  for (const leg of starting) {
    const ranges = startingLanes(readied.head, leg.name);
    const open = share.perSecond > 0 ? claimFirst : openUnclaimed;
    const lanes = ranges.map((range) => open(ports, holding, readied.head, range));
    claimed.set(leg.name, await settleAll(lanes));
  }
  const legs = starting.map((leg) => leg.name);
  await holding.apply({ kind: 'commit', epoch: holding.epoch, now: ports.clock.now(), legs });
  return claimed;
}

/** A burst taken over while releasing: keys and templates are loaded again, nothing is decided anew. */
async function readyAgain(
  ports: RunnerPorts,
  holding: Holding,
  options: TickOptions,
): Promise<Readied | undefined> {
  while (ports.clock.now() < options.until && holding.burst.state === 'releasing') {
    try {
      return await prepare(ports, holding);
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      ports.log.warn('not_prepared', { burst: holding.burst.id, code: codeOf(error) });
      await ports.clock.sleep(1_000);
      await readAgain(ports, holding);
      await holding.renewIfDue();
    }
  }
  return undefined;
}

function sendingOf(
  ports: RunnerPorts,
  holding: Holding,
  { readied, share }: Held,
  time: TickOptions,
): Sending {
  const firstCalls = new Map<string, number>();
  const { plan, head, senders, suppressionKey } = readied;
  const guard = new Guard(ports, holding, { frozenAt: head.frozenAt, time, share, plan });
  const members = new Members(ports.table, head, suppressionKey);
  return {
    ports,
    clock: ports.clock,
    holding,
    guard,
    holdBack: new HoldBack(plan, { holding, guard, members }),
    breaker: new Breaker(ports, holding, plan),
    pace: new Pace(share.perSecond),
    evenLanes: new EvenLanes(head.lanes),
    share,
    plan,
    head,
    members,
    senders,
    get until() {
      return time.until;
    },
    waits: new Map(),
    called: (leg, at) => void (firstCalls.has(leg) || firstCalls.set(leg, at)),
    firstCallAt: (leg) => firstCalls.get(leg),
  };
}

async function sendAll(
  ports: RunnerPorts,
  holding: Holding,
  held: Held,
  options: { claimed: ReadonlyMap<string, readonly Lane[]>; time: TickOptions },
): Promise<void> {
  const { readied, share } = held;
  const sending = sendingOf(ports, holding, held, options.time);
  try {
    if (options.claimed.size === 0) await sending.breaker.lookAhead();
    await sending.breaker.watch(release(sending, options.claimed));
  } finally {
    await share.giveUp().catch(() => undefined);
  }
  await makeFollowUps(ports, holding, readied.plan);
  await finish(ports, holding, readied);
  await waitIfAllWait(ports, holding, sending.waits);
}

/** All legs over (or only in doubt): from here on the burst measures. */
async function finish(ports: RunnerPorts, holding: Holding, readied: Readied): Promise<void> {
  const { burst } = holding;
  if (burst.state !== 'releasing') return;
  if (!burst.legs.every((leg) => isFinal(leg.state) || leg.state === 'in_doubt')) return;
  await freeLanes(ports, holding, readied.head);
  const now = ports.clock.now();
  const measureUntil = (burst.momentAt ?? now) + readied.plan.registration.windowMs;
  await holding.apply({ kind: 'sent', epoch: holding.epoch, now, measureUntil });
}
