// Attributes to DynamoDB's typed values and back.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Attribute, Item } from '#domain/ports.ts';
import { refused } from './item-size.ts';

type Values = Record<string, AttributeValue>;

export function toValues(map: { readonly [name: string]: Attribute }): Values {
  const values: Values = {};
  for (const name in map) values[name] = toValue(map[name] as Attribute);
  return values;
}

export function toValue(attribute: Attribute): AttributeValue {
  if (typeof attribute === 'string') return { S: attribute };
  if (typeof attribute === 'number') return { N: String(attribute) };
  if (typeof attribute === 'boolean') return { BOOL: attribute };
  if (attribute === null) return { NULL: true };
  if (attribute instanceof Uint8Array) return { B: attribute };
  if (Array.isArray(attribute)) return { L: attribute.map(toValue) };
  return { M: toValues(attribute as { readonly [name: string]: Attribute }) };
}

/** Throws Fault `store_refused` for a set, which no code of ours writes. */
export function fromValues(values: Values): Item {
  return fromMap(values) as Item;
}

function fromMap(values: Values): { [name: string]: Attribute } {
  const map: { [name: string]: Attribute } = {};
  for (const name in values) map[name] = fromValue(values[name] as AttributeValue, name);
  return map;
}

function fromValue(value: AttributeValue, name: string): Attribute {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.B !== undefined) return value.B;
  if (value.L !== undefined) return value.L.map((element) => fromValue(element, name));
  if (value.M !== undefined) return fromMap(value.M);
  throw refused(`attribute ${name} is of a type this table does not use`);
}
