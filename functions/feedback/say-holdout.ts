// What the messages brought at all, against the people whom chance held back: in words.

import { armRow, countOf } from '#domain/tally.ts';
import type { HoldoutLift } from '#statistics/holdout-lift.ts';
import type { ReportBasis } from './report-basis.ts';
import type { BurstReport } from './report-of.ts';
import { number, percent } from './say-time.ts';

export interface HoldoutReport {
  /** People who were meant to get a message, delivered or not, and people who were held back. */
  readonly treated: number;
  readonly heldOut: number;
  /** Who of them converted, as reported by person; null while nobody is reported so. */
  readonly treatedConverting: number | null;
  readonly heldOutConverting: number | null;
  readonly headline: string;
  /** What it rests on, or what is missing. */
  readonly why: string;
}

export function sayHoldout(
  basis: ReportBasis,
  compared: BurstReport['comparison'],
): HoldoutReport | null {
  const { holdout, tally } = basis;
  if (!holdout) return null;
  const lift = 'refused' in compared ? null : compared.holdout;
  const { treated, heldOut } = holdout;
  if (!lift || lift.lift === null) {
    const none = { treated, heldOut, treatedConverting: null, heldOutConverting: null };
    return { ...none, ...missing(basis, heldOut) };
  }
  const treatedConverting = countOf(tally, armRow('treated'), 'converting');
  const heldOutConverting = countOf(tally, armRow('held_out'), 'converting');
  const counted = { treated, heldOut, treatedConverting, heldOutConverting };
  const sides = [
    `${number(treatedConverting)} of the ${number(treated)} people who were meant to get a message reached the goal (${percent(treatedConverting / treated)})`,
    `${number(heldOutConverting)} of the ${number(heldOut)} whom chance held back (${percent(heldOutConverting / heldOut)})`,
  ];
  return {
    ...counted,
    headline: headline(basis, lift),
    why: `${sides.join(', and ')}: counted by person in both, within the same time, delivered or not. It holds given everything else that ran, public posts included.`,
  };
}

function missing({ burst }: ReportBasis, heldOut: number) {
  return {
    headline: 'What the messages brought cannot be told: conversions by person are missing.',
    why: `${number(heldOut)} people were held back by chance. They have no link, so their goals are known by person alone: bring in those of everybody with volley conversions import FILE --burst ${burst.id} --map person=HEADING.`,
  };
}

function headline({ now, burst, frame }: ReportBasis, lift: HoldoutLift): string {
  const isOver = now >= (burst.momentAt ?? 0) + frame.registration.windowMs;
  const so = isOver ? '' : ' so far';
  const { lo, hi, incremental, incrementalLo, incrementalHi } = lift;
  const range = `${points(lo)} to ${points(hi)} percentage points`;
  if (lo <= 0 && hi >= 0) {
    return `What the messages brought cannot be told from chance${so}: ${range}.`;
  }
  const people = [incremental ?? 0, incrementalLo, incrementalHi].map((one) =>
    number(Math.round(Math.abs(one))),
  );
  const [about = '', least = '', most = ''] = lo > 0 ? people : [people[0], people[2], people[1]];
  const said = `${about} people (${least} to ${most})`;
  return lo > 0
    ? `The messages brought about ${said} to the goal${so} who would not have come otherwise.`
    : `About ${said} fewer reached the goal${so} than without the messages.`;
}

/** A share as percentage points with its sign. */
function points(share: number): string {
  const text = percent(Math.abs(share)).replace(/\s?%$/, '');
  return `${share < 0 ? '−' : '+'}${text}`;
}
