// The table without the SDK: the same requests, signed by hand. The SDK's client would be a quarter of
// the API's bundle. Beside the client it stands the same tests (tests/store/contract.ts).

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Table } from '#domain/ports.ts';
import { tableOver } from '#store/dynamo-operations.ts';
import type { CallJson } from './signed-json.ts';

const TIMEOUT_MS = 3_000;
/** A page of a query is at most 1 MB of items; written as JSON it takes more. */
export const TABLE_ANSWER_MAX = 8 * 1_048_576;

type Values = Record<string, AttributeValue>;

interface Answer {
  readonly Item?: Values;
  readonly Items?: readonly Values[];
  readonly LastEvaluatedKey?: Values;
}

/** @param call to DynamoDB, with faults named `store` and answers up to TABLE_ANSWER_MAX */
export function createSignedTable(call: CallJson, name: string): Table {
  const ask = async (operation: string, input: object): Promise<Answer> =>
    (await call(`DynamoDB_20120810.${operation}`, toJson(input) as object, TIMEOUT_MS)) as Answer;
  return tableOver(
    {
      getItem: async (input) => {
        const { Item } = await ask('GetItem', input);
        return Item ? { Item: fromJson(Item) } : {};
      },
      putItem: (input) => ask('PutItem', input),
      updateItem: (input) => ask('UpdateItem', input),
      deleteItem: (input) => ask('DeleteItem', input),
      query: async (input) => {
        const { Items = [], LastEvaluatedKey } = await ask('Query', input);
        const next = LastEvaluatedKey && { LastEvaluatedKey: fromJson(LastEvaluatedKey) };
        return { Items: Items.map(fromJson), ...next };
      },
    },
    name,
  );
}

/** Bytes travel as base64. */
function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toJson(one)]));
}

function fromJson(values: Values): Values {
  const read: Values = {};
  for (const [name, value] of Object.entries(values)) read[name] = valueFrom(value);
  return read;
}

function valueFrom(value: AttributeValue): AttributeValue {
  if (value.B !== undefined) return { B: new Uint8Array(Buffer.from(String(value.B), 'base64')) };
  if (value.L !== undefined) return { L: value.L.map(valueFrom) };
  if (value.M !== undefined) return { M: fromJson(value.M) };
  return value;
}
