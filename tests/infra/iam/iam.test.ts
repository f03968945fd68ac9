import { beforeAll, describe, expect, test } from 'vitest';
import { granted } from '../granted.ts';
import { synthesize } from '../synthesized.ts';
import { actionsOf } from './actions-of.ts';
import { compare } from './compare.ts';
import type { Use } from './observer.ts';
import { recordUses } from './record-uses.ts';
import { usedByLambda } from './used-by-lambda.ts';

let used: Use[];
let allowed: Use[];

beforeAll(async () => {
  allowed = granted((await synthesize('prod')).template);
  used = [...(await recordUses()), ...usedByLambda()];
}, 120_000);

test('every function may do exactly what it does', () => {
  expect(compare(allowed, used)).toEqual({ grantedNotUsed: [], usedNotGranted: [] });
});

describe('a difference would be found', () => {
  const one = (action: string, on: string): Use => ({ function: 'click', action, on });

  test('a grant too many, one on another resource, one to another function', () => {
    const more = [
      one('dynamodb:DeleteItem', 'table'),
      one('dynamodb:Query', 'index'),
      one('ssm:GetParameter', 'parameters/nowhere'),
      { ...one('ses:GetAccount', 'account'), function: 'measure' },
    ];
    expect(compare([...allowed, ...more], used).grantedNotUsed).toEqual(more);
  });

  test('a call without a grant', () => {
    const more = [
      one('dynamodb:Scan', 'table'),
      { function: 'api', action: 'ssm:PutParameter', on: 'parameters/links' },
    ];
    expect(compare(allowed, [...used, ...more]).usedNotGranted).toEqual(more);
    for (const grant of allowed) {
      const without = allowed.filter((other) => other !== grant);
      expect(compare(without, used).usedNotGranted.length).toBeGreaterThan(0);
    }
  });

  test('a call that nobody knows ends the recording', () => {
    const call = { service: 's3', method: 'GET', path: '/', target: '', body: '' };
    expect(() => actionsOf(call)).toThrow('a call of s3');
    const ses = { ...call, service: 'ses', path: '/v2/email/identities/example.org' };
    expect(() => actionsOf(ses)).toThrow('not known: GET /v2/email/identities');
  });
});
