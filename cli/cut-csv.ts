// Cuts a CSV file of any size into chunks of whole rows: always at the same places, whatever pieces
// the bytes come in, so that an import that was interrupted finds its chunks again.

import { delimiterOf, ROW_CHARACTERS_MAX, readCsv } from '#domain/read-csv.ts';
import { CommandFailure } from './command.ts';

export interface Chunk {
  /** Counted from zero. */
  readonly number: number;
  /** Whole rows, without the header; good until the next chunk is asked for. */
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/** The rows as text; UTF-8 that was not valid is replaced. */
export function textOf({ bytes }: Chunk): string {
  return new TextDecoder().decode(bytes);
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
 * `chunkBytes`. Memory: one chunk, in one place that is used again. Throws CommandFailure with the line where quotation
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

/** Where the next quotation mark or return stands, looked for once each. */
class NextMarks {
  readonly #piece: Uint8Array;
  #quote = -1;
  #return = -1;

  constructor(piece: Uint8Array) {
    this.#piece = piece;
  }

  after(at: number): number {
    if (this.#quote < at) this.#quote = this.#find(QUOTE, at);
    if (this.#return < at) this.#return = this.#find(RETURN, at);
    return Math.min(this.#quote, this.#return);
  }

  #find(mark: number, at: number): number {
    const found = this.#piece.indexOf(mark, at);
    return found < 0 ? this.#piece.length : found;
  }
}

class Cutter {
  readonly #chunkBytes: number;
  #head: Head | undefined;
  #delimiter = 0;
  /** Bytes that belong to no chunk yet, at the beginning of a place that grows as it must. */
  #waiting = Buffer.allocUnsafe(512 * 1024);
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
    const marks = new NextMarks(piece);
    let from = 0;
    let at = 0;
    for (;;) {
      const end = at < piece.length ? this.#nextRowEnd(piece, at, marks) : undefined;
      if (end === undefined) break;
      at = end;
      const cut = this.#rowEnd(piece.subarray(from, at));
      if (cut) {
        from = at;
        yield* cut;
      }
    }
    if (from < piece.length) this.#keep(piece.subarray(from));
  }

  /** Undefined when the row goes on behind the piece. */
  #nextRowEnd(piece: Uint8Array, at: number, marks: NextMarks): number | undefined {
    // Up to the next mark of interest there are only cells and row ends: the engine finds those.
    const plainTo = this.#isPlain() ? marks.after(at) : at;
    if (plainTo <= at) return this.#toRowEnd(piece, at);
    const newline = piece.indexOf(NEWLINE, at);
    if (newline >= 0 && newline < plainTo) {
      this.#isRowBlank = newline === at;
      this.#count(newline - at);
      return newline + 1;
    }
    if (plainTo < piece.length) return this.#toRowEnd(piece, at);
    this.#isRowBlank = false;
    this.#count(piece.length - at);
    this.#state = piece.at(-1) === this.#delimiter ? 'begin' : 'plain';
    return undefined;
  }

  /** At the beginning of a row, once the header is known. */
  #isPlain(): boolean {
    return (
      this.#head !== undefined && this.#isRowBlank && !this.#isAfterReturn && this.#rowBytes === 0
    );
  }

  /** Byte by byte: where the row ends, or undefined when it goes on behind the piece. */
  #toRowEnd(piece: Uint8Array, from: number): number | undefined {
    for (let at = from; at < piece.length; at += 1) {
      const byte = piece[at] ?? 0;
      if (this.#isAfterReturn && byte !== NEWLINE) return at;
      if (this.#step(byte)) return at + 1;
    }
    return undefined;
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
    const needed = this.#waitingBytes + bytes.length;
    if (needed > this.#waiting.length) {
      const larger = Buffer.allocUnsafe(2 * needed);
      larger.set(this.#waiting.subarray(0, this.#waitingBytes));
      this.#waiting = larger;
    }
    this.#waiting.set(bytes, this.#waitingBytes);
    this.#waitingBytes = needed;
  }

  #takeBytes(): Uint8Array {
    const bytes = this.#waiting.subarray(0, this.#waitingBytes);
    this.#waitingBytes = 0;
    this.#rows = 0;
    return bytes;
  }

  #takeHead(): Head {
    const text = new TextDecoder().decode(this.#takeBytes()).replace(/\r\n?/g, '\n');
    const delimiter = delimiterOf(text.trim());
    const [row] = readCsv(text, delimiter);
    this.#head = { header: row?.cells ?? [], lines: Math.max(1, this.#line - 1), delimiter };
    this.#delimiter = delimiter.charCodeAt(0);
    return this.#head;
  }

  #takeChunk(): Chunk {
    const rows = this.#rows;
    const chunk = { number: this.#number, bytes: this.#takeBytes(), rows };
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
