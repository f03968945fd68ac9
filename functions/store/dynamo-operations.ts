// The table's operations as requests of DynamoDB: each one request, its answer a value or a named
// fault, whoever carries it there.

import type {
  DeleteItemCommandInput,
  GetItemCommandInput,
  GetItemCommandOutput,
  PutItemCommandInput,
  QueryCommandInput,
  QueryCommandOutput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Condition, Key, Table, Written } from '#domain/ports.ts';
import { checkChange, checkCondition, checkQuery, isEmptyStretch } from './check-request.ts';
import { Expressions } from './dynamo-expressions.ts';
import { isConditionFailed, toFault } from './dynamo-faults.ts';
import { fromValues, toValues } from './dynamo-values.ts';
import { checkKey, sizeOf } from './item-size.ts';

/** One attempt each; throws what `toFault` understands. */
export interface DynamoRequests {
  getItem(input: GetItemCommandInput): Promise<Pick<GetItemCommandOutput, 'Item'>>;
  putItem(input: PutItemCommandInput): Promise<unknown>;
  updateItem(input: UpdateItemCommandInput): Promise<unknown>;
  deleteItem(input: DeleteItemCommandInput): Promise<unknown>;
  query(input: QueryCommandInput): Promise<Pick<QueryCommandOutput, 'Items' | 'LastEvaluatedKey'>>;
}

/** The `Table` port; repeats nothing itself, so that whoever called decides about a lost answer. */
export function tableOver(requests: DynamoRequests, tableName: string): Table {
  const TableName = tableName;

  return {
    async get(key, options = {}) {
      checkKey(key);
      const answer = await asking('get', () =>
        requests.getItem({
          TableName,
          Key: keyValues(key),
          ConsistentRead: options.consistent ?? false,
        }),
      );
      return answer.Item && fromValues(answer.Item);
    },

    async put(item, condition) {
      sizeOf(item);
      const expressions = new Expressions();
      const conditional = conditionOf(expressions, condition);
      const Item = toValues(item);
      return writing('put', () =>
        requests.putItem({ TableName, Item, ...conditional, ...expressions.placeholders }),
      );
    },

    async update(key, change, condition) {
      checkKey(key);
      checkChange(change);
      const expressions = new Expressions();
      const UpdateExpression = expressions.change(change);
      const request = {
        TableName,
        Key: keyValues(key),
        ...(UpdateExpression === '' ? {} : { UpdateExpression }),
        ...conditionOf(expressions, condition),
      };
      return writing('update', () =>
        requests.updateItem({ ...request, ...expressions.placeholders }),
      );
    },

    async delete(key, condition) {
      checkKey(key);
      const expressions = new Expressions();
      const request = { TableName, Key: keyValues(key), ...conditionOf(expressions, condition) };
      return writing('delete', () =>
        requests.deleteItem({ ...request, ...expressions.placeholders }),
      );
    },

    async query(query) {
      const keys = checkQuery(query);
      if (isEmptyStretch(query)) return { items: [] };
      const expressions = new Expressions();
      const request = {
        TableName,
        ...(keys.index ? { IndexName: keys.index.name } : {}),
        KeyConditionExpression: expressions.keyCondition(query, keys),
        ConsistentRead: query.consistent ?? false,
        ScanIndexForward: !query.descending,
        ...(query.limit === undefined ? {} : { Limit: query.limit }),
        ...(query.after === undefined ? {} : { ExclusiveStartKey: toValues(query.after) }),
      };
      const answer = await asking('query', () =>
        requests.query({ ...request, ...expressions.placeholders }),
      );
      const items = (answer.Items ?? []).map(fromValues);
      const next = answer.LastEvaluatedKey;
      return next ? { items, next: fromValues(next) } : { items };
    },
  };
}

function keyValues(key: Key) {
  return toValues({ pk: key.pk, sk: key.sk });
}

function conditionOf(expressions: Expressions, condition: Condition | undefined) {
  if (!condition) return {};
  checkCondition(condition);
  return { ConditionExpression: expressions.condition(condition) };
}

async function asking<T>(operation: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw toFault(error, operation);
  }
}

async function writing(operation: string, request: () => Promise<unknown>): Promise<Written> {
  try {
    await request();
    return { kind: 'written' };
  } catch (error) {
    if (isConditionFailed(error)) return { kind: 'condition_failed' };
    throw toFault(error, operation);
  }
}
