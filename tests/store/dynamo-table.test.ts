import { afterAll, beforeAll } from 'vitest';
import { describeTable } from './contract.ts';
import { type DynaliteTables, startDynalite } from './dynalite-table.ts';

let dynalite: DynaliteTables;

beforeAll(async () => {
  dynalite = await startDynalite();
});

afterAll(() => dynalite.stop());

describeTable('dynamo', () => dynalite.create());
