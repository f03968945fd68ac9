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

/** Equal in type and value, to the last nested element. */
export function isEqual(a: Attribute, b: Attribute): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((element, index) => isEqual(element, b[index]));
  }
  const one = a as { readonly [name: string]: Attribute };
  const other = b as { readonly [name: string]: Attribute };
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => {
    const [left, right] = [one[name], other[name]];
    return left !== undefined && right !== undefined && isEqual(left, right);
  });
}
