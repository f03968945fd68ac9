// The two operations on the table that public functions need, without the SDK.

import { Fault } from '#domain/faults.ts';
import type { Attribute, Item, Key, Table } from '#domain/ports.ts';
import type { CallJson } from './signed-json.ts';

/** What a public function may do with the table: read one item, put one item that is not there. */
export interface PublicTable {
  get: Table['get'];
  putIfAbsent(item: Item): Promise<{ readonly kind: 'written' | 'condition_failed' }>;
}

const TIMEOUT_MS = 800;
const ATTEMPTS = 3;

/** The write is repeated when it was not answered: it puts the same item or finds it there. */
export function createPublicTable(call: CallJson, name: string): PublicTable {
  return {
    async get(key, options) {
      const input = {
        TableName: name,
        Key: encodeItem({ pk: key.pk, sk: key.sk }),
        ConsistentRead: options?.consistent === true,
      };
      const answer = (await call('DynamoDB_20120810.GetItem', input, TIMEOUT_MS)) as {
        Item?: { [attribute: string]: Encoded };
      };
      return answer.Item && (decodeItem(answer.Item) as Item);
    },

    async putIfAbsent(item) {
      const input = {
        TableName: name,
        Item: encodeItem(item),
        ConditionExpression: 'attribute_not_exists(pk)',
      };
      return repeated(async () => {
        try {
          await call('DynamoDB_20120810.PutItem', input, TIMEOUT_MS);
          return { kind: 'written' };
        } catch (error) {
          if (isConditionFailed(error)) return { kind: 'condition_failed' };
          throw error;
        }
      });
    },
  };
}

async function repeated<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = ATTEMPTS - 1; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0 || !(error instanceof Fault && error.retryable)) throw error;
    }
  }
}

function isConditionFailed(error: unknown): boolean {
  return error instanceof Fault && error.message.startsWith('ConditionalCheckFailedException');
}

/** DynamoDB's own form of a value; bytes, lists and maps are not needed here. */
type Encoded = { S: string } | { N: string } | { BOOL: boolean };

function encodeItem(item: Key & { readonly [name: string]: Attribute }) {
  const encoded: Record<string, Encoded> = {};
  for (const [name, value] of Object.entries(item)) encoded[name] = encode(name, value);
  return encoded;
}

function encode(name: string, value: Attribute): Encoded {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  throw new Error(`attribute ${name} is neither text, number nor truth value`);
}

function decodeItem(item: { [attribute: string]: Encoded }): Record<string, Attribute> {
  const decoded: Record<string, Attribute> = {};
  for (const [name, value] of Object.entries(item)) {
    if ('S' in value) decoded[name] = value.S;
    else if ('N' in value) decoded[name] = Number(value.N);
    else if ('BOOL' in value) decoded[name] = value.BOOL;
  }
  return decoded;
}
