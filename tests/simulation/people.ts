// People and systems giving orders through the API: each order runs in a container of its own, may
// die half-way or lose its answer, and is tried again by whoever gave it.

import { abandonBurst } from '#commands/abandon-burst.ts';
import { allocateWave } from '#commands/allocate-wave.ts';
import { approveBurst } from '#commands/approve-burst.ts';
import { cancelBurst } from '#commands/cancel-burst.ts';
import type { CommandContext, Scope } from '#commands/context.ts';
import { versionOf } from '#commands/describe-burst.ts';
import { eraseAddress } from '#commands/erase-address.ts';
import { fireBurst } from '#commands/fire-burst.ts';
import { importAudience } from '#commands/import-audience.ts';
import { planBurst } from '#commands/plan-burst.ts';
import { type Redriven, redrive } from '#commands/redrive.ts';
import { resumeBurst } from '#commands/resume-burst.ts';
import { scheduleBurst } from '#commands/schedule-burst.ts';
import { standbyBurst } from '#commands/standby-burst.ts';
import { stopBurst } from '#commands/stop-burst.ts';
import { suppressAddress } from '#commands/suppress-address.ts';
import { Refusal } from '#domain/faults.ts';
import type { Item } from '#domain/ports.ts';
import { addressDigest } from '#domain/suppression.ts';
import { loadBurst } from '#store/bursts.ts';
import { suppressByLink } from '#store/suppress-by-link.ts';
import { APPROVER, contentOf, markFor, PLANNER } from './campaign.ts';
import { fileOf } from './campaign-file.ts';
import type { Fleet } from './fleet.ts';
import type { SimNode, Surroundings } from './node.ts';
import type { Readers } from './readers.ts';
import type { Act, BurstScript, Doing } from './script.ts';
import type { Stream } from './stream.ts';
import type {
  AcceptedTruth,
  Acknowledgement,
  BurstTruth,
  ImportTruth,
  PlanningTruth,
  Truth,
} from './truth.ts';
import { WatchedTable } from './watched-table.ts';

export interface Desk {
  readonly world: Surroundings;
  readonly fleet: Fleet;
  readonly chance: Stream;
  readonly truth: Truth;
  readonly scripts: ReadonlyMap<string, BurstScript>;
  readonly readers: Readers;
  readonly contextOf: (node: SimNode, name: string, scope: Scope) => CommandContext;
}

/** How often somebody tries before giving up. */
const TRIES_MAX = 6;

