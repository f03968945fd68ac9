import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '#domain/faults.ts';
import { isZone, type MomentOptions, parseMoment, renderMoment } from '#domain/moment.ts';

const now = Date.parse('2026-01-15T12:00:00Z');

function codeOf(text: string, options: Partial<MomentOptions> = {}): string {
  try {
    parseMoment(text, { now, ...options });
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return 'taken';
}

function messageOf(text: string): string {
  try {
    parseMoment(text, { now });
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

test.each([
  ['2027-03-04 10:00 Europe/Paris', '2027-03-04T09:00:00.000Z', 'Europe/Paris'],
  ['2027-03-04T10:00 Europe/Paris', '2027-03-04T09:00:00.000Z', 'Europe/Paris'],
  ['2026-07-04 10:00:30 America/New_York', '2026-07-04T14:00:30.000Z', 'America/New_York'],
  ['2026-07-04 10:00 Asia/Kolkata', '2026-07-04T04:30:00.000Z', 'Asia/Kolkata'],
  ['2026-06-01T10:00:00Z', '2026-06-01T10:00:00.000Z', 'UTC'],
  ['2026-06-01T10:00:00.250Z', '2026-06-01T10:00:00.250Z', 'UTC'],
  ['2026-06-01T10:00:00+05:30', '2026-06-01T04:30:00.000Z', 'UTC'],
  ['2026-06-01T10:00:00+02:00[Europe/Paris]', '2026-06-01T08:00:00.000Z', 'Europe/Paris'],
  ['2026-06-01 10:00 UTC', '2026-06-01T10:00:00.000Z', 'UTC'],
  // A zone's own spelling, whatever the case it was written in.
  ['2026-06-01 10:00 Europe/paris', '2026-06-01T08:00:00.000Z', 'Europe/Paris'],
])('%s is %s', (text, iso, zone) => {
  const moment = parseMoment(text, { now });
  expect(new Date(moment.at).toISOString()).toBe(iso);
  expect(moment.zone).toBe(zone);
});

describe('a time of day is the next one', () => {
  test.each([
    // Now is 13:00 in Paris.
    ['20:00', '2026-01-15T19:00:00.000Z'],
    ['12:59', '2026-01-16T11:59:00.000Z'],
    ['13:00', '2026-01-16T12:00:00.000Z'],
    ['13:01', '2026-01-15T12:01:00.000Z'],
    ['00:00', '2026-01-15T23:00:00.000Z'],
  ])('%s', (text, iso) => {
    const moment = parseMoment(text, { now, zone: 'Europe/Paris' });
    expect(new Date(moment.at).toISOString()).toBe(iso);
  });

  test('counted from another instant where one is given', () => {
    const after = Date.parse('2027-04-11T18:00:00Z');
    const moment = parseMoment('23:30', { now, zone: 'Europe/Paris', after });
    expect(new Date(moment.at).toISOString()).toBe('2027-04-11T21:30:00.000Z');
  });

  test('tonight in New York is tomorrow in UTC', () => {
    const moment = parseMoment('23:30 America/New_York', { now });
    expect(new Date(moment.at).toISOString()).toBe('2026-01-16T04:30:00.000Z');
  });

  test('without a zone nobody knows when', () => {
    expect(codeOf('20:00')).toBe('zone_missing');
  });
});

describe('clock changes', () => {
  test.each([
    ['Europe/Paris', '2026-03-29 02:30'],
    ['America/New_York', '2026-03-08 02:30'],
    ['Australia/Sydney', '2026-10-04 02:30'],
    // Half an hour only.
    ['Australia/Lord_Howe', '2026-10-04 02:15'],
    // At midnight.
    ['Africa/Cairo', '2026-04-24 00:30'],
  ])('%s skips %s', (zone, text) => {
    expect(codeOf(`${text} ${zone}`)).toBe('moment_impossible');
    expect(messageOf(`${text} ${zone}`)).toContain('does not exist');
  });

  test.each([
    ['Europe/Paris', '2026-10-25 02:30', '+02:00', '+01:00'],
    ['America/New_York', '2026-11-01 01:30', '-04:00', '-05:00'],
    ['Australia/Sydney', '2026-04-05 02:30', '+11:00', '+10:00'],
    ['Australia/Lord_Howe', '2026-04-05 01:45', '+11:00', '+10:30'],
  ])('%s has %s twice, and an offset chooses', (zone, text, first, second) => {
    expect(codeOf(`${text} ${zone}`)).toBe('moment_ambiguous');
    const message = messageOf(`${text} ${zone}`);
    for (const offset of [first, second]) {
      const choice = `${text} ${offset} ${zone}`;
      expect(message).toContain(`"${choice}"`);
      expect(renderMoment(parseMoment(choice, { now }).at, zone)).toContain(`(${offset})`);
    }
    const [one, other] = [first, second].map(
      (offset) => parseMoment(`${text} ${offset} ${zone}`, { now }).at,
    );
    expect(other).toBeGreaterThan(one ?? Number.POSITIVE_INFINITY);
  });

  test('an offset that the zone does not have then is a contradiction', () => {
    expect(codeOf('2026-06-01 10:00 +01:00 Europe/Paris')).toBe('moment_impossible');
    expect(codeOf('2026-10-25 02:30 +03:00 Europe/Paris')).toBe('moment_impossible');
  });

  test('a day without any clock change is neither', () => {
    expect(codeOf('2026-10-25 02:30 Asia/Tokyo')).toBe('taken');
  });
});

test.each([
  ['yesterday', 'moment_malformed'],
  ['', 'moment_malformed'],
  ['1767225600', 'moment_malformed'],
  ['2026-06-01', 'moment_malformed'],
  ['2026-06-01 10:00 Europe/Paris or so', 'moment_malformed'],
  ['2026-6-1 10:00 Europe/Paris', 'moment_malformed'],
  ['2026-06-01T10:00', 'zone_missing'],
  ['2026-02-30T10:00:00 Europe/Paris', 'moment_impossible'],
  ['2026-02-29 10:00 Europe/Paris', 'moment_impossible'],
  ['2026-13-01 10:00 Europe/Paris', 'moment_impossible'],
  ['2026-06-01 24:00 Europe/Paris', 'moment_impossible'],
  ['2026-06-01 10:60 Europe/Paris', 'moment_impossible'],
  // A leap second is never quietly moved.
  ['2026-12-31T23:59:60Z', 'moment_impossible'],
  ['2026-01-15T12:00:00Z', 'moment_past'],
  ['2026-01-15T11:59:59Z', 'moment_past'],
  ['2025-12-24 20:00 Europe/Paris', 'moment_past'],
  ['9999-12-31T23:59:59Z', 'moment_too_far'],
  ['2031-02-01 12:00 UTC', 'moment_too_far'],
  ['2026-06-01 10:00 CEST', 'zone_unknown'],
  ['2026-06-01 10:00 EST', 'zone_unknown'],
  ['2026-06-01 10:00 Europe/Atlantis', 'zone_unknown'],
  ['2026-06-01 10:00 Etc/../../passwd', 'zone_unknown'],
])('%j is refused: %s', (text, code) => {
  expect(codeOf(text)).toBe(code);
});

test('a refusal names the thing, its field and its limit', () => {
  const attempt = () => parseMoment('2099-01-01 10:00 UTC', { now, field: 'burst.at' });
  expect(attempt).toThrow(/2099-01-01/);
  try {
    attempt();
  } catch (error) {
    expect((error as Refusal).details).toEqual({
      field: 'burst.at',
      limit: 'at most five years ahead',
    });
  }
});

test('what is rendered is read back as the same instant, in any zone', () => {
  const zones = ['Europe/Paris', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Chatham', 'UTC'];
  const later = fc.integer({ min: 1, max: 700 * 86_400 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), later, (zone, seconds) => {
      const at = now + seconds * 1_000;
      const [local = ''] = renderMoment(at, zone).split(', ');
      const text = local.replace(/^(\S+ \S+) (\S+) \((.*)\)$/, '$1 $3 $2');
      expect(parseMoment(text, { now })).toEqual({ at, zone });
    }),
    { numRuns: 500 },
  );
});

test('zones are names with clock changes of their own', () => {
  expect(['Europe/Paris', 'America/Argentina/Buenos_Aires', 'UTC'].map(isZone)).toEqual([
    true,
    true,
    true,
  ]);
  expect(['CEST', 'EST', '', '+02:00', 'Foo/Bar', 'Europe/Paris\n'].map(isZone)).not.toContain(
    true,
  );
});
