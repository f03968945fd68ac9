import { MemoryTable } from '#store/memory-table.ts';
import { describeTable } from './contract.ts';

describeTable('memory', async () => new MemoryTable());
