// The console over a table in memory, as one app and as a place for a browser.

import type { Scope } from '#commands/context.ts';
import { createConsole } from '#console/create-app.tsx';
import type { Table } from '#domain/ports.ts';
import { buildReport } from '#feedback/build-report.ts';
import { savePrincipal } from '#store/principals.ts';

export interface ConsoleOver {
  readonly table: Table;
  now(): number;
}

export function aConsole({ table, now }: ConsoleOver) {
  const logged: string[] = [];
  const note = (event: string, fields?: object) =>
    void logged.push(JSON.stringify({ event, ...fields }));
  const app = createConsole({
    table,
    clock: { now },
    secrets: { get: async () => 'admin-token-of-this-deployment' },
    log: { info: note, warn: note, error: note },
    buildReport: (burst) => buildReport(table, burst, now()),
  });
  return {
    app,
    logged,
    async token(name: string, ...scopes: Scope[]): Promise<string> {
      const token = `token-of-${name}-${'x'.repeat(20)}`;
      await savePrincipal(table, token, { name, scopes });
      return token;
    },
  };
}

export const cookieOf = (token: string) => ({ cookie: `volley_token=${token}` });
