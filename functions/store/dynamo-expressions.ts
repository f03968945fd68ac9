// Conditions, changes and key ranges as DynamoDB's expressions; every name and value a placeholder.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Attribute, Change, Condition, Query } from '#domain/ports.ts';
import type { QueryKeys } from './check-request.ts';
import { toValue } from './dynamo-values.ts';
import { table } from './table.ts';

/** Collects the placeholders of one request; the same name or value is listed once. */
export class Expressions {
  readonly #names = new Map<string, string>();
  readonly #values: Record<string, AttributeValue> = {};
  #count = 0;

  /** Placeholders as the request carries them; nothing where none was used. */
  get placeholders() {
    const names = Object.fromEntries([...this.#names].map(([name, holder]) => [holder, name]));
    return {
      ...(this.#names.size > 0 ? { ExpressionAttributeNames: names } : {}),
      ...(this.#count > 0 ? { ExpressionAttributeValues: this.#values } : {}),
    };
  }

  condition(condition: Condition): string {
    switch (condition.kind) {
      case 'item_absent':
        return `attribute_not_exists(${this.#name(table.partitionKey.name)})`;
      case 'item_present':
        return `attribute_exists(${this.#name(table.partitionKey.name)})`;
      case 'absent':
        return `attribute_not_exists(${this.#name(condition.attribute)})`;
      case 'equals':
        return `${this.#name(condition.attribute)} = ${this.#value(condition.value)}`;
      case 'below':
        return `${this.#name(condition.attribute)} < ${this.#value(condition.value)}`;
      case 'all':
        return this.#joined(condition.of, ' AND ');
      case 'any':
        return this.#joined(condition.of, ' OR ');
    }
  }

  /** Parentheses only where they are needed: the service refuses redundant ones. */
  #joined(parts: readonly Condition[], by: string): string {
    const [only] = parts;
    if (only && parts.length === 1) return this.condition(only);
    const texts = parts.map((part) => {
      const text = this.condition(part);
      return isCompound(part) ? `(${text})` : text;
    });
    return texts.join(by);
  }

  change(change: Change): string {
    const set = Object.entries(change.set ?? {});
    const sets = set.map(([name, value]) => `${this.#name(name)} = ${this.#value(value)}`);
    const removes = (change.remove ?? []).map((name) => this.#name(name));
    return [
      ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
      ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
    ].join(' ');
  }

  keyCondition(query: Query, keys: QueryKeys): string {
    const isPartition = `${this.#name(keys.partition)} = ${this.#value(query.pk)}`;
    const { from, to } = query;
    if (from === undefined && to === undefined) return isPartition;
    const sort = this.#name(keys.sort);
    if (to === undefined) return `${isPartition} AND ${sort} >= ${this.#value(from as Attribute)}`;
    if (from === undefined) return `${isPartition} AND ${sort} <= ${this.#value(to)}`;
    return `${isPartition} AND ${sort} BETWEEN ${this.#value(from)} AND ${this.#value(to)}`;
  }

  #name(name: string): string {
    const known = this.#names.get(name);
    if (known) return known;
    const holder = `#n${this.#names.size}`;
    this.#names.set(name, holder);
    return holder;
  }

  #value(value: Attribute): string {
    const holder = `:v${this.#count}`;
    this.#count += 1;
    this.#values[holder] = toValue(value);
    return holder;
  }
}

function isCompound(condition: Condition): boolean {
  if (condition.kind !== 'all' && condition.kind !== 'any') return false;
  const [first] = condition.of;
  return condition.of.length > 1 || (first !== undefined && isCompound(first));
}
