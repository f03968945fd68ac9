// The rows that were not taken, each with its line and the reason: to be put right and imported again.

import { closeSync, openSync, writeSync } from 'node:fs';
import type { ImportedAudience } from '#commands/import-audience.ts';
import { csvCell } from '#domain/csv-cell.ts';
import { readCsv } from '#domain/read-csv.ts';
import { type Chunk, type Head, textOf } from './cut-csv.ts';

/** A row that was not taken, as the API says it. */
export type Reject = ImportedAudience['rejects'][number];

/** Made with the first reject; a file of an earlier run is replaced. */
export class RejectsFile {
  readonly path: string;
  readonly #head: Head;
  #file: number | undefined;
  count = 0;

  constructor(path: string, head: Head) {
    this.path = path;
    this.#head = head;
  }

  /** @param rowsBefore rows of the file before this chunk */
  add(rejects: readonly Reject[], chunk: Chunk, rowsBefore: number): void {
    const { header, delimiter } = this.#head;
    if (this.#file === undefined) {
      this.#file = openSync(this.path, 'w', 0o600);
      this.#write(['line', 'reason', 'problem', ...header]);
    }
    const byRow = new Map(rejects.map((reject) => [reject.row, reject]));
    let row = rowsBefore;
    for (const { cells } of readCsv(textOf(chunk), delimiter)) {
      row += 1;
      const reject = byRow.get(row);
      if (!reject) continue;
      const column = reject.column === undefined ? '' : `${reject.column}: `;
      this.#write([String(reject.line), reject.code, `${column}${reject.message}`, ...cells]);
      this.count += 1;
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #write(cells: readonly string[]): void {
    const { delimiter } = this.#head;
    const line = cells.map((cell) => csvCell(cell, delimiter)).join(delimiter);
    if (this.#file !== undefined) writeSync(this.#file, `${line}\n`);
  }
}
