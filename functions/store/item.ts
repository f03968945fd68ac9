// Between a value of the domain and an item of the table: parsed by its schema both ways.

import * as z from 'zod/mini';
import { Fault } from '#domain/faults.ts';
import type { Attribute, Item, Key } from '#domain/ports.ts';
import { refused } from './item-size.ts';

type Schema<T> = z.core.$ZodType<T>;

/** The value as an item under this key. Throws Fault `store_refused` when the schema does. */
export function toItem<T extends object>(schema: Schema<T>, key: Key, value: T): Item {
  const parsed = z.safeParse(schema, value);
  if (!parsed.success) {
    throw refused(`item ${key.pk} ${key.sk} is not valid: ${problemOf(parsed.error)}`);
  }
  const attributes = plain(parsed.data as Attribute) as { readonly [name: string]: Attribute };
  return { ...attributes, pk: key.pk, sk: key.sk };
}

/**
 * The value an item holds; `beside` names attributes that are not part of it.
 * Throws Fault `store_corrupt` when the schema refuses it: nothing half-read is ever used.
 */
export function fromItem<T>(schema: Schema<T>, item: Item, beside: readonly string[] = []): T {
  // Built up rather than copied and cut down: an object that lost members is read at half the pace.
  const attributes: { [name: string]: Attribute } = {};
  for (const name in item) {
    if (name === 'pk' || name === 'sk' || beside.includes(name)) continue;
    attributes[name] = item[name] as Attribute;
  }
  return parsed(schema, attributes, item);
}

/** A value that was stored as JSON text in one attribute; undefined when the item has none. */
export function fromJson(item: Item, attribute: string): unknown {
  const text = item[attribute];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(String(text));
  } catch (cause) {
    throw corrupt(item, `${attribute} is not JSON`, cause);
  }
}

/** Parses what was read; Fault `store_corrupt` names the item it came from. */
export function parsed<T>(schema: Schema<T>, value: unknown, key: Key): T {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  throw corrupt(key, problemOf(result.error));
}

export function corrupt(key: Key, problem: string, cause?: unknown): Fault {
  const message = `item ${key.pk} ${key.sk} cannot be read: ${problem}`;
  return new Fault('store_corrupt', message, { retryable: false, cause });
}

function problemOf(error: z.core.$ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.') || 'the whole'}: ${issue.message}` : 'no reason given';
}

/** Without the members that are undefined: the table knows absent, not undefined. */
function plain(value: Attribute): Attribute {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(plain);
  const map = value as { readonly [name: string]: Attribute | undefined };
  const fresh: { [name: string]: Attribute } = {};
  for (const name in map) {
    const member = map[name];
    if (member !== undefined) fresh[name] = plain(member);
  }
  return fresh;
}