export class People {
  readonly #desk: Desk;
  readonly #versions = new Map<string, number>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  begin(doings: readonly Doing[]): void {
    for (const doing of doings) {
      this.#desk.world.schedule.at(doing.at, () => this.#begin(doing));
    }
  }

  /** After faults end, somebody tidies up: nothing waits for a person for ever. */
  tidy(burst: string): void {
    const { world, fleet, chance, contextOf } = this.#desk;
    const invocation = fleet.invoke(async ({ node }) => {
      const context = contextOf(node, PLANNER, 'operator');
      const header = await loadBurst(context.table, burst, { consistent: true });
      const act = header && remedy(header.state, this.#desk.scripts.get(burst), chance);
      if (act) this.#attempt({ at: world.schedule.now, burst, act }, 1);
    });
    world.trace.note(world.schedule.now, invocation.name, `somebody looks after ${burst}`);
  }

  /** What readers do needs no answer; whoever leaves by a link got it with an email. */
  #begin(doing: Doing): void {
    const { act, burst } = doing;
    const { readers, world } = this.#desk;
    switch (act.kind) {
      case 'click':
      case 'convert':
      case 'complain':
      case 'replay':
      case 'poison':
        if (readers.act(burst, act.kind)) world.note(`reader: ${act.kind}`);
        return;
      case 'leave': {
        const reader = readers.anybody(burst);
        if (reader) this.#leave(doing, reader);
        return;
      }
      case 'erase':
        this.#desk.truth.erasing.add(act.address);
        break;
      case 'import':
        for (const address of act.addresses) this.#desk.truth.imported.add(address);
        break;
      default:
    }
    this.#attempt(doing, 1);
  }

  /** By the link in the email: whoever hears nothing follows it again. */
  #leave(doing: Doing, reader: AcceptedTruth, tries = 1): void {
    const { world, fleet, contextOf, truth } = this.#desk;
    const { burst, ordinal, address } = reader;
    fleet.invoke(
      async ({ node }) => {
        const context = contextOf(node, PLANNER, 'operator');
        const { table } = context;
        const digest = addressDigest(address, await context.suppressionKey());
        const leaving = {
          get: table.get.bind(table),
          putIfAbsent: (item: Item) => table.put(item, { kind: 'item_absent' }),
        };
        await suppressByLink(leaving, { digest, burst, ordinal, now: () => node.clock.now() });
      },
      (error) => {
        if (error) {
          if (tries < TRIES_MAX) this.#leave(doing, reader, tries + 1);
          return;
        }
        truth.acknowledgements.push({ kind: 'suppressed', address, at: world.schedule.now });
        world.note('somebody left by the link');
      },
    );
  }

  #attempt(doing: Doing, tries: number): void {
    const { world, fleet, chance } = this.#desk;
    const askedAt = world.schedule.now;
    const asked = this.#asked(doing, askedAt);
    let isAnswered = false;
    const again = () => {
      if (isAnswered || tries >= TRIES_MAX) return;
      isAnswered = true;
      world.note(`${doing.act.kind} tried again`);
      this.#attempt(doing, tries + 1);
    };
    fleet.invoke(
      (invocation) => {
        const { act, burst } = doing;
        world.trace.note(askedAt, invocation.node.name, `ORDER ${burst} ${JSON.stringify(act)}`);
        return this.#carryOut(invocation.node, doing);
      },
      (error) => {
        if (isAnswered) return;
        if (error === undefined) {
          isAnswered = true;
          asked.answered(world.schedule.now);
        } else if (error instanceof Refusal) {
          isAnswered = true;
          asked.refused(error.code);
        } else world.schedule.after(chance.between(200, 2_000), again);
      },
    );
    // Whoever hears nothing tries again; the first order may still be under way.
    world.schedule.after(chance.between(5_000, 12_000), again);
  }

  /** What truth keeps of an order: when it was given, and when it was acknowledged. */
  #asked(doing: Doing, askedAt: number) {
    const { truth, world } = this.#desk;
    const { act, burst } = doing;
    if (act.kind === 'schedule') {
      truth.moments.push({ burst, kind: 'scheduled', at: askedAt, momentAt: act.momentAt });
    } else if (act.kind === 'fire') {
      truth.moments.push({ burst, kind: 'fired', at: askedAt, momentAt: askedAt });
    }
    const known = truth.bursts.find((one) => one.burst === burst) as BurstTruth;
    const version = this.#versionOf(burst, act);
    const hash = known.contents[version - 1]?.contentHash ?? '';
    if (act.kind === 'approve') {
      const by = APPROVER;
      truth.acknowledgements.push({ kind: 'approved', burst, contentHash: hash, by, at: askedAt });
    }
    const resumed =
      act.kind === 'resume' ? { askedAt, answeredAt: undefined as number | undefined } : undefined;
    if (resumed) truth.resumes.push(Object.assign(resumed, { burst }));
    return {
      answered: (at: number) => {
        world.trace.note(at, 'people', `ACK ${burst} ${act.kind}`);
        truth.acknowledgements.push(...acknowledgementsOf(act, burst, askedAt, at));
        if (resumed) resumed.answeredAt = at;
        if (act.kind === 'edit') this.#versions.set(burst, act.version);
        if (act.kind === 'plan') this.#versions.set(burst, 1);
        world.note(`${act.kind} acknowledged`);
      },
      refused: (code: string) => {
        world.trace.note(world.schedule.now, 'people', `REFUSED ${burst} ${act.kind} ${code}`);
        if (resumed) resumed.answeredAt = world.schedule.now;
        world.note(`${act.kind} refused: ${code}`);
      },
    };
  }

  async #carryOut(node: SimNode, doing: Doing): Promise<void> {
    const { act, burst } = doing;
    const isApproval = act.kind === 'approve';
    const name = isApproval ? APPROVER : PLANNER;
    const scope = act.kind === 'erase' ? 'admin' : isApproval ? 'approver' : 'operator';
    const context = this.#desk.contextOf(node, name, scope);
    const table = new WatchedTable(context.table, burst);
    const done = await this.#command({ ...context, table }, burst, act);
    const what = whatOf(act, done, table.hasWrittenHeader);
    // Where a call failed, the entry may be what could not be written.
    if (what === undefined || !table.isClear) return;
    const { truth, world } = this.#desk;
    const of = DEPLOYMENT.has(what) ? {} : { burst };
    truth.orders.push({ ...of, by: name, what, at: world.schedule.now });
  }

  #command(context: CommandContext, burst: string, act: Act): Promise<unknown> {
    switch (act.kind) {
      case 'plan':
        return this.#plan(context, burst, 1);
      case 'edit':
        return this.#edit(context, burst, act);
      case 'approve':
        return approveBurst(context, {
          burst,
          contentHash: this.#content(burst, this.#versionOf(burst, act)).hash,
        });
      case 'schedule':
        return scheduleBurst(context, { burst, at: textOf(act.momentAt) });
      case 'standby':
        return standbyBurst(context, { burst, from: textOf(act.from), until: textOf(act.until) });
      case 'fire':
        return fireBurst(
          context,
          act.outcome === undefined ? { burst } : { burst, outcome: act.outcome },
        );
      case 'stop':
        return stopBurst(context, { burst });
      case 'resume':
        return resumeBurst(context, { burst });
      case 'abandon':
        return abandonBurst(context, { burst });
      case 'cancel':
        return cancelBurst(context, { burst });
      case 'suppress':
        return suppressAddress(context, { address: act.address, reason: act.reason });
      default:
        return this.#extra(context, burst, act);
    }
  }

  async #extra(context: CommandContext, burst: string, act: Act): Promise<unknown> {
    switch (act.kind) {
      case 'allocate':
        return this.#allocate(context, burst, act);
      case 'erase':
        for (let after: string | undefined; ; ) {
          after = (await eraseAddress(context, act.address, after)).next;
          if (after === undefined) return undefined;
        }
      case 'redrive':
        return redrive(context, {});
      case 'import':
        return this.#import(context, act);
      default:
        return undefined;
    }
  }

  async #allocate(
    context: CommandContext,
    burst: string,
    { leg, call }: Extract<Act, { kind: 'allocate' }>,
  ): Promise<void> {
    const { truth, world } = this.#desk;
    if (call !== undefined) truth.allocations.push({ burst, leg });
    const wanted = call === undefined ? {} : { calls: { [call]: 1 } };
    const { wave, allocation } = await allocateWave(context, { burst, leg, ...wanted });
    const calls = allocation.flatMap((one) => (one.weight > 0 ? [one.call] : []));
    const at = world.schedule.now;
    truth.acknowledgements.push({ kind: 'allocated', burst, leg, wave, calls, at });
  }

  /** Whoever looks before she edits says what she saw: the burst must still be that one. */
  async #edit(
    context: CommandContext,
    burst: string,
    { version, isCareful }: Extract<Act, { kind: 'edit' }>,
  ): Promise<void> {
    if (!isCareful) return this.#plan(context, burst, version);
    const seen = await loadBurst(context.table, burst, { consistent: true });
    await this.#plan(seen ? { ...context, expected: [versionOf(seen)] } : context, burst, version);
    if (seen?.approval) this.#desk.world.note('edited under an approval that was seen');
  }

  async #plan(context: CommandContext, burst: string, version: number): Promise<void> {
    const { truth, world, scripts } = this.#desk;
    const file = fileOf(scripts.get(burst) as BurstScript, markFor(burst, version), truth.startAt);
    const contentHash = this.#content(burst, version).hash;
    const planning: PlanningTruth = { burst, contentHash, isRefused: false, answeredAt: undefined };
    const askedAt = world.schedule.now;
    truth.plannings.push(planning);
    try {
      await planBurst(context, { burst, ...file });
    } catch (error) {
      // Whoever is told that it changed meanwhile may have changed it: a write without an answer.
      const isSure = error instanceof Refusal && error.code !== 'precondition_failed';
      if (isSure) planning.isRefused = true;
      throw error;
    }
    const at = world.schedule.now;
    planning.answeredAt = at;
    truth.acknowledgements.push({ kind: 'planned', burst, contentHash, askedAt, at });
  }

  async #import(
    context: CommandContext,
    { audience, addresses, firstName }: Extract<Act, { kind: 'import' }>,
  ): Promise<void> {
    const { truth, world } = this.#desk;
    const importing: ImportTruth = { addresses, answeredAt: undefined };
    truth.imports.push(importing);
    const rows = addresses.map((address) => `${address},${firstName}`);
    await importAudience(context, { audience }, ['email,first_name', ...rows, ''].join('\n'));
    importing.answeredAt = world.schedule.now;
  }

  /** What an approver has read. */
  #versionOf(burst: string, act: Act): number {
    const read = act.kind === 'approve' ? act.version : undefined;
    return read ?? this.#versions.get(burst) ?? 1;
  }

  #content(burst: string, version: number) {
    const script = this.#desk.scripts.get(burst) as BurstScript;
    return contentOf(script, version, this.#desk.truth.startAt);
  }
}

