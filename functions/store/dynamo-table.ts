// The table in DynamoDB: every operation one request, its answer a value or a named fault.

import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Condition, Key, Table, Written } from '#domain/ports.ts';
import { checkChange, checkCondition, checkQuery, isEmptyStretch } from './check-request.ts';
import { Expressions } from './dynamo-expressions.ts';
import { isConditionFailed, toFault } from './dynamo-faults.ts';
import { fromValues, toValues } from './dynamo-values.ts';
import { checkKey, sizeOf } from './item-size.ts';

/**
 * The `Table` port over a client. Repeats nothing itself: give the client one attempt, so that
 * whoever called decides about a lost answer.
 */
export function createDynamoTable(client: DynamoDBClient, tableName: string): Table {
  const TableName = tableName;

  return {
    async get(key, options = {}) {
      checkKey(key);
      const answer = await asking('get', () =>
        client.send(
          new GetItemCommand({
            TableName,
            Key: keyValues(key),
            ConsistentRead: options.consistent ?? false,
          }),
        ),
      );
      return answer.Item && fromValues(answer.Item);
    },

    async put(item, condition) {
      sizeOf(item);
      const expressions = new Expressions();
      const conditional = conditionOf(expressions, condition);
      const Item = toValues(item);
      return writing('put', () =>
        client.send(
          new PutItemCommand({ TableName, Item, ...conditional, ...expressions.placeholders }),
        ),
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
        client.send(new UpdateItemCommand({ ...request, ...expressions.placeholders })),
      );
    },

    async delete(key, condition) {
      checkKey(key);
      const expressions = new Expressions();
      const request = { TableName, Key: keyValues(key), ...conditionOf(expressions, condition) };
      return writing('delete', () =>
        client.send(new DeleteItemCommand({ ...request, ...expressions.placeholders })),
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
        client.send(new QueryCommand({ ...request, ...expressions.placeholders })),
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
