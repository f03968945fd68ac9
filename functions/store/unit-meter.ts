// Counts read and write units with DynamoDB's arithmetic, by kind of item.

const WRITE_BYTES = 1024;
const READ_BYTES = 4096;

export interface Units {
  readUnits: number;
  writeUnits: number;
}

/** One write unit for every started kilobyte, at least one. */
export function writeUnitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_BYTES));
}

/** One read unit for every started four kilobytes, at least one; half of it when eventual. */
export function readUnitsOf(bytes: number, consistent: boolean): number {
  const units = Math.max(1, Math.ceil(bytes / READ_BYTES));
  return consistent ? units : units / 2;
}

/** Units since the start or the last reset, in all and by kind (`header`, `lane`, ...). */
export class UnitMeter implements Units {
  readUnits = 0;
  writeUnits = 0;
  readonly #kinds = new Map<string, Units>();

  read(kind: string, units: number): void {
    this.readUnits += units;
    this.#of(kind).readUnits += units;
  }

  write(kind: string, units: number): void {
    this.writeUnits += units;
    this.#of(kind).writeUnits += units;
  }

  /** The units of one kind of item, its index writes included. */
  of(kind: string): Units {
    return { readUnits: 0, writeUnits: 0, ...this.#kinds.get(kind) };
  }

  /** Every kind that was touched, by name. */
  byKind(): { [kind: string]: Units } {
    const kinds = [...this.#kinds].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(kinds.map(([kind, units]) => [kind, { ...units }]));
  }

  reset(): void {
    this.readUnits = 0;
    this.writeUnits = 0;
    this.#kinds.clear();
  }

  #of(kind: string): Units {
    const known = this.#kinds.get(kind);
    if (known) return known;
    const fresh = { readUnits: 0, writeUnits: 0 };
    this.#kinds.set(kind, fresh);
    return fresh;
  }
}
