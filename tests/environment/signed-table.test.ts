import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCallJson } from '#environment/signed-json.ts';
import { createSignedTable, TABLE_ANSWER_MAX } from '#environment/signed-table.ts';
import { describeTable } from '../store/contract.ts';
import { type DynaliteTables, startDynalite } from '../store/dynalite-table.ts';

let dynalite: DynaliteTables;

beforeAll(async () => {
  dynalite = await startDynalite();
});

afterAll(() => dynalite.stop());

function signed(endpoint: string, name: string) {
  const call = createCallJson({
    service: 'dynamodb',
    faults: 'store',
    region: 'eu-west-1',
    endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    jsonVersion: '1.0',
    now: () => Date.now(),
    answerMax: TABLE_ANSWER_MAX,
  });
  return createSignedTable(call, name);
}

describeTable('signed by hand', () => dynalite.create((name) => signed(dynalite.endpoint, name)));

test('what one of the two writes, the other reads alike', async () => {
  let name = '';
  const byHand = await dynalite.create((given) => {
    name = given;
    return signed(dynalite.endpoint, given);
  });
  const { createDynamoTable } = await import('#store/dynamo-table.ts');
  const bySdk = createDynamoTable(dynalite.client, name);
  const item = {
    pk: 'p',
    sk: 's',
    text: 'é ✓ "quoted"',
    number: -1.5e-7,
    bytes: new Uint8Array([0, 255, 128]),
    list: [1, 'two', null, { deep: new Uint8Array([7]) }],
    map: { yes: true, no: false },
  };
  await byHand.put(item);
  expect(await bySdk.get(item, { consistent: true })).toEqual(
    await byHand.get(item, { consistent: true }),
  );
  await bySdk.put({ ...item, sk: 't' });
  const [first, second] = (await byHand.query({ pk: 'p', consistent: true })).items;
  expect({ ...first, sk: '' }).toEqual({ ...second, sk: '' });
});

test('a table that nobody answers for is unanswered, and a write may have happened', async () => {
  const table = signed('http://127.0.0.1:9', 'volley');
  await expect(table.put({ pk: 'p', sk: 's' })).rejects.toMatchObject({ code: 'store_unanswered' });
});
