/** A report as bytes: the same report gives the same text, on every machine. */

/**
 * JSON with sorted keys, `Infinity` as the string "Infinity", undefined left out; never NaN, which
 * throws, because a report must not hide a failed computation. Cost: O(size).
 */
export function reportJson(report: object): string {
  return JSON.stringify(report, (key, value: unknown) => plain(key, value));
}

function plain(key: string, value: unknown): unknown {
  if (typeof value === 'number') {
    if (Number.isNaN(value)) throw new TypeError(`${key} is NaN`);
    if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
    return value;
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1));
  return Object.fromEntries(entries);
}
