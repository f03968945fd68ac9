import { expect, test } from 'vitest';
import { MINUTE, World } from './world.ts';

const START = Date.parse('2027-03-04T12:00:00Z');
const T = START + 10 * MINUTE;

async function called(first: string | string[] | undefined): Promise<string[]> {
  const world = new World(START);
  const people = Array.from({ length: 60 }, (_, n) => ({
    address: `p${n}@example.org`,
    fields: { donor: n % 4 === 0 ? 'yes' : 'no', member: n % 2 === 0 ? 'yes' : '' },
  }));
  await world.addContacts('members', people);
  const legs = [first === undefined ? {} : { first }];
  await world.plan({ burst: 'one', at: T, legs });
  await world.run(T + 5 * MINUTE);
  return world.called('one').map(({ address }) => address);
}

const isDonor = (address: string) => Number(address.slice(1, address.indexOf('@'))) % 4 === 0;

test('whoever the operator puts first is written to before everybody else', async () => {
  const order = await called('donor');
  expect(order).toHaveLength(60);
  expect(order.slice(0, 15).every(isDonor)).toBe(true);
  expect(order.slice(15).some(isDonor)).toBe(false);
});

test('the same people are written to, with or without an order', async () => {
  const plain = await called(undefined);
  expect(plain.slice(0, 15).every(isDonor)).toBe(false);
  expect([...plain].sort()).toEqual([...(await called('donor'))].sort());
});

test('several groups are written to one after the other, each in its turn', async () => {
  const order = await called(['donor', 'member']);
  const number = (address: string) => Number(address.slice(1, address.indexOf('@')));
  expect(order.slice(0, 15).every(isDonor)).toBe(true);
  expect(order.slice(15, 30).every((one) => number(one) % 4 === 2)).toBe(true);
  expect(order.slice(30).every((one) => number(one) % 2 === 1)).toBe(true);
  expect(new Set(order).size).toBe(60);
});
