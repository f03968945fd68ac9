// The table in DynamoDB, through the SDK's client.

import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Table } from '#domain/ports.ts';
import { tableOver } from './dynamo-operations.ts';

/** Give the client one attempt, so that whoever called decides about a lost answer. */
export function createDynamoTable(client: DynamoDBClient, tableName: string): Table {
  return tableOver(
    {
      getItem: (input) => client.send(new GetItemCommand(input)),
      putItem: (input) => client.send(new PutItemCommand(input)),
      updateItem: (input) => client.send(new UpdateItemCommand(input)),
      deleteItem: (input) => client.send(new DeleteItemCommand(input)),
      query: (input) => client.send(new QueryCommand(input)),
    },
    tableName,
  );
}
