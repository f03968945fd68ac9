// The one table as plain data: its keys and indexes, used by CDK, the local runtime and the tests.

export const table = {
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  /** Housekeeping only: code compares instants on read and never relies on this deletion. */
  timeToLiveAttribute: 'expires',
  indexes: [
    /** What must be looked at, by the moment at which it must be. Sparse. */
    {
      name: 'due',
      partitionKey: { name: 'dueShard', type: 'S' },
      sortKey: { name: 'wakeAt', type: 'N' },
    },
    /** Bursts by month (`2026-11`, UTC) and moment. Sparse. */
    {
      name: 'calendar',
      partitionKey: { name: 'month', type: 'S' },
      sortKey: { name: 'momentAt', type: 'N' },
    },
  ],
} as const;

type AttributeType = 'S' | 'N';

/** An index projects its own two keys and the table's, nothing more. */
export interface Index {
  readonly name: string;
  readonly partitionKey: { readonly name: string; readonly type: AttributeType };
  readonly sortKey: { readonly name: string; readonly type: AttributeType };
}

export const indexes: readonly Index[] = table.indexes;

/** The shape of DynamoDB's CreateTable for this table, on demand, as plain data. */
export function createTableInput(name: string) {
  const keys = [table.partitionKey, table.sortKey, ...indexes.flatMap(keysOf)];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: keys.map((key) => ({ AttributeName: key.name, AttributeType: key.type })),
    KeySchema: keySchema(table),
    GlobalSecondaryIndexes: indexes.map((index) => ({
      IndexName: index.name,
      KeySchema: keySchema(index),
      Projection: { ProjectionType: 'KEYS_ONLY' as const },
    })),
  };
}

function keysOf(index: Index) {
  return [index.partitionKey, index.sortKey];
}

function keySchema(keys: { partitionKey: { name: string }; sortKey: { name: string } }) {
  return [
    { AttributeName: keys.partitionKey.name, KeyType: 'HASH' as const },
    { AttributeName: keys.sortKey.name, KeyType: 'RANGE' as const },
  ];
}
