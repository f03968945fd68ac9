// The table in a process of its own: what it has acknowledged survives its death.

import { startDynamodb, type TableInput } from '#infra/local/stand-ins/dynamodb/dynamodb.ts';
import { createTableInput } from '#store/table.ts';
import { inputOf, ready } from './child.ts';

export interface DatabaseInput {
  readonly folder: string;
  readonly port: number;
  readonly table: string;
}

// A caller that was killed in the middle of a request must not take the table along: dynalite
// throws such an error out of its listener.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') throw error;
});

const { folder, port, table } = inputOf<DatabaseInput>();
const tables = [createTableInput(table) as unknown as TableInput];
const { url } = await startDynamodb({ folder, port, tables });
if (port !== 0 && !url.endsWith(`:${port}`)) throw new Error(`port ${port} is taken`);
ready({ url });
