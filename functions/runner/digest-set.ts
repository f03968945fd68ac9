// Digests of a whole list in little memory: a set of strings takes 117 bytes a person, this 12 to 40.

const WORDS = 3;
const SLOTS_MIN = 1_024;
/** Fuller than this, looking for a free place takes long. */
const LOAD_MAX = 0.6;

/**
 * Keeps the first 96 bits of each digest: among a hundred million people two share them with a
 * probability below 1e-13. Cost: O(1); grows by doubling.
 */
export class DigestSet {
  #slots = SLOTS_MIN;
  #words = new Uint32Array(SLOTS_MIN * WORDS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @param digest 16 bytes in base64url, as addressDigest makes them */
  has(digest: string): boolean {
    return this.#isKept(this.#placeOf(wordsOf(digest)));
  }

  add(digest: string): void {
    const words = wordsOf(digest);
    const place = this.#placeOf(words);
    if (this.#isKept(place)) return;
    this.#words.set(words, place);
    this.#size += 1;
    if (this.#size > this.#slots * LOAD_MAX) this.#grow();
  }

  #placeOf(words: Words): number {
    const [first, second, third] = words;
    const kept = this.#words;
    for (let slot = first & (this.#slots - 1); ; slot = (slot + 1) & (this.#slots - 1)) {
      const place = slot * WORDS;
      if (!this.#isKept(place)) return place;
      const isSame =
        kept[place] === first && kept[place + 1] === second && kept[place + 2] === third;
      if (isSame) return place;
    }
  }

  /** A digest of nothing but zeros does not occur: its place counts as free. */
  #isKept(place: number): boolean {
    const kept = this.#words;
    return kept[place] !== 0 || kept[place + 1] !== 0 || kept[place + 2] !== 0;
  }

  #grow(): void {
    const before = this.#words;
    this.#slots *= 2;
    this.#words = new Uint32Array(this.#slots * WORDS);
    for (let from = 0; from < before.length; from += WORDS) {
      const words: Words = [before[from] ?? 0, before[from + 1] ?? 0, before[from + 2] ?? 0];
      if (words.some((word) => word !== 0)) this.#words.set(words, this.#placeOf(words));
    }
  }
}

type Words = readonly [number, number, number];

function wordsOf(digest: string): Words {
  const bytes = Buffer.from(digest, 'base64url');
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8)];
}
