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

/**
 * The function of that name remembers its answers by a text, at most so many of them.
 * @param text of the parameters, as an expression
 */
function remembering(
  file: string,
  name: string,
  by: { readonly parameters: string; readonly text: string; readonly most: number },
): Change {
  return {
    file,
    find: `export function ${name}(`,
    replace: `${FROZEN}
const answers = new Map();
export function ${name}(${by.parameters}) {
  const asked = ${by.text};
  let answer = answers.get(asked);
  if (answer === undefined) {
    if (answers.size >= ${by.most}) answers.clear();
    answers.set(asked, (answer = frozen(workedOut(${by.parameters}))));
  }
  return answer;
}
function workedOut(`,
  };
}

/** Plans, lists and facts, by their bytes. */
const BYTES_UNPACKED = remembering('functions/store/compression.ts', 'unpackJson', {
  parameters: 'bytes, key',
  text: "Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')",
  most: 500,
});

/** The people of all worlds have the same addresses, and nearly the same links. */
const CODES = remembering('functions/domain/hmac.ts', 'hmacSha256Text', {
  parameters: 'key, text',
  text: "key + '\\n' + text",
  most: 20_000,
});

/** One file is read by the check, by the plan, and by whoever tries either again. */
const FILES_READ = remembering('functions/domain/read-campaign-file.ts', 'readCampaignFile', {
  parameters: 'text, name',
  text: "name + '\\n' + text",
  most: 100,
});

export const SHORTCUTS: readonly Change[] = [
  COMPILED_SCHEMAS,
  ITEMS_READ,
  VALUES_READ,
  BYTES_UNPACKED,
  CODES,
  FILES_READ,
];
