// Bugs in both renderings of the table: the one in memory and the one that asks DynamoDB.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text, found and replaced as it stands

import { BY_CONFORMANCE, BY_WORLDS, inFile, type Mutant } from './mutant.ts';

export const storeMutants: readonly Mutant[] = [
  ...inFile('functions/store/conditions.ts', BY_WORLDS, [
    {
      id: 'memory-absent-holds',
      about: 'in memory: "there is no such item" always holds',
      find: 'return item === undefined;',
      replace: 'return true;',
    },
    {
      id: 'memory-equals-anything',
      about: 'in memory: an attribute equals whatever it is compared with',
      find: 'return value !== undefined && isEqual(value, condition.value);',
      replace: 'return value !== undefined;',
    },
  ]),
  ...inFile('functions/store/dynamo-expressions.ts', BY_CONFORMANCE, [
    {
      id: 'dynamo-absent-is-present',
      about: 'DynamoDB is asked whether an item exists instead of whether it does not',
      find: 'return `attribute_not_exists(${this.#name(table.partitionKey.name)})`;',
      replace: 'return `attribute_exists(${this.#name(table.partitionKey.name)})`;',
    },
    {
      id: 'dynamo-below-or-equal',
      about: 'DynamoDB compares "below" as "at most"',
      find: 'return `${this.#name(condition.attribute)} < ${this.#value(condition.value)}`;',
      replace: 'return `${this.#name(condition.attribute)} <= ${this.#value(condition.value)}`;',
    },
    {
      id: 'dynamo-all-is-any',
      about: 'DynamoDB takes one of several conditions for all of them',
      find: "return this.#joined(condition.of, ' AND ');",
      replace: "return this.#joined(condition.of, ' OR ');",
    },
    {
      id: 'dynamo-range-ends-early',
      about: 'a stretch of keys lacks its last one',
      find: 'return `${isPartition} AND ${sort} <= ${this.#value(to)}`;',
      replace: 'return `${isPartition} AND ${sort} < ${this.#value(to)}`;',
    },
    {
      id: 'dynamo-removes-nothing',
      about: 'attributes that are to go stay',
      find: "...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),",
      replace: '',
    },
  ]),
  ...inFile('functions/store/dynamo-operations.ts', BY_CONFORMANCE, [
    {
      id: 'dynamo-put-unconditional',
      about: 'a put leaves its condition out',
      find: 'const conditional = conditionOf(expressions, condition);',
      replace: 'const conditional = {};',
    },
  ]),
];
