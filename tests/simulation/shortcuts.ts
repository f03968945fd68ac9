// What thousands of worlds need not work out anew: functions that answer the same to the same. Each
// is changed to remember what it answered; whatever is handed out twice is frozen, so that no world
// can tell another anything. A world without them leaves the same trace.

import type { Change } from './load-hooks.ts';

/**
 * zod/mini walks objects, zod itself compiles them; both judge alike, the second takes half the
 * time. Functions bundle the first because it is smaller; thousands of worlds have no need of that.
 */
const COMPILED_SCHEMAS: Change = {
  file: 'node_modules/zod/v4/mini/schemas.js',
  find: 'core.$ZodObject.init(inst, def);',
  replace: 'core.$ZodObjectJIT.init(inst, def);',
};

const FROZEN = `
function frozen(value) {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  for (const name in value) frozen(value[name]);
  return Object.freeze(value);
}`;

/** What a schema said of an item that stands as it stood: of ten reads of a header, eight. */
const ITEMS_READ: Change = {
  file: 'functions/store/item.ts',
  find: 'export function fromItem<T>(',
  replace: `${FROZEN}
const answers = new Map();
function remembered(schema, value, answer) {
  if (typeof value !== 'object' || value === null || !Object.isFrozen(value)) return answer();
  let known = answers.get(schema);
  if (known === undefined) answers.set(schema, (known = new WeakMap()));
  let kept = known.get(value);
  if (kept === undefined) known.set(value, (kept = frozen(answer())));
  return kept;
}
export function fromItem(schema, item, beside) {
  return remembered(schema, item, () => readItem(schema, item, beside));
}
function readItem<T>(`,
};

const VALUES_READ: Change = {
  file: 'functions/store/item.ts',
  find: 'export function parsed<T>(',
  replace: `export function parsed(schema, value, key) {
  return remembered(schema, value, () => judged(schema, value, key));
}
function judged<T>(`,
};

/** Plans, lists and facts, by their bytes. */
const BYTES_UNPACKED: Change = {
  file: 'functions/store/compression.ts',
  find: 'export function unpackJson(',
  replace: `${FROZEN}
const values = new Map();
export function unpackJson(bytes, key) {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  let value = values.get(text);
  if (value === undefined) {
    if (values.size >= 500) values.clear();
    values.set(text, (value = frozen(unpacked(bytes, key))));
  }
  return value;
}
function unpacked(`,
};

/** The people of all worlds have the same addresses, and nearly the same links. */
const CODES: Change = {
  file: 'functions/domain/hmac.ts',
  find: 'export function hmacSha256Text(',
  replace: `const codes = new Map();
export function hmacSha256Text(key, text) {
  let known = codes.get(key);
  if (known === undefined) codes.set(key, (known = new Map()));
  let code = known.get(text);
  if (code === undefined) {
    if (known.size >= 20_000) known.clear();
    known.set(text, (code = codeOf(key, text)));
  }
  return code;
}
function codeOf(`,
};

/** One file is read by the check, by the plan, and by whoever tries either again. */
const FILES_READ: Change = {
  file: 'functions/domain/read-campaign-file.ts',
  find: 'export function readCampaignFile(',
  replace: `${FROZEN}
const readings = new Map();
export function readCampaignFile(text, name) {
  const whole = name + '\\n' + text;
  let reading = readings.get(whole);
  if (reading === undefined) {
    if (readings.size >= 100) readings.clear();
    readings.set(whole, (reading = frozen(read(text, name))));
  }
  return reading;
}
function read(`,
};

export const SHORTCUTS: readonly Change[] = [
  COMPILED_SCHEMAS,
  ITEMS_READ,
  VALUES_READ,
  BYTES_UNPACKED,
  CODES,
  FILES_READ,
];
