// npm run conform [-- --ops N] [--seed S]: the table in memory beside DynamoDB; last line JSON.
// Compares with dynalite, or with any endpoint that AWS_ENDPOINT_URL_DYNAMODB names.

import { execFileSync } from 'node:child_process';
import { MemoryTable } from '#store/memory-table.ts';
import { conform } from './conform.ts';
import { dynaliteSubject, endpointSubject } from './subject.ts';

const operations = option('ops', 10_000);
const seed = option('seed', 1 + Math.floor(Math.random() * 1e9));
const endpoint = process.env.AWS_ENDPOINT_URL_DYNAMODB;
const subject = endpoint ? await endpointSubject(endpoint) : await dynaliteSubject();
console.log(`conformance: ${operations} operations, seed ${seed}, against ${subject.name}`);
try {
  const { indexLagMs } = subject;
  const result = await conform(new MemoryTable(), subject.table, { operations, seed, indexLagMs });
  for (const disagreement of result.disagreements.slice(0, 10)) {
    console.log(JSON.stringify(disagreement, null, 2));
  }
  const disagreements = result.disagreements.length;
  if (disagreements > 0) process.exitCode = 1;
  const node = process.version;
  console.log(JSON.stringify({ operations, disagreements, seed, commit: commit(), node }));
} finally {
  await subject.stop();
}

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

function commit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}
