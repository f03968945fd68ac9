// Conditions as DynamoDB judges them, for the table in memory.

import type { Attribute, Condition, Item } from '#domain/ports.ts';

/** Whether a condition holds for the item as it stands; undefined means that there is none. */
export function holds(condition: Condition, item: Item | undefined): boolean {
  switch (condition.kind) {
    case 'item_absent':
      return item === undefined;
    case 'item_present':
      return item !== undefined;
    case 'equals': {
      const value = item?.[condition.attribute];
      return value !== undefined && isEqual(value, condition.value);
    }
    case 'absent':
      return item?.[condition.attribute] === undefined;
    case 'below': {
      // An absent attribute and one of another type compare false.
      const value = item?.[condition.attribute];
      return typeof value === 'number' && value < condition.value;
    }
    case 'all':
      return condition.of.every((part) => holds(part, item));
    case 'any':
      return condition.of.some((part) => holds(part, item));
  }
}

/** Equal in type and value; `checkCondition` lets no list and no map come this far. */
function isEqual(a: Attribute, b: Attribute): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b;
}
