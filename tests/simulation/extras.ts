// What only some bursts have: quiet hours, waves, caps, who is skipped; and what readers and
// operators do about them. Drawn from streams of their own, after everything else.

import type { Stream } from './stream.ts';

/** Local minutes of the day; whoever has no zone of her own lives in the burst's. */
export interface QuietScript {
  readonly from: number;
  readonly to: number;
  readonly inside: 'hold_back' | 'release_after';
}

export interface WaveScript {
  readonly share?: number;
  /** Leaves by itself after this; absent: when somebody allocates it. */
  readonly afterMs?: number;
  /** Its calls follow from what the waves before it answered. */
  readonly bet?: 'roll' | 'best';
}

export interface LegExtras {
  readonly quiet?: QuietScript;
  readonly skipsConverted?: true;
  readonly waves?: readonly WaveScript[];
  /** So many leave first, and the others wait for their feedback. */
  readonly firstWave?: number;
}

export interface BurstExtras {
  readonly cap?: { readonly messages: number; readonly withinMs: number };
}

/** Orders and events beside the ones about the burst's own life. */
export type ExtraAct =
  | { readonly kind: 'allocate'; readonly leg: string; readonly call?: 'join' | 'give' }
  | {
      readonly kind: 'import';
      readonly audience: string;
      readonly addresses: readonly string[];
      readonly firstName: string;
    }
  | { readonly kind: 'erase'; readonly address: string }
  | { readonly kind: 'redrive' }
  /** By the link in an email that somebody got. */
  | { readonly kind: 'leave' }
  | { readonly kind: 'click' }
  | { readonly kind: 'convert' }
  | { readonly kind: 'complain' }
  | { readonly kind: 'replay' }
  | { readonly kind: 'poison' };

type Does = (at: number, act: ExtraAct) => void;

interface Person {
  readonly audience: string;
  readonly address: string;
}

const MINUTE_MS = 60_000;
/** Moments are ordered in UTC: that is where whoever has no zone of her own lives. */
const HOME_OFFSET_MINUTES = 0;
const DAY_MINUTES = 1_440;

export function drawLegExtras(stream: Stream, startAt: number, size: number): LegExtras {
  const firstWave = stream.chance(0.05) ? Math.min(size, 40) : undefined;
  // Those that wait for feedback wait long enough as they are.
  const waves = firstWave === undefined && stream.chance(0.12) ? drawWaves(stream) : undefined;
  return {
    ...(stream.chance(0.12) ? { quiet: drawQuiet(stream, startAt) } : {}),
    ...(stream.chance(0.3) ? { skipsConverted: true } : {}),
    ...(firstWave === undefined ? {} : { firstWave }),
    ...(waves === undefined ? {} : { waves }),
  };
}

export function drawBurstExtras(stream: Stream): BurstExtras {
  if (!stream.chance(0.2)) return {};
  return { cap: { messages: stream.pick([1, 1, 2]), withinMs: 3_600_000 } };
}

function drawWaves(stream: Stream): WaveScript[] {
  const later = () => ({ afterMs: stream.integer(2_000, 60_000) });
  const first = { share: stream.pick([0.2, 0.5]) };
  const second = stream.chance(0.3) ? {} : later();
  const waves = stream.chance(0.3) ? [first, { share: 0.2, ...later() }, second] : [first, second];
  const own = stream.fork('bet');
  if (!own.chance(0.65)) return waves;
  const bet = own.pick(['roll', 'best'] as const);
  return waves.map((wave, index) => (index === 0 ? wave : { ...wave, bet }));
}

