import { describe, expect, test } from 'vitest';
import { dayOf, keys, kindOf, monthOf, padded, shardOf } from '#store/keys.ts';
import { createTableInput, indexes } from '#store/table.ts';

describe('keys', () => {
  test('keep the forms that stored items have', () => {
    expect(keys.burst('b')).toEqual({ pk: 'B#b', sk: '#' });
    expect(keys.leg('b', 'post')).toEqual({ pk: 'B#b', sk: 'L#post' });
    expect(keys.lane('b', 12)).toEqual({ pk: 'B#b#W#12', sk: '#' });
    expect(keys.windowRecord('b', 2, 300)).toEqual({ pk: 'B#b', sk: 'D#000000002#000000300' });
    expect(keys.manifestHead('b')).toEqual({ pk: 'B#b#M', sk: '#' });
    const chunk = keys.manifestChunk('b', 'f', 7, 0);
    expect(chunk).toEqual({ pk: 'B#b#M', sk: 'f#000000007#0000' });
    const change = keys.change('2026-11-03', 1_793_736_000_000.75, 'id');
    expect(change).toEqual({ pk: 'V#2026-11-03#0', sk: '001793736000000#id' });
    expect(keys.contact('a', 3, 'p')).toEqual({ pk: 'A#a#3', sk: 'p' });
    expect(keys.suppression(3, 'd', 'bounced')).toEqual({ pk: 'U#3', sk: 'd#bounced' });
    expect(keys.rateLease('1#eu')).toEqual({ pk: 'Q#1#eu', sk: '#' });
    expect(shardOf('person-1')).toBe(2);
    expect(shardOf('')).toBe(5);
  });

  test('padded numbers sort as numbers; what does not fit is refused', () => {
    const numbers = [0, 9, 10, 99, 100, 999_999_999];
    const texts = numbers.map((number) => padded(number, 9));
    expect(texts.toSorted()).toEqual(texts);
    for (const wrong of [-1, 0.5, Number.NaN, 1e9, 2 ** 53]) {
      expect(() => padded(wrong, 9)).toThrow(RangeError);
    }
  });

  test('days and months are those of UTC', () => {
    const last = Date.UTC(2026, 10, 30, 23, 59, 59, 999);
    expect([dayOf(last + 0.9), monthOf(last)]).toEqual(['2026-11-30', '2026-11']);
    expect([dayOf(last + 1), monthOf(last + 1)]).toEqual(['2026-12-01', '2026-12']);
    expect(dayOf(253_402_300_799_999)).toBe('9999-12-31');
  });

  test('every key says what kind of item it is', () => {
    const kinds = [
      keys.burst('b'),
      keys.plan('b', 'h'),
      keys.leg('b', 'l'),
      keys.lane('b', 0),
      keys.windowRecord('b', 0, 0),
      keys.manifestHead('b'),
      keys.manifestChunk('b', 'f', 0, 0),
      keys.people('b', 'f', 0, 0),
      keys.audit('b', 0),
      keys.audit(undefined, 0),
      keys.notice('b', 'n'),
      keys.change('2026-11-03', 0, 'i'),
      keys.suppression(0, 'd', 'r'),
      keys.rateLease('a'),
      keys.contact('a', 0, 'c'),
      keys.media('s', 0),
      keys.idempotency('k'),
      keys.principal('d'),
      keys.connection('c'),
    ].map(kindOf);
    expect(kinds).toEqual([
      'header',
      'plan',
      'leg',
      'lane',
      'window_record',
      'manifest',
      'manifest',
      'people',
      'audit',
      'audit',
      'notice',
      'change',
      'suppression',
      'rate_lease',
      'contact',
      'media',
      'idempotency',
      'principal',
      'settings',
    ]);
    expect(kindOf({ pk: 'Z#x', sk: '#' })).toBe('other');
  });
});

test('the table is what stored items rely on', () => {
  expect(indexes.map((index) => index.name)).toEqual(['due', 'calendar']);
  expect(createTableInput('volley')).toEqual({
    TableName: 'volley',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'dueShard', AttributeType: 'S' },
      { AttributeName: 'wakeAt', AttributeType: 'N' },
      { AttributeName: 'month', AttributeType: 'S' },
      { AttributeName: 'momentAt', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'due',
        KeySchema: [
          { AttributeName: 'dueShard', KeyType: 'HASH' },
          { AttributeName: 'wakeAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: 'calendar',
        KeySchema: [
          { AttributeName: 'month', KeyType: 'HASH' },
          { AttributeName: 'momentAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
});
