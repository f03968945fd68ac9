// Values that fit a JSON Schema, and values that just do not, drawn by fast-check.

import fc from 'fast-check';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export type Schemas = { readonly [name: string]: Schema };

/** Values by field name that mean something in the world they are tried on. */
export type Hints = { readonly [field: string]: readonly unknown[] };

export interface Drawing {
  readonly schemas: Schemas;
  readonly hints: Hints;
  /** How deep in a schema we are: some refer to themselves. */
  readonly depth?: number;
}

const DEPTH_MAX = 6;

export function resolve(schema: Schema, schemas: Schemas): Schema {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.split('/').at(-1) ?? '';
  const found = schemas[name];
  if (!found) throw new Error(`the document has no schema ${name}`);
  return resolve(found, schemas);
}

/** What the schema allows; where a hint is known for the field, mostly that. */
export function fitting(given: Schema, at: Drawing, field = ''): fc.Arbitrary<unknown> {
  const drawing = { ...at, depth: (at.depth ?? 0) + 1 };
  const known = drawing.hints[field];
  const drawn = drawnFrom(resolve(given, drawing.schemas), drawing);
  if (!known || known.length === 0) return drawn;
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: drawn },
  );
}

function drawnFrom(schema: Schema, drawing: Drawing): fc.Arbitrary<unknown> {
  const { anyOf, oneOf } = schema;
  const isDeep = (drawing.depth ?? 0) > DEPTH_MAX;
  const branches = anyOf ?? oneOf;
  if (branches && isDeep) return flattest(branches, drawing);
  if (branches) return fc.oneof(...branches.map((branch) => fitting(branch, drawing)));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  switch (schema.type) {
    case 'string':
      return textFrom(schema);
    case 'integer':
      return fc.integer({
        min: schema.minimum ?? -1e6,
        max: Math.min(schema.maximum ?? 1e6, 1e12),
      });
    case 'number':
      return fc.integer({ min: Math.ceil(schema.minimum ?? -1e6), max: schema.maximum ?? 1e6 });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(fitting(schema.items ?? {}, drawing), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 6),
      });
    case 'object':
      return objectFrom(schema, drawing);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** The branch with the least below it, so that a drawing comes to its end. */
function flattest(branches: readonly Schema[], drawing: Drawing): fc.Arbitrary<unknown> {
  const size = (schema: Schema) => JSON.stringify(resolve(schema, drawing.schemas)).length;
  const [first] = branches.toSorted((one, other) => size(one) - size(other));
  return fitting(first ?? {}, drawing);
}

function textFrom({ pattern, minLength = 0, maxLength = 4_096 }: Schema): fc.Arbitrary<string> {
  if (pattern === undefined) {
    return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) });
  }
  const matching = fc.stringMatching(new RegExp(pattern, 'u'));
  return matching.filter((text) => text.length >= minLength && text.length <= maxLength);
}

function objectFrom(schema: Schema, drawing: Drawing): fc.Arbitrary<unknown> {
  const { properties, additionalProperties, required = [] } = schema;
  if (!properties) {
    if (typeof additionalProperties !== 'object') return fc.constant({});
    const name = schema.propertyNames ? fitting(schema.propertyNames, drawing) : fc.string();
    return fc.dictionary(name as fc.Arbitrary<string>, fitting(additionalProperties, drawing), {
      maxKeys: 3,
    });
  }
  const isDeep = (drawing.depth ?? 0) > DEPTH_MAX;
  const kept = Object.entries(properties).filter(([name]) => !isDeep || required.includes(name));
  const model = Object.fromEntries(kept.map(([name, one]) => [name, fitting(one, drawing, name)]));
  return fc.record(model, { requiredKeys: required.filter((name) => name in model) });
}

/** What a field of this schema cannot be; empty where everything fits. */
export function unfitting(given: Schema, schemas: Schemas): readonly unknown[] {
  const schema = resolve(given, schemas);
  const { type, pattern, maximum, minimum, maxLength } = schema;
  const others: unknown[] = [{ $ne: null }, ['x'], null, 1.5, 'x', true].filter(
    (value) => type !== undefined && !isOf(value, type),
  );
  return [
    ...others,
    ...(maximum === undefined ? [] : [maximum + 1]),
    ...(minimum === undefined ? [] : [minimum - 1]),
    ...(type === 'string' && maxLength !== undefined && maxLength < 1e5
      ? ['x'.repeat(maxLength + 1)]
      : []),
    ...(pattern === undefined ? [] : ['\u0000', '#n0 REMOVE x', 'é'.repeat(300)]).filter(
      (value) => !new RegExp(pattern ?? '', 'u').test(value),
    ),
    ...(schema.enum ? ['no such word'] : []),
  ];
}

function isOf(value: unknown, type: string | readonly string[]): boolean {
  const types = [type].flat();
  if (value === null) return types.includes('null');
  if (Array.isArray(value)) return types.includes('array');
  if (typeof value === 'number') {
    return types.includes('number') || (types.includes('integer') && Number.isInteger(value));
  }
  return types.includes(typeof value);
}