/** Hours that end or begin within a few minutes of any moment of this world. */
function drawQuiet(stream: Stream, startAt: number): QuietScript {
  const edge = Math.floor((startAt + stream.between(60_000, 240_000)) / MINUTE_MS);
  const local = (minute: number) => (minute + HOME_OFFSET_MINUTES + DAY_MINUTES) % DAY_MINUTES;
  const near = local(edge % DAY_MINUTES);
  const far = (minutes: number) => (near + minutes + DAY_MINUTES) % DAY_MINUTES;
  if (stream.chance(0.6)) {
    // They end here: whoever is kept is released while we look.
    return { from: far(-25), to: near, inside: stream.pick(['release_after', 'hold_back']) };
  }
  if (stream.chance(0.5)) return { from: near, to: far(540), inside: 'hold_back' };
  return { from: near, to: far(3), inside: 'release_after' };
}

/** What readers and operators do around and after the moment. */
export function drawExtraActs(
  stream: Stream,
  around: {
    readonly momentAt: number;
    readonly drainMs: number;
    readonly people: readonly Person[];
    readonly waves: readonly {
      readonly leg: string;
      readonly count: number;
      readonly isBet: boolean;
    }[];
  },
  does: Does,
): void {
  const { momentAt, drainMs, people, waves } = around;
  const soon = () => momentAt + stream.between(200, Math.min(60_000, drainMs + 20_000));
  const some = (share: number, most: number, act: () => ExtraAct) => {
    if (!stream.chance(share)) return;
    for (let count = stream.integer(1, most); count > 0; count -= 1) does(soon(), act());
  };
  for (const { leg, count, isBet } of waves) {
    const own = stream.fork(`bet ${leg}`);
    for (let click = isBet ? own.integer(2, 14) : 0; click > 0; click -= 1) {
      does(momentAt + own.between(200, 12_000), { kind: 'click' });
    }
    for (let wave = 1; wave < count; wave += 1) {
      if (!stream.chance(0.8)) continue;
      const call = stream.pick(['join', 'give', ''] as const);
      const act = { kind: 'allocate', leg, ...(call ? { call } : {}) } as const;
      does(momentAt + stream.between(-2_000, 60_000), act);
    }
  }
  some(0.2, 6, () => ({ kind: 'click' }));
  some(0.3, 12, () => ({ kind: 'convert' }));
  some(0.12, 3, () => ({ kind: 'leave' }));
  some(0.1, 2, () => ({ kind: 'complain' }));
  some(0.08, 2, () => ({ kind: 'replay' }));
  drawErasures(stream, people, momentAt, does);
  drawImport(stream, people, momentAt, does);
  if (!stream.chance(0.08)) return;
  for (let count = stream.integer(1, 3); count > 0; count -= 1) does(soon(), { kind: 'poison' });
  does(momentAt + stream.between(60_000, 140_000), { kind: 'redrive' });
  if (stream.chance(0.3)) does(momentAt + stream.between(60_000, 140_000), { kind: 'redrive' });
}

function drawErasures(stream: Stream, people: readonly Person[], momentAt: number, does: Does) {
  if (people.length === 0 || !stream.chance(0.12)) return;
  for (let count = stream.integer(1, 2); count > 0; count -= 1) {
    const { address } = stream.pick(people);
    does(momentAt + stream.between(-40_000, 20_000), { kind: 'erase', address });
  }
}

/** A few new people, and one who is there already. */
function drawImport(stream: Stream, people: readonly Person[], momentAt: number, does: Does) {
  if (people.length === 0 || !stream.chance(0.08)) return;
  const known = stream.pick(people);
  const mark = stream.integer(1, 999);
  const addresses = [`new${mark}a@example.com`, `new${mark}b@example.com`, known.address] as const;
  const act = { kind: 'import', audience: known.audience, addresses } as const;
  const at = momentAt - stream.between(5_000, 60_000);
  does(at, { ...act, firstName: 'Zoe' });
  const own = stream.fork('again');
  if (!own.chance(0.5)) return;
  // Under another name: undoing it would bring back the one before.
  does(at + own.between(500, 3_000), { ...act, firstName: 'Zora' });
  does(at + own.between(5_000, 30_000), { kind: 'erase', address: own.pick(addresses) });
}
