// The one table, from the plain data that the store works with.

import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import {
  type Attribute,
  AttributeType,
  Billing,
  ProjectionType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { names } from '#infra/definition.ts';
import { indexes, table } from '#store/table.ts';
import type { Settings } from './settings.ts';

/** Named, so that a stack made anew meets the table it kept instead of an empty one. */
export function addTable(stack: Stack, settings: Settings, key: Key | undefined): TableV2 {
  return new TableV2(stack, 'Table', {
    tableName: `${settings.stage}-${names.table}`,
    partitionKey: attribute(table.partitionKey),
    sortKey: attribute(table.sortKey),
    billing: Billing.onDemand(),
    timeToLiveAttribute: table.timeToLiveAttribute,
    globalSecondaryIndexes: indexes.map((index) => ({
      indexName: index.name,
      partitionKey: attribute(index.partitionKey),
      sortKey: attribute(index.sortKey),
      projectionType: ProjectionType.KEYS_ONLY,
    })),
    encryption: key
      ? TableEncryptionV2.customerManagedKey(key)
      : TableEncryptionV2.dynamoOwnedKey(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: settings.keepData,
    removalPolicy: settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}

const TYPES = { S: AttributeType.STRING, N: AttributeType.NUMBER } as const;

function attribute({ name, type }: { name: string; type: keyof typeof TYPES }): Attribute {
  return { name, type: TYPES[type] };
}
