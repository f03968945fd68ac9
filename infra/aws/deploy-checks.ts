// What must be right in the account before a deployment changes anything: observations in,
// sentences out.

import { createTableInput } from '#store/table.ts';
import type { Settings } from './settings.ts';

export interface SeenKey {
  readonly AttributeName?: string | undefined;
  readonly KeyType?: string | undefined;
}

export interface SeenTable {
  readonly KeySchema?: readonly SeenKey[] | undefined;
  readonly AttributeDefinitions?:
    | readonly {
        readonly AttributeName?: string | undefined;
        readonly AttributeType?: string | undefined;
      }[]
    | undefined;
  readonly GlobalSecondaryIndexes?:
    | readonly {
        readonly IndexName?: string | undefined;
        readonly KeySchema?: readonly SeenKey[] | undefined;
      }[]
    | undefined;
}

export interface Seen {
  /** Undefined: there is none yet. */
  readonly table?: SeenTable;
  readonly identity?: { readonly verified: boolean };
  readonly sending: {
    readonly productionAccess: boolean;
    readonly enabled: boolean;
    readonly perSecond: number;
    readonly perDay: number;
  };
}

/** Names that nobody owns (RFC 2606): an example that was not filled in. */
const EXAMPLE = /(?:^|[.@])example(?:\.(?:com|net|org))?$/;

/** Before the account is looked at. */
export function exampleProblems(settings: Settings): string[] {
  const { sender, mailFrom, linkDomain, apiDomain, alarmEmail } = settings;
  const values = {
    sender,
    mailFrom,
    linkDomain: linkDomain?.name,
    apiDomain: apiDomain?.name,
    alarmEmail,
  };
  return Object.entries(values).flatMap(([name, value]) =>
    value !== undefined && EXAMPLE.test(value)
      ? [`${name} is still the example's ${value}: set ${name} in cdk.json to your own`]
      : [],
  );
}

/** @returns what stands against it; nothing has been changed then */
export function deployProblems(settings: Settings, seen: Seen): string[] {
  return [...identityProblems(settings, seen), ...tableProblems(settings, seen.table)];
}

function identityProblems({ sender, senderExists, region }: Settings, seen: Seen): string[] {
  const { identity, table } = seen;
  if (senderExists && !identity) {
    return [
      `SES in ${region} knows no identity ${sender}: leave senderExists out and the stack makes it`,
    ];
  }
  if (senderExists && identity && !identity.verified) {
    return [
      `the identity ${sender} is not verified in ${region}: add its DNS records (SES console, Identities), wait until it says Verified, and deploy again`,
    ];
  }
  if (!senderExists && identity && !table) {
    return [
      `SES in ${region} has an identity ${sender} already, and a stack cannot take it over: set senderExists to true`,
    ];
  }
  return [];
}

function tableProblems({ stage }: Settings, seen: SeenTable | undefined): string[] {
  if (!seen) return [];
  const wanted = createTableInput(`${stage}-volley`);
  const name = wanted.TableName;
  const problems: string[] = [];
  const is = keysOf(seen.KeySchema, seen);
  const wants = keysOf(wanted.KeySchema, wanted);
  if (is !== wants) {
    problems.push(
      `table ${name} has the keys ${is}, this version wants ${wants}: keys of a table cannot change; deploy this version as another stage and copy the data, or go back to the version that made the table`,
    );
  }
  const present = new Map(
    (seen.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, index.KeySchema]),
  );
  const missing: string[] = [];
  for (const index of wanted.GlobalSecondaryIndexes) {
    const keys = present.get(index.IndexName);
    const wantsKeys = keysOf(index.KeySchema, wanted);
    if (!present.has(index.IndexName)) missing.push(index.IndexName);
    else if (keysOf(keys, seen) !== wantsKeys) {
      problems.push(
        `index ${index.IndexName} of ${name} has the keys ${keysOf(keys, seen)}, this version wants ${wantsKeys}: give the new index a new name`,
      );
    }
  }
  if (missing.length > 1) {
    problems.push(
      `${name} lacks the indexes ${missing.join(', ')}: DynamoDB makes one per deployment, so add one at a time`,
    );
  }
  return problems;
}

/** `pk S, sk S` */
function keysOf(keys: readonly SeenKey[] | undefined, of: SeenTable): string {
  const types = new Map(
    of.AttributeDefinitions?.map((one) => [one.AttributeName, one.AttributeType]),
  );
  return (keys ?? [])
    .toSorted((one, other) => String(one.KeyType).localeCompare(String(other.KeyType)))
    .map(({ AttributeName }) => `${AttributeName} ${types.get(AttributeName)}`)
    .join(', ');
}
