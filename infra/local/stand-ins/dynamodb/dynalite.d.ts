declare module 'dynalite' {
  import type { Server } from 'node:http';

  // biome-ignore lint/style/noDefaultExport: it is how the library exports it
  export default function dynalite(options: {
    readonly path?: string;
    readonly createTableMs?: number;
    readonly updateTableMs?: number;
    readonly deleteTableMs?: number;
  }): Server;
}

declare module 'dynalite/db/index.js' {
  export interface Level {
    open(): Promise<void>;
    close(): Promise<void>;
    get(key: string): Promise<unknown>;
    put(key: string, value: unknown): Promise<void>;
    clear(range: { gte: string; lt: string }): Promise<void>;
    iterator(range: { gte: string; lt: string }): AsyncIterable<[string, unknown]>;
  }

  export interface Store {
    readonly db: Level;
  }

  const db: {
    create(options: { path: string }): Store;
    updateIndexes(
      store: Store,
      table: unknown,
      existing: undefined,
      item: unknown,
      done: (error?: Error) => void,
    ): void;
  };
  // biome-ignore lint/style/noDefaultExport: it is how the library exports it
  export default db;
}
