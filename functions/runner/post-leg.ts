// One broadcast leg: exactly one publish from memory, then its answer on record, doubt read back.

import type { BroadcastChannel, Prepared, Published } from '#channels/contract.ts';
import { legStartAt } from '#domain/burst.ts';
import { codeOf } from '#domain/faults.ts';
import type { LegState } from '#domain/leg.ts';
import { limits } from '#domain/limits.ts';
import type { BroadcastLegPlan } from '#domain/plan.ts';
import { type LegItem, loadLeg, saveLeg } from '#store/legs.ts';
import { type Halt, mayPass } from './guard.ts';
import { LeaseLost } from './holding.ts';
import type { Sending } from './sending.ts';
import { tellReleased } from './tell-released.ts';

/** A leg whose post may be, or may have been, published by this run. */
export interface PostLeg {
  readonly plan: BroadcastLegPlan;
  readonly channel: BroadcastChannel;
  readonly prepared: Prepared;
  item: LegItem;
}

/** Loads what was prepared; undefined when there is nothing to publish. */
export async function loadPostLeg(
  sending: Sending,
  plan: BroadcastLegPlan,
): Promise<PostLeg | undefined> {
  const channel = sending.ports.channels.get(plan.channel);
  const item = await loadLeg(sending.ports.table, sending.plan.burst, plan.name);
  if (channel?.kind !== 'broadcast' || !item?.prepared) return undefined;
  const post = { plan, channel, prepared: item.prepared, item };
  await open(sending, post);
  return post;
}

/** What a publish needs is read before the guard is asked; without it the channel calls nothing. */
async function open(sending: Sending, post: PostLeg): Promise<void> {
  try {
    await post.channel.open(post.plan);
  } catch (error) {
    const { log } = sending.ports;
    log.warn('channel_not_open', {
      burst: sending.plan.burst,
      leg: post.plan.name,
      code: codeOf(error),
    });
  }
}

/**
 * Publishes a leg that this run has claimed. The request starts synchronously when the guard
 * can answer from memory. Ends with the leg's state on record; never publishes twice.
 */
export async function publishPost(sending: Sending, post: PostLeg): Promise<void> {
  const { guard, clock } = sending;
  const { name, deadlineMs } = post.plan;
  for (let attempt = 1; ; attempt += 1) {
    const fromMemory = guard.halt(name);
    const halt = mayPass(fromMemory) ? await guard.check(name) : fromMemory;
    if (halt) return notCalled(sending, name, halt);
    const startedAt = clock.now();
    sending.called(name, startedAt);
    const answer = await post.channel.publish(post.prepared, post.plan);
    if (answer.kind !== 'throttled') return record(sending, post, answer, startedAt);
    // Throttled means: certainly not applied. Asked again only inside the leg's deadline.
    const againAt = clock.now() + Math.max(200, answer.retryAfterMs);
    if (againAt > startOf(sending, name) + deadlineMs || attempt >= 10) {
      return setState(sending, name, 'missed', answer.reason);
    }
    await clock.sleepUntil(againAt);
    await open(sending, post);
    await guard.keep();
  }
}

/** The owner of the claim says so: no call was made. */
async function notCalled(sending: Sending, name: string, halt: Halt): Promise<void> {
  if (halt === 'lease') throw new LeaseLost(`leg ${name} lost its lease before its call`);
  if (halt === 'deadline') await setState(sending, name, 'missed', 'deadline_passed');
  else await setState(sending, name, 'prepared');
}

function startOf(sending: Sending, name: string): number {
  return legStartAt(sending.holding.burst, legOf(sending, name)) ?? sending.clock.now();
}

function legOf(sending: Sending, name: string) {
  const leg = sending.holding.burst.legs.find((one) => one.name === name);
  if (!leg) throw new Error(`burst ${sending.plan.burst} has no leg ${name}`);
  return leg;
}

