// Cuts a CSV file of any size into chunks of whole rows: always at the same places, whatever pieces
// the bytes come in, so that an import that was interrupted finds its chunks again.

import { delimiterOf, ROW_CHARACTERS_MAX, readCsv } from '#domain/read-csv.ts';
import { CommandFailure } from './command.ts';

export interface Chunk {
  /** Counted from zero. */
  readonly number: number;
  /** Whole rows, without the header; UTF-8 that was not valid is replaced. */
  readonly text: string;
  readonly rows: number;
}

export interface Head {
  readonly header: readonly string[];
  /** Lines up to and with the header. */
  readonly lines: number;
  readonly delimiter: ',' | ';' | '\t';
}

export const CHUNK_BYTES = 256 * 1024;
export const CHUNK_ROWS = 5_000;

const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const MARK = [0xef, 0xbb, 0xbf];

/** Where a byte stands: at the beginning of a cell, in a plain one, in a quoted one, behind it. */
type State = 'begin' | 'plain' | 'quoted' | 'closed';

/**
 * The header first, then chunk after chunk, each ending at the first row end at or behind
 * `chunkBytes`. Memory: a chunk and a piece. Throws CommandFailure with the line where quotation
 * marks make no sense (RFC 4180).
 */
export async function* cutCsv(
  source: AsyncIterable<Uint8Array>,
  chunkBytes = CHUNK_BYTES,
): AsyncGenerator<Head | Chunk> {
  const cutter = new Cutter(chunkBytes);
  for await (const piece of source) yield* cutter.take(piece);
  yield* cutter.end();
}

export function isHead(one: Head | Chunk): one is Head {
  return 'header' in one;
}

class Cutter {
  readonly #chunkBytes: number;
  #head: Head | undefined;
  #delimiter = 0;
  /** Bytes that belong to no chunk yet. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #rowBytes = 0;
  #rows = 0;
  #line = 1;
  #state: State = 'begin';
  #isAfterReturn = false;
  #isRowBlank = true;
  #number = 0;
  /** Of a byte order mark at the very beginning. */
  #markBytes = 0;

  constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes;
  }

  *take(piece: Uint8Array): Generator<Head | Chunk> {
    if (this.#isPlain(piece)) yield* this.#takePlain(piece);
    else yield* this.#takeByBytes(piece);
  }

  /** Nothing in it but cells and row ends: the engine's own search finds them. */
  #isPlain(piece: Uint8Array): boolean {
    const isBetween = this.#state === 'begin' || this.#state === 'plain';
    const isBegun = this.#head !== undefined && isBetween && !this.#isAfterReturn;
    return isBegun && !piece.includes(QUOTE) && !piece.includes(RETURN);
  }

  *#takePlain(piece: Uint8Array): Generator<Head | Chunk> {
    let from = 0;
    let at = 0;
    for (;;) {
      const newline = piece.indexOf(NEWLINE, at);
      const end = newline < 0 ? piece.length : newline;
      if (end > at) this.#isRowBlank = false;
      this.#count(end - at);
      if (newline < 0) break;
      at = newline + 1;
      const cut = this.#rowEnd(piece.subarray(from, at));
      if (cut) {
        from = at;
        yield* cut;
      }
    }
    if (piece.length > at) this.#state = piece.at(-1) === this.#delimiter ? 'begin' : 'plain';
    if (from < piece.length) this.#keep(piece.subarray(from));
  }

  *#takeByBytes(piece: Uint8Array): Generator<Head | Chunk> {
    let from = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at] ?? 0;
      if (this.#isAfterReturn && byte !== NEWLINE) {
        // The row ended before this byte.
        const cut = this.#rowEnd(piece.subarray(from, at));
        if (cut) {
          from = at;
          yield* cut;
        }
      }
      if (this.#step(byte)) {
        const cut = this.#rowEnd(piece.subarray(from, at + 1));
        if (cut) {
          from = at + 1;
          yield* cut;
        }
      }
    }
    if (from < piece.length) this.#keep(piece.subarray(from));
  }

  *end(): Generator<Head | Chunk> {
    if (this.#state === 'quoted') throw this.#malformed('a quotation mark is left open');
    if (!this.#isRowBlank) this.#rows += 1;
    if (!this.#head && this.#rows > 0) {
      yield this.#takeHead();
      return;
    }
    if (!this.#head) throw new CommandFailure('the file is empty');
    if (this.#rows > 0) yield this.#takeChunk();
  }

  #count(bytes: number): void {
    this.#rowBytes += bytes;
    if (this.#rowBytes <= 4 * ROW_CHARACTERS_MAX) return;
    const limit = `a row is longer than ${ROW_CHARACTERS_MAX} characters`;
    throw this.#malformed(`${limit}; is a quotation mark left open?`);
  }

  /** True at the byte that ends a row. */
  #step(byte: number): boolean {
    this.#count(1);
    if (this.#markBytes < MARK.length && byte === MARK[this.#markBytes]) {
      this.#markBytes += 1;
      return false;
    }
    this.#markBytes = MARK.length;
    if (this.#state === 'quoted') {
      if (byte === QUOTE) this.#state = 'closed';
      else if (byte === NEWLINE) this.#line += 1;
      return false;
    }
    if (byte === NEWLINE) return true;
    if (byte === RETURN) {
      this.#isAfterReturn = true;
      return false;
    }
    this.#isRowBlank = false;
    if (byte === QUOTE) this.#quote();
    else if (byte === this.#delimiter || (this.#delimiter === 0 && isDelimiter(byte))) {
      this.#state = 'begin';
    } else if (this.#state === 'closed') throw this.#malformed(STRAY);
    else this.#state = 'plain';
    return false;
  }

  #quote(): void {
    if (this.#state === 'plain') throw this.#malformed(STRAY);
    this.#state = 'quoted';
  }

  /** What is complete with this row; `rest` are the bytes since the last piece was kept. */
  #rowEnd(rest: Uint8Array): (Head | Chunk)[] | undefined {
    if (!this.#isRowBlank) this.#rows += 1;
    this.#line += 1;
    this.#state = 'begin';
    this.#isAfterReturn = false;
    this.#isRowBlank = true;
    this.#rowBytes = 0;
    const bytes = this.#waitingBytes + rest.length;
    const isDue = this.#head
      ? bytes >= this.#chunkBytes || this.#rows >= CHUNK_ROWS
      : this.#rows > 0;
    if (!isDue) return undefined;
    this.#keep(rest);
    return [this.#head ? this.#takeChunk() : this.#takeHead()];
  }

  #keep(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  #takeText(): string {
    const text = new TextDecoder().decode(Buffer.concat(this.#waiting));
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#rows = 0;
    return text;
  }

  #takeHead(): Head {
    const text = this.#takeText().replace(/\r\n?/g, '\n');
    const delimiter = delimiterOf(text.trim());
    const [row] = readCsv(text, delimiter);
    this.#head = { header: row?.cells ?? [], lines: Math.max(1, this.#line - 1), delimiter };
    this.#delimiter = delimiter.charCodeAt(0);
    return this.#head;
  }

  #takeChunk(): Chunk {
    const rows = this.#rows;
    const chunk = { number: this.#number, text: this.#takeText(), rows };
    this.#number += 1;
    return chunk;
  }

  #malformed(problem: string): CommandFailure {
    return new CommandFailure(`line ${this.#line}: ${problem}`);
  }
}

const STRAY = 'quotation marks stand where none may';

/** Until the header has told: any of the three. */
function isDelimiter(byte: number): boolean {
  return byte === 0x2c || byte === 0x3b || byte === 0x09;
}
