// Chance as a tree: one 32-bit seed, and a named stream of its own for every component.

/** A stream of uniform numbers; what one component draws never shifts what another one gets. */
export class Stream {
  readonly #root: number;
  readonly #path: string;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(root: number, path = '') {
    this.#root = root >>> 0;
    this.#path = path;
    this.#a = hashText(path, this.#root ^ 0x9e3779b9);
    this.#b = hashText(path, this.#root ^ 0x243f6a88);
    this.#c = hashText(path, this.#root ^ 0xb7e15162);
    this.#d = 1;
    for (let round = 0; round < 12; round += 1) this.bits();
  }

  /** The stream of this name: the same for the same seed and path, whatever was drawn before. */
  fork(name: string): Stream {
    return new Stream(this.#root, `${this.#path}/${name}`);
  }

  /** 32 random bits (sfc32, C. Doty-Humphrey). */
  bits(): number {
    const sum = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** In [0, 1). */
  fraction(): number {
    return this.bits() / 4_294_967_296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.fraction();
  }

  /** An integer in [low, high], both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  /** Every order of magnitude in [low, high) alike. */
  logUniform(low: number, high: number): number {
    return low * (high / low) ** this.fraction();
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[Math.floor(this.fraction() * list.length)];
    if (item === undefined) throw new Error('cannot pick from an empty list');
    return item;
  }
}

/** A number in [0, 1) of two others: the same for the same two (murmur3's finaliser, twice). */
export function mixed(salt: number, index: number): number {
  let hash = salt ^ Math.imul(index + 1, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16) ^ salt, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
}

/** 32 bits of a text: FNV-1a with a final avalanche (murmur3). */
export function hashText(text: string, basis = 0x811c9dc5): number {
  let hash = basis | 0;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