/** Of these the deployment's own audit log tells. */
const DEPLOYMENT: ReadonlySet<string> = new Set(['import', 'redrive', 'suppress']);

/** What the audit log has to say of an order that was carried out; nothing where nothing changed. */
function whatOf(act: Act, done: unknown, hasWrittenHeader: boolean): string | undefined {
  switch (act.kind) {
    case 'plan':
    case 'edit':
      return hasWrittenHeader ? 'plan' : undefined;
    case 'approve':
    case 'schedule':
    case 'standby':
    case 'fire':
    case 'stop':
    case 'resume':
    case 'abandon':
    case 'cancel':
      return hasWrittenHeader ? act.kind : undefined;
    case 'allocate':
      return 'allocate_wave';
    case 'redrive':
      return (done as Redriven).replayed > 0 ? act.kind : undefined;
    case 'import':
    case 'suppress':
      return act.kind;
    default:
      return undefined;
  }
}

/** Instants as people may write them, to the millisecond. */
function textOf(at: number): string {
  return new Date(at).toISOString();
}

function remedy(state: string, script: BurstScript | undefined, chance: Stream): Act | undefined {
  const waiting = (script?.legs ?? []).filter((leg) => leg.waves !== undefined);
  if (state === 'releasing' && waiting.length > 0) {
    return { kind: 'allocate', leg: chance.pick(waiting).leg };
  }
  if (state === 'stopped') return { kind: chance.chance(0.6) ? 'resume' : 'abandon' };
  if (['draft', 'approved', 'standby', 'scheduled', 'armed', 'missed'].includes(state)) {
    return chance.chance(0.3) && state === 'standby' ? { kind: 'fire' } : { kind: 'cancel' };
  }
  return undefined;
}

function acknowledgementsOf(
  act: Act,
  burst: string,
  askedAt: number,
  at: number,
): Acknowledgement[] {
  switch (act.kind) {
    case 'stop':
      return [{ kind: 'stopped', burst, at, askedAt }];
    case 'cancel':
      return [{ kind: 'cancelled', burst, at, askedAt }];
    case 'suppress':
      return [{ kind: 'suppressed', address: act.address, at }];
    case 'erase':
      return [
        { kind: 'suppressed', address: act.address, at },
        { kind: 'erased', address: act.address, askedAt, at },
      ];
    default:
      return [];
  }
}
