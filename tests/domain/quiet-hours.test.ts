import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { QuietClock, QuietHours, quietStanding } from '#domain/quiet-hours.ts';

const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds;
const night = { from: '21:00', to: '08:00' };

describe('quiet hours in a zone', () => {
  test.each([
    {
      name: 'before they begin',
      now: '2027-03-04T19:59:59.999Z',
      isQuiet: false,
      until: '2027-03-04T20:00:00Z',
    },
    {
      name: 'as they begin',
      now: '2027-03-04T20:00:00Z',
      isQuiet: true,
      until: '2027-03-05T07:00:00Z',
    },
    {
      name: 'after midnight',
      now: '2027-03-05T01:00:00Z',
      isQuiet: true,
      until: '2027-03-05T07:00:00Z',
    },
    {
      name: 'as they end',
      now: '2027-03-05T07:00:00Z',
      isQuiet: false,
      until: '2027-03-05T20:00:00Z',
    },
    {
      name: 'the night the clocks go forward',
      now: '2027-03-27T22:00:00Z',
      isQuiet: true,
      until: '2027-03-28T06:00:00Z',
    },
    {
      name: 'the night the clocks go back',
      now: '2027-10-30T22:00:00Z',
      isQuiet: true,
      until: '2027-10-31T07:00:00Z',
    },
  ])('Paris, 21:00 to 08:00: $name', ({ now, isQuiet, until }) => {
    expect(quietStanding(night, 'Europe/Paris', at(now))).toEqual({ isQuiet, until: at(until) });
  });

  test.each([
    {
      name: 'begins at the change when the clocks skip its beginning',
      hours: { from: '02:30', to: '05:00' },
      now: '2027-03-28T01:00:00Z',
      want: { isQuiet: true, until: at('2027-03-28T03:00:00Z') },
    },
    {
      name: 'is open until the change',
      hours: { from: '02:30', to: '05:00' },
      now: '2027-03-28T00:59:59Z',
      want: { isQuiet: false, until: at('2027-03-28T01:00:00Z') },
    },
    {
      name: 'ends at the change when the clocks skip its end',
      hours: { from: '01:00', to: '02:30' },
      now: '2027-03-28T00:30:00Z',
      want: { isQuiet: true, until: at('2027-03-28T01:00:00Z') },
    },
    {
      name: 'lasts through a repeated hour',
      hours: { from: '01:00', to: '02:30' },
      now: '2027-10-31T00:45:00Z',
      want: { isQuiet: true, until: at('2027-10-31T01:30:00Z') },
    },
    {
      name: 'begins with the first of a repeated hour',
      hours: { from: '02:15', to: '06:00' },
      now: '2027-10-31T00:15:00Z',
      want: { isQuiet: true, until: at('2027-10-31T05:00:00Z') },
    },
    {
      name: 'by day',
      hours: { from: '12:00', to: '14:00' },
      now: '2027-06-01T11:00:00Z',
      want: { isQuiet: true, until: at('2027-06-01T12:00:00Z') },
    },
  ])('$name', ({ hours, now, want }) => {
    expect(quietStanding(hours, 'Europe/Paris', at(now))).toEqual(want);
  });

  test('a day that a zone skips joins the nights before and after it', () => {
    // Samoa had no 30 December 2011.
    const standing = quietStanding(night, 'Pacific/Apia', at('2011-12-30T09:00:00Z'));
    expect(standing).toEqual({ isQuiet: true, until: at('2011-12-30T18:00:00Z') });
  });

  test('half-hour zones and the far side of the date line have hours of their own', () => {
    const now = at('2027-03-04T17:30:00Z');
    expect(quietStanding(night, 'Asia/Kolkata', now)?.isQuiet).toBe(true);
    expect(quietStanding(night, 'Pacific/Auckland', now)?.isQuiet).toBe(true);
    expect(quietStanding(night, 'America/New_York', now)?.isQuiet).toBe(false);
  });

  test('a zone nobody knows has no standing', () => {
    expect(quietStanding(night, 'Mars/Olympus', at('2027-03-04T20:00:00Z'))).toBeUndefined();
  });

  test('away from a change of clocks the local time of day decides', () => {
    const zones = [
      'Europe/Paris',
      'America/New_York',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'UTC',
    ];
    const times = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }));
    const hours = fc.tuple(times, times).filter(([a, b]) => a[0] !== b[0] || a[1] !== b[1]);
    const start = at('2027-01-01T00:00:00Z');
    const instants = fc
      .integer({ min: 0, max: 365 * 86_400 })
      .map((seconds) => start + seconds * 1_000);
    fc.assert(
      fc.property(hours, fc.constantFrom(...zones), instants, ([a, b], zone, now) => {
        const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
        fc.pre(!hasChangeNear(local));
        const [from, to] = [a[0] * 60 + a[1], b[0] * 60 + b[1]];
        const minute = local.hour * 60 + local.minute;
        const want = from < to ? minute >= from && minute < to : minute >= from || minute < to;
        const standing = quietStanding({ from: text(a), to: text(b) }, zone, now);
        expect(standing?.isQuiet).toBe(want);
        const until = standing?.until ?? 0;
        expect(until).toBeGreaterThan(now);
        expect(quietStanding({ from: text(a), to: text(b) }, zone, until)?.isQuiet).toBe(!want);
        expect(quietStanding({ from: text(a), to: text(b) }, zone, until - 1)?.isQuiet).toBe(want);
      }),
      { numRuns: 300 },
    );
  });
});

test('a clock answers like the rule, for unknown zones as for the zone at home', () => {
  const clock = new QuietClock(night, 'Europe/Paris');
  for (const zone of ['Asia/Tokyo', undefined, 'Asia/Tokyo', 'Mars/Olympus']) {
    for (let hour = 0; hour < 48; hour += 1) {
      const now = at('2027-03-27T00:00:00Z') + hour * 3_600_000;
      const real = zone === 'Asia/Tokyo' ? zone : 'Europe/Paris';
      expect(clock.standing(zone, now)).toMatchObject(quietStanding(night, real, now) ?? {});
    }
  }
});

test.each([
  { from: '24:00', to: '08:00' },
  { from: '8:00', to: '09:00' },
  { from: '21:60', to: '08:00' },
  { from: '', to: '08:00' },
])('$from to $to is no pair of times', (hours) => {
  expect(QuietHours.safeParse({ ...hours, inside: 'hold_back' }).success).toBe(false);
});

function text([hour, minute]: readonly [number, number]): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

function hasChangeNear(local: Temporal.ZonedDateTime): boolean {
  return local.add({ hours: 60 }).offset !== local.subtract({ hours: 60 }).offset;
}
