import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { granted } from '../infra/granted.ts';
import { actionsOf } from '../infra/iam/actions-of.ts';
import { compare } from '../infra/iam/compare.ts';
import type { Use } from '../infra/iam/observer.ts';
import { recordUses } from '../infra/iam/record-uses.ts';
import { usedByLambda } from '../infra/iam/used-by-lambda.ts';
import { ageObjections, type Locked, lockObjections, SCRIPTS } from '../infra/lock-objections.ts';
import { policyObjections, type Statement, urlObjections } from '../infra/policy-objections.ts';
import { synthesize } from '../infra/synthesized.ts';
import type { Template } from '../infra/template.ts';
import { walkSurface } from './walk.ts';

// What CI does with a change: the very judges of the lock file, of policies and of grants are given
// what must not land. That they accept what is there, tests/infra says; of grants, SC-05 itself.

const checkout = join(import.meta.dirname, '..', '..');
const read = (file: string) => JSON.parse(readFileSync(join(checkout, file), 'utf8'));

let used: Use[];
let allowed: Use[];

beforeAll(async () => {
  allowed = granted((await synthesize('prod')).template);
  used = [...(await recordUses()), ...usedByLambda()];
}, 240_000);

walkSurface('build-and-deploy', {
  'SC-01': () => {
    const added = { 'node_modules/new': { integrity: 'sha512-x', hasInstallScript: true } };
    expect(lockObjections(added)).toEqual(['new wants to run a script']);
    // Two are named, and both only put the binary of their platform in place.
    expect([...SCRIPTS].sort()).toEqual(['esbuild', 'node']);
    const { allowScripts } = read('package.json') as { allowScripts: Record<string, boolean> };
    const may = Object.keys(allowScripts).filter((name) => allowScripts[name]);
    expect(may.sort()).toEqual([...SCRIPTS].sort());
  },
  'SC-02': (attack) => {
    for (const input of attack.input as Locked[]) {
      const { integrity = 'sha512-x', ...rest } = input;
      const locked = integrity === 'missing' ? rest : { ...rest, integrity };
      expect(lockObjections({ 'node_modules/x': locked })).toHaveLength(1);
    }
    expect(lockObjections({ 'node_modules/x': { integrity: 'sha512-x' } })).toEqual([]);
  },
  'SC-03': () => {
    const packages = { 'node_modules/new': { version: '1.0.0', integrity: 'sha512-x' } };
    const of = (published: string, waived = {}) =>
      ageObjections(packages, {
        waived,
        releases: { 'new@1.0.0': { published, locked: '2027-03-04' } },
      });
    expect(of('2027-03-02')).toEqual(['new@1.0.0 was 2 days old when it was taken, at least 7']);
    expect(of('2027-02-25')).toEqual([]);
    expect(of('2027-03-02', { 'new@1.0.0': 'mends a hole' })).toEqual([]);
    // Whoever leaves the date out does not pass either.
    expect(ageObjections(packages, { waived: {}, releases: {} })).toEqual([
      'new@1.0.0 has no date: npm run ages',
    ]);
  },
  'SC-04': (attack) => {
    const right = { Effect: 'Allow', Action: 'sns:Publish', Resource: 'arn:x' };
    expect(policyObjections(right as Statement)).toEqual([]);
    for (const input of attack.input as Record<string, string>[]) {
      if (input.FunctionUrlAuthType === undefined) {
        expect(policyObjections({ ...right, ...input } as Statement)).not.toEqual([]);
      } else {
        const url = { Type: 'AWS::Lambda::Url', Properties: { AuthType: 'NONE' } };
        expect(urlObjections({ Resources: { Open: url } } as unknown as Template)).toHaveLength(1);
      }
    }
  },
  'SC-05': (attack) => {
    const { grantedNotUsed, usedNotGranted } = compare(allowed, used);
    expect({ grantedNotUsed, usedNotGranted }).toEqual({ grantedNotUsed: [], usedNotGranted: [] });
    expect(grantedNotUsed).toHaveLength(Number(attack.check?.granted_unused));
    expect(usedNotGranted).toHaveLength(Number(attack.check?.used_ungranted));
  },
});

describe('a difference between granted and used would be found', () => {
  const one = (action: string, on: string): Use => ({ function: 'click', action, on });

  test('a grant too many, one on another resource, one to another function', () => {
    const more = [
      one('dynamodb:DeleteItem', 'table'),
      one('dynamodb:Query', 'index'),
      one('ssm:GetParameter', 'parameters/nowhere'),
      { ...one('ses:GetAccount', 'account'), function: 'measure' },
    ];
    expect(compare([...allowed, ...more], used).grantedNotUsed).toEqual(
      expect.arrayContaining(more),
    );
  });

  test('a call without a grant', () => {
    const more = [
      one('dynamodb:Scan', 'table'),
      { function: 'api', action: 'ssm:PutParameter', on: 'parameters/links' },
    ];
    expect(compare(allowed, [...used, ...more]).usedNotGranted).toEqual(
      expect.arrayContaining(more),
    );
    for (const grant of allowed) {
      const without = allowed.filter((other) => other !== grant);
      expect(compare(without, used).usedNotGranted.length).toBeGreaterThan(0);
    }
  });

  test('a call that nobody knows ends the recording', () => {
    const call = { service: 's3', method: 'GET', path: '/', target: '', body: '' };
    expect(() => actionsOf(call)).toThrow('a call of s3');
    const ses = { ...call, service: 'ses', path: '/v2/email/dedicated-ips' };
    expect(() => actionsOf(ses)).toThrow('not known: GET /v2/email/dedicated-ips');
  });
});