async function record(
  sending: Sending,
  post: PostLeg,
  answer: Exclude<Published, { kind: 'throttled' }>,
  startedAt: number,
): Promise<void> {
  const answeredAt = sending.clock.now();
  const { momentAt } = sending.holding.burst;
  const times = {
    callStartedAt: startedAt,
    answeredAt,
    ...(momentAt === undefined ? {} : { latenessMs: startedAt - momentAt - post.plan.offsetMs }),
  };
  tellReleased(sending, post.plan.name, times.latenessMs);
  if (answer.kind === 'published') {
    const { kind: _k, ...published } = answer;
    await saveItem(sending, post, { ...times, published });
    await setState(sending, post.plan.name, 'published');
  } else if (answer.kind === 'rejected') {
    await saveItem(sending, post, { ...times, reason: answer.reason });
    await setState(sending, post.plan.name, 'rejected', answer.why);
  } else {
    await saveItem(sending, post, { ...times, reason: answer.reason });
    await setState(sending, post.plan.name, 'in_doubt', answer.reason);
    await settlePost(sending, post, { until: sending.until });
  }
}

/**
 * Reads back what a lost answer, or a lost runner, left open. Repeats only what the identity class
 * allows: same key, same content, inside the leg's deadline. Returns when the leg is settled, when
 * it has to wait for longer than is sensible, or at `until`.
 */
export async function settlePost(
  sending: Sending,
  post: PostLeg,
  options: { readonly until: number; readonly looks?: number },
): Promise<void> {
  const { clock, guard } = sending;
  const { looks = 8, until } = options;
  for (let look = 0; look < looks && clock.now() < until; look += 1) {
    if (look > 0) await clock.sleep(Math.min(5_000, 250 * 2 ** look));
    if (await lookOnce(sending, post)) return;
    await guard.keep();
  }
}

/** One reading back; true when the leg is settled. */
async function lookOnce(sending: Sending, post: PostLeg): Promise<boolean> {
  const { clock, guard, holding } = sending;
  const { name, deadlineMs } = post.plan;
  const startAt = startOf(sending, name);
  const claimedAt = Math.min(holding.burst.releasedAt ?? startAt, startAt) - limits.clockSkewMs;
  const resolved = await post.channel.resolve(post.prepared, post.plan, claimedAt);
  if (resolved.kind === 'published' && resolved.confidence !== 'weak') {
    const { postId, url } = resolved;
    await saveItem(sending, post, { published: url === undefined ? { postId } : { postId, url } });
    await setState(sending, name, 'published');
    return true;
  }
  if (resolved.kind !== 'absent') return false;
  // After a resume a call may start until the deadline has passed once more.
  const calledFrom = Math.max(startAt, holding.burst.resumedAt ?? startAt);
  if (clock.now() > calledFrom + deadlineMs + limits.lateEffectMs) {
    await setState(sending, name, 'missed', 'not_published');
    return true;
  }
  // Once a burst is stopped, abandoned or over, a post is only read back.
  if (!mayRepeat(post) || holding.burst.state !== 'releasing') return false;
  await open(sending, post);
  return (await guard.check(name)) === undefined && (await repeat(sending, post));
}

/**
 * A: we named it, a repeat is a no-op. B: what was staged becomes public once, and it was just read
 * that it is not. C: the server holds our key and honours it. D never.
 */
function mayRepeat(post: PostLeg): boolean {
  const { identityClass, repeatable } = post.prepared;
  if (identityClass === 'A' || identityClass === 'B') return true;
  return identityClass === 'C' && repeatable;
}

/** The same request under the same identity; true when it settled the leg. */
async function repeat(sending: Sending, post: PostLeg): Promise<boolean> {
  const answer = await post.channel.publish(post.prepared, post.plan);
  if (answer.kind === 'published') {
    const { kind: _k, ...published } = answer;
    await saveItem(sending, post, { answeredAt: sending.clock.now(), published });
    await setState(sending, post.plan.name, 'published');
    return true;
  }
  // A refusal of the repeat says nothing of the first call: the leg stays in doubt.
  return false;
}

async function saveItem(sending: Sending, post: PostLeg, change: Partial<LegItem>): Promise<void> {
  const { table, entropy } = sending.ports;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const next = { ...post.item, ...change };
    const saved = await saveLeg(table, post.item, next, entropy.id());
    if (saved.kind === 'saved') {
      post.item = saved.item;
      return;
    }
    if (!saved.current) return;
    post.item = saved.current;
  }
}

async function setState(
  sending: Sending,
  name: string,
  state: LegState,
  reason?: string,
): Promise<void> {
  const { epoch } = sending.holding;
  const base = { kind: 'leg', epoch, name, state } as const;
  await sending.holding.apply(reason === undefined ? base : { ...base, reason });
}
