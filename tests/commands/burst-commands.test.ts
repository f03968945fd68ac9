import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { abandonBurst } from '#commands/abandon-burst.ts';
import { approveBurst } from '#commands/approve-burst.ts';
import { cancelBurst } from '#commands/cancel-burst.ts';
import { connectAccount } from '#commands/connect-account.ts';
import type { CommandContext, Scope } from '#commands/context.ts';
import { fireBurst } from '#commands/fire-burst.ts';
import { importAudience } from '#commands/import-audience.ts';
import { issueToken } from '#commands/issue-token.ts';
import { listBursts } from '#commands/list-bursts.ts';
import { planBurst } from '#commands/plan-burst.ts';
import { resumeBurst } from '#commands/resume-burst.ts';
import { scheduleBurst } from '#commands/schedule-burst.ts';
import { showBurst } from '#commands/show-burst.ts';
import { listRecipients, showLedger } from '#commands/show-ledger.ts';
import { showResults } from '#commands/show-results.ts';
import { standbyBurst } from '#commands/standby-burst.ts';
import { stopBurst } from '#commands/stop-burst.ts';
import { suppressAddress } from '#commands/suppress-address.ts';
import { advance, type BurstEvent } from '#domain/advance.ts';
import { brokenLink } from '#domain/audit-chain.ts';
import { type Burst, wakeAt } from '#domain/burst.ts';
import { Fault, Refusal } from '#domain/faults.ts';
import { addressDigest } from '#domain/suppression.ts';
import { listAudit } from '#store/audit-log.ts';
import { loadBurst, saveBurst } from '#store/bursts.ts';
import { readChanges } from '#store/change-log.ts';
import { loadConnection } from '#store/connections.ts';
import { loadLinkTable } from '#store/link-tables.ts';
import { loadPlan } from '#store/plans.ts';
import { findPrincipal } from '#store/principals.ts';
import { findSuppression } from '#store/suppressions.ts';
import { aWorld, files, launch, noon, plan, type World } from './a-context.ts';

const burst = 'atlas-launch';
const second = launch.replace('  legs:', '  approval: second person\n  legs:');
const night = launch.replace(
  /at: .*/,
  'standby: { from: 2027-03-01 12:00 UTC, until: 2027-03-01 23:00 UTC }',
);

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'done';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

async function header(world: World): Promise<Burst> {
  const found = await loadBurst(world.table, burst, { consistent: true });
  if (!found) throw new Error('no burst');
  return found;
}

/** What a runner would write. */
async function apply(world: World, ...events: BurstEvent[]): Promise<Burst> {
  for (const event of events) {
    const before = await header(world);
    const answer = advance(before, event);
    if (answer.kind === 'refused') throw new Error(answer.message);
    await saveBurst(world.table, before, answer.burst, 'runner');
  }
  return header(world);
}

async function releasing(world: World): Promise<Burst> {
  await plan(world);
  await scheduleBurst(world.as('nora', 'operator'), { burst });
  const { now } = world;
  const legs = (await header(world)).legs.map((leg) => leg.name);
  return apply(
    world,
    { kind: 'lease', holder: 'h', now, leaseUntil: now + 15_000 },
    { kind: 'prepared', epoch: 2, now, recipients: 3, lanes: 1 },
    { kind: 'commit', epoch: 2, now, legs },
  );
}

describe('who may do what', () => {
  const commands: [string, Scope, (context: CommandContext) => Promise<unknown>][] = [
    ['import', 'operator', (context) => importAudience(context, { audience: 'a' }, 'email\n')],
    ['plan', 'operator', (context) => planBurst(context, { file: { name: 'x', text: 'x' } })],
    ['schedule', 'operator', (context) => scheduleBurst(context, { burst })],
    ['standby', 'operator', (context) => standbyBurst(context, { burst })],
    ['fire', 'operator', (context) => fireBurst(context, { burst })],
    ['stop', 'operator', (context) => stopBurst(context, { burst })],
    ['resume', 'operator', (context) => resumeBurst(context, { burst })],
    ['abandon', 'operator', (context) => abandonBurst(context, { burst })],
    ['cancel', 'operator', (context) => cancelBurst(context, { burst })],
    ['suppress', 'operator', (context) => suppressAddress(context, { address: 'ana@example.org' })],
    ['ledger', 'operator', (context) => showLedger(context, { burst })],
    [
      'approve',
      'approver',
      (context) => approveBurst(context, { burst, contentHash: 'a'.repeat(64) }),
    ],
    [
      'connect',
      'admin',
      (context) =>
        connectAccount(context, {
          connection: 'm',
          channel: 'mastodon',
          baseUrl: 'https://social.example.org',
          token: 'x'.repeat(20),
        }),
    ],
    ['recipients', 'admin', (context) => listRecipients(context, { burst })],
    ['token', 'admin', (context) => issueToken(context, { name: 'x', scopes: ['viewer'] })],
    ['show', 'viewer', (context) => showBurst(context, { burst })],
    ['list', 'viewer', (context) => listBursts(context, {})],
    ['results', 'viewer', (context) => showResults(context, { burst })],
  ];
  const scopes: Scope[] = ['viewer', 'operator', 'approver', 'admin'];

  test.each(commands)('%s takes the scope %s', async (_name, wanted, command) => {
    const world = aWorld();
    for (const scope of scopes) {
      const code = await codeOf(command(world.as('x', scope)));
      if (scopes.indexOf(scope) < scopes.indexOf(wanted)) expect(code).toBe('forbidden');
      else expect(code).not.toBe('forbidden');
    }
    expect(await codeOf(command(world.as('x')))).toBe('forbidden');
  });

  test('a refused command has written nothing', async () => {
    const world = aWorld();
    for (const [, , command] of commands) await codeOf(command(world.as('x')));
    expect(world.table.meter.writeUnits).toBe(0);
  });
});

describe('schedule', () => {
  test('takes the moment of the file, or another, and writes the links', async () => {
    const world = aWorld();
    await plan(world);
    const context = world.as('nora', 'operator');
    expect(await scheduleBurst(context, { burst })).toMatchObject({
      state: 'scheduled',
      moment: { at: Date.parse('2027-03-04T09:00:00Z') },
    });
    const moved = await scheduleBurst(context, { burst, at: '20:00' });
    expect(moved.moment?.text).toBe('2027-03-01 20:00 Europe/Paris (+01:00), 2027-03-01 19:00 UTC');
    expect(Object.keys((await loadLinkTable(world.table, burst)) ?? {})).toHaveLength(3);
  });

  test.each([
    ['2027-02-28 10:00 UTC', 'moment_past'],
    ['2027-03-28 02:30', 'moment_impossible'],
    ['2027-03-28 02:30 Europe/Atlantis', 'zone_unknown'],
    ['soon', 'moment_malformed'],
  ])('at %s is refused: %s', async (at, code) => {
    const world = aWorld();
    await plan(world);
    expect(await codeOf(scheduleBurst(world.as('nora', 'operator'), { burst, at }))).toBe(code);
    expect((await header(world)).state).toBe('draft');
  });

  test('without any moment says so', async () => {
    const world = aWorld();
    await plan(world, launch.replace(/ {2}at: .*\n/, ''));
    expect(await codeOf(scheduleBurst(world.as('nora', 'operator'), { burst }))).toBe(
      'moment_missing',
    );
  });

  test('starts a runner when the moment is near, and only then', async () => {
    const world = aWorld();
    await plan(world);
    await scheduleBurst(world.as('nora', 'operator'), { burst });
    expect(world.started).toEqual([]);
    await scheduleBurst(world.as('nora', 'operator'), { burst, at: '2027-03-01T12:00:20Z' });
    expect(world.started).toEqual([burst]);
  });

  test('stands even when no runner could be started', async () => {
    const world = aWorld({
      startRunner: () =>
        Promise.reject(new Fault('invoke_unanswered', 'no answer', { retryable: true })),
    });
    await plan(world);
    const scheduled = await scheduleBurst(world.as('nora', 'operator'), {
      burst,
      at: '2027-03-01T12:00:20Z',
    });
    expect(scheduled).toMatchObject({
      state: 'scheduled',
      warnings: ['invoke_unanswered: no answer'],
    });
    expect((await header(world)).state).toBe('scheduled');
  });

  test('asks for the second person once the list has grown beyond the bound', async () => {
    const world = aWorld();
    const planned = await plan(
      world,
      launch.replace('  legs:', '  approval: second person above 3\n  legs:'),
    );
    expect(planned.approvalPolicy).toBe('none');
    await importAudience(
      world.as('nora', 'operator'),
      { audience: 'prospects' },
      'email\ndora@example.org\n',
    );
    const context = world.as('nora', 'operator');
    expect(await codeOf(scheduleBurst(context, { burst }))).toBe('not_approved');
    await approveBurst(world.as('ben', 'approver'), { burst, contentHash: planned.contentHash });
    expect(await scheduleBurst(context, { burst })).toMatchObject({
      state: 'scheduled',
      approvalPolicy: 'second',
    });
  });
});

describe('approval', () => {
  test('is by another person, of the content that was seen', async () => {
    const world = aWorld();
    const { contentHash } = await plan(world, second);
    const operator = world.as('nora', 'operator');
    expect(await codeOf(scheduleBurst(operator, { burst }))).toBe('not_approved');
    expect(await codeOf(approveBurst(world.as('nora', 'approver'), { burst, contentHash }))).toBe(
      'own_approval',
    );
    await approveBurst(world.as('ben', 'approver'), { burst, contentHash });
    expect(await codeOf(scheduleBurst(operator, { burst }))).toBe('done');
  });

  test('of what was changed meanwhile is refused, and an edit after it voids it', async () => {
    const world = aWorld();
    const { contentHash } = await plan(world, second);
    const { contentHash: changed } = await plan(
      world,
      second.replace('Atlas 2 is here', 'Atlas 2!'),
    );
    const approver = world.as('ben', 'approver');
    expect(await codeOf(approveBurst(approver, { burst, contentHash }))).toBe('content_changed');
    await approveBurst(approver, { burst, contentHash: changed });
    await plan(world, second.replace('Atlas 2 is here', 'Atlas 3!'));
    expect((await header(world)).approval).toBeUndefined();
    expect(await codeOf(scheduleBurst(world.as('nora', 'operator'), { burst }))).toBe(
      'not_approved',
    );
  });

  test('by whoever edited last is their own', async () => {
    const world = aWorld();
    await plan(world, second, 'nora');
    const { contentHash } = await plan(world, second.replace('Atlas 2 is here', 'Atlas 2!'), 'ben');
    expect(await codeOf(approveBurst(world.as('ben', 'approver'), { burst, contentHash }))).toBe(
      'own_approval',
    );
  });

  test('holds for as long as it says', async () => {
    const world = aWorld();
    const { contentHash } = await plan(world, second);
    await approveBurst(world.as('ben', 'approver'), { burst, contentHash, valid: '1h' });
    expect(await codeOf(scheduleBurst(world.as('nora', 'operator'), { burst }))).toBe(
      'approval_expired',
    );
    for (const valid of ['soon', '1s', '91d', '-1h']) {
      expect(
        await codeOf(approveBurst(world.as('ben', 'approver'), { burst, contentHash, valid })),
      ).toBe('input_invalid');
    }
  });
});

describe('stand-by and fire', () => {
  test('the fire is the moment, and starts a runner where none holds the lease', async () => {
    const world = aWorld();
    await plan(world, night);
    const context = world.as('nora', 'operator');
    await standbyBurst(context, { burst });
    world.started.length = 0;
    world.now = noon + 3_600_000;
    expect(await fireBurst(context, { burst })).toMatchObject({
      state: 'armed',
      moment: { at: world.now },
    });
    expect(world.started).toEqual([burst]);
  });

  test('a runner that holds the lease is not started twice', async () => {
    const world = aWorld();
    await plan(world, night);
    await standbyBurst(world.as('nora', 'operator'), { burst });
    world.started.length = 0;
    await apply(world, {
      kind: 'lease',
      holder: 'h',
      now: world.now,
      leaseUntil: world.now + 60_000,
    });
    await fireBurst(world.as('nora', 'operator'), { burst });
    expect(world.started).toEqual([]);
  });

  test('may begin now and end at a time of day', async () => {
    const world = aWorld();
    await plan(world);
    world.now = noon + 86;
    const shown = await standbyBurst(world.as('nora', 'operator'), {
      burst,
      from: 'now',
      until: '01:00',
    });
    expect(shown.standbyFrom?.at).toBe(noon + 86);
    expect(shown.standbyFrom?.text).not.toContain('.086');
    expect(shown.standbyUntil?.text).toContain('2027-03-02 01:00 Europe/Paris');
  });

  test('before, after and without stand-by there is no fire', async () => {
    const world = aWorld();
    const context = world.as('nora', 'operator');
    expect(await codeOf(fireBurst(context, { burst }))).toBe('burst_unknown');
    await plan(world, night);
    expect(await codeOf(fireBurst(context, { burst }))).toBe('wrong_state');
    await standbyBurst(context, { burst });
    world.now = noon - 1;
    expect(await codeOf(fireBurst(context, { burst }))).toBe('too_early');
    world.now = Date.parse('2027-03-01T23:00:00.001Z');
    expect(await codeOf(fireBurst(context, { burst }))).toBe('too_late');
    expect(await codeOf(fireBurst(context, { burst, outcome: 'won' }))).toBe('too_late');
  });
});

describe('stop', () => {
  test('is durable, says what went out and switches sending off and, once over, on again', async () => {
    const world = aWorld();
    await releasing(world);
    const context = world.as('nora', 'operator');
    const stopped = await stopBurst(context, { burst, reason: 'wrong link' });
    expect(stopped).toMatchObject({
      state: 'stopped',
      reason: 'wrong link',
      isFinal: false,
      sent: { accepted: 0, inFlight: 0 },
    });
    expect((await header(world)).state).toBe('stopped');
    expect(world.switched).toEqual([[burst, false]]);
    await apply(world, { kind: 'hand_over', epoch: 2 });
    const again = await stopBurst(context, { burst });
    expect(again).toMatchObject({ isFinal: true, reason: 'wrong link' });
    expect(world.switched).toEqual([
      [burst, false],
      [burst, true],
    ]);
  });

  test('is not final while a runner may not have heard of it', async () => {
    const world = aWorld();
    await releasing(world);
    await apply(
      world,
      ...(['prospects', 'mastodon'] as const).map(
        (name) => ({ kind: 'leg', epoch: 2, name, state: 'sent' }) as const,
      ),
    );
    const context = world.as('nora', 'operator');
    expect((await stopBurst(context, { burst })).isFinal).toBe(false);
    world.now += 999;
    expect((await stopBurst(context, { burst })).isFinal).toBe(false);
    world.now += 1;
    expect((await stopBurst(context, { burst })).isFinal).toBe(true);
  });

  test('stands even when SES could not be reached', async () => {
    const world = aWorld({
      setSending: () =>
        Promise.reject(new Fault('ses_unanswered', 'no answer', { retryable: true })),
    });
    await releasing(world);
    const stopped = await stopBurst(world.as('nora', 'operator'), { burst });
    expect(stopped.warnings).toEqual(['ses_unanswered: no answer']);
    expect((await header(world)).state).toBe('stopped');
  });

  test('before release is refused, and cancelling after it is too', async () => {
    const world = aWorld();
    await plan(world);
    const context = world.as('nora', 'operator');
    expect(await codeOf(stopBurst(context, { burst }))).toBe('wrong_state');
    const other = aWorld();
    await releasing(other);
    expect(await codeOf(cancelBurst(other.as('nora', 'operator'), { burst }))).toBe('wrong_state');
  });

  test('is undone by resume, and made final by abandon, which lets others send again', async () => {
    const world = aWorld();
    await releasing(world);
    const context = world.as('nora', 'operator');
    await stopBurst(context, { burst });
    expect(await resumeBurst(context, { burst })).toMatchObject({ state: 'releasing' });
    expect(world.switched.at(-1)).toEqual([burst, true]);
    expect(world.started).toEqual([burst]);
    await stopBurst(context, { burst });
    const abandoned = await abandonBurst(context, { burst });
    expect(abandoned).toMatchObject({
      state: 'measuring',
      reason: 'abandoned: stopped by nora',
    });
    expect(world.switched.at(-1)).toEqual([burst, true]);
    expect(await codeOf(resumeBurst(context, { burst }))).toBe('wrong_state');
  });

  test('and abandon let those who were reached answer as long as if all had been sent', async () => {
    const world = aWorld();
    await releasing(world);
    const context = world.as('nora', 'operator');
    await stopBurst(context, { burst });
    await abandonBurst(context, { burst });
    const { momentAt = 0, measureUntil } = await header(world);
    expect(measureUntil).toBe(momentAt + 7 * 24 * 3_600_000);
    expect(wakeAt(await header(world))).toBeLessThanOrEqual(world.now);
  });
});

/** Every call of the table waits for its turn, which the scheduler draws. */
function inTurns(context: CommandContext, scheduler: fc.Scheduler): CommandContext {
  const { table } = context;
  return {
    ...context,
    table: {
      get: scheduler.scheduleFunction((key, options) => table.get(key, options)),
      query: scheduler.scheduleFunction((query) => table.query(query)),
      put: scheduler.scheduleFunction((item, condition) => table.put(item, condition)),
      update: scheduler.scheduleFunction((key, change, condition) =>
        table.update(key, change, condition),
      ),
      delete: scheduler.scheduleFunction((key, condition) => table.delete(key, condition)),
    },
  };
}

/** Planning begins with many reads: the other command is given a late start, or none of them ever meet. */
async function afterTurns<T>(
  scheduler: fc.Scheduler,
  turns: number,
  act: () => Promise<T>,
): Promise<T> {
  for (let turn = 0; turn < turns; turn += 1) await scheduler.schedule(Promise.resolve());
  return act();
}

describe('races', () => {
  test('approve and edit at the same moment: never approved and changed, whichever read or write comes first', async () => {
    const ends = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.nat(60), async (scheduler, head) => {
        const world = aWorld();
        const { contentHash } = await plan(world, second);
        const text = second.replace('Atlas 2 is here', 'Atlas 2!');
        const edit = { file: { name: 'a.yaml', text }, files };
        const [approved] = await scheduler.waitFor(
          Promise.all([
            afterTurns(scheduler, head, () =>
              codeOf(
                approveBurst(inTurns(world.as('ben', 'approver'), scheduler), {
                  burst,
                  contentHash,
                }),
              ),
            ),
            planBurst(inTurns(world.as('nora', 'operator'), scheduler), edit),
          ]),
        );
        const after = await header(world);
        expect(after).toMatchObject({ state: 'draft', approvalPolicy: 'second' });
        expect(after.contentHash).not.toBe(contentHash);
        expect(after.approval).toBeUndefined();
        expect(await codeOf(scheduleBurst(world.as('nora', 'operator'), { burst }))).toBe(
          'not_approved',
        );
        expect(brokenLink(await listAudit(world.table, burst))).toBeUndefined();
        ends.add(approved);
      }),
      { numRuns: 1_000 },
    );
    // Both orders were really tried.
    expect([...ends].toSorted()).toEqual(['content_changed', 'done']);
  });

  test('schedule and edit at the same moment: what is scheduled is what its links lead to', async () => {
    const ends = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.nat(60), async (scheduler, head) => {
        const world = aWorld();
        await plan(world);
        const text = launch.replace('example.com/demo', 'example.com/tour');
        const edit = { file: { name: 'a.yaml', text }, files };
        await scheduler.waitFor(
          Promise.all([
            afterTurns(scheduler, head, () =>
              codeOf(scheduleBurst(inTurns(world.as('ben', 'operator'), scheduler), { burst })),
            ),
            planBurst(inTurns(world.as('nora', 'operator'), scheduler), edit),
          ]),
        );
        const after = await header(world);
        ends.add(after.state);
        if (after.state !== 'scheduled') return;
        const { calls } = await loadPlan(world.table, burst, after.contentHash);
        const links = await loadLinkTable(world.table, burst);
        expect(links?.['prospects/demo']).toContain(calls[1]?.to);
      }),
      { numRuns: 500 },
    );
    expect([...ends].toSorted()).toEqual(['draft', 'scheduled']);
  });

  test('many people cancel and schedule at once: cancelled once, and nothing after it', async () => {
    const world = aWorld();
    await plan(world);
    const people = Array.from({ length: 10 }, (_, index) => world.as(`p${index}`, 'operator'));
    const codes = await Promise.all(
      people.map((person, index) =>
        codeOf(index === 5 ? cancelBurst(person, { burst }) : scheduleBurst(person, { burst })),
      ),
    );
    expect((await header(world)).state).toBe('cancelled');
    expect(codes.every((code) => ['done', 'wrong_state', 'contended'].includes(code))).toBe(true);
  });

  test('a header that never stands still is refused as contended, not retried for ever', async () => {
    const world = aWorld();
    await plan(world);
    const context = world.as('nora', 'operator');
    const { table } = world;
    const busy: CommandContext = {
      ...context,
      table: {
        ...context.table,
        query: (query) => table.query(query),
        update: (key, change, condition) => table.update(key, change, condition),
        delete: (key, condition) => table.delete(key, condition),
        put: (item, condition) => table.put(item, condition),
        get: async (key, options) => {
          const found = await table.get(key, options);
          if (found && key.sk === '#' && key.pk === `B#${burst}`) {
            const stands = await header(world);
            await saveBurst(table, stands, stands, 'somebody');
          }
          return found;
        },
      },
    };
    expect(await codeOf(cancelBurst(busy, { burst }))).toBe('contended');
    expect((await header(world)).state).toBe('draft');
  });
});

test('every command that changed a burst stands in its audit log, in an unbroken chain', async () => {
  const world = aWorld();
  await releasing(world);
  const context = world.as('ben', 'operator');
  await stopBurst(context, { burst });
  await stopBurst(context, { burst });
  await resumeBurst(context, { burst });
  const entries = await listAudit(world.table, burst);
  expect(entries.map(({ what, by }) => `${what} by ${by}`)).toEqual([
    'plan by nora',
    'schedule by nora',
    'stop by ben',
    'resume by ben',
  ]);
  expect(entries[2]).toMatchObject({ before: { state: 'releasing' }, after: { state: 'stopped' } });
  expect(brokenLink(entries)).toBeUndefined();
});

test('a suppression stands in the change log and as an order, by digest', async () => {
  const world = aWorld();
  const suppressed = await suppressAddress(world.as('nora', 'operator'), {
    address: ' Ana@Example.org ',
    reason: 'withdrawn',
  });
  expect(suppressed.digest).toBe(addressDigest('ana@example.org', 'a key for digests'));
  expect(await findSuppression(world.table, suppressed.digest)).toMatchObject({
    reason: 'withdrawn',
  });
  expect(await readChanges(world.table, noon - 1, noon + 1)).toMatchObject([
    { kind: 'suppressed', digest: suppressed.digest },
  ]);
  expect(await codeOf(suppressAddress(world.as('nora', 'operator'), { address: 'ana' }))).toBe(
    'address_invalid',
  );
});

test('a connection keeps its token in the secrets store alone', async () => {
  const world = aWorld();
  const input = {
    connection: 'mastodon',
    channel: 'mastodon',
    baseUrl: 'https://social.example.org/',
    token: 'a-secret-token',
  } as const;
  const shown = await connectAccount(world.as('root', 'admin'), input);
  expect(JSON.stringify(shown)).not.toContain('secret');
  const stored = await loadConnection(world.table, 'mastodon');
  expect(stored).toMatchObject({ channel: 'mastodon', baseUrl: 'https://social.example.org' });
  expect(world.secrets.get(stored?.secretName ?? '')).toBe('a-secret-token');
  for (const baseUrl of [
    'social.example.org',
    'ftp://social.example.org',
    'https://a:b@social.example.org',
    'https://social.example.org/x',
    'javascript:alert(1)',
  ]) {
    expect(await codeOf(connectAccount(world.as('root', 'admin'), { ...input, baseUrl }))).toBe(
      'input_invalid',
    );
  }
});

test('a token is shown once and kept as a digest', async () => {
  const world = aWorld();
  const { token } = await issueToken(world.as('root', 'admin'), {
    name: 'ben',
    scopes: ['approver'],
  });
  expect(await findPrincipal(world.table, token)).toMatchObject({
    name: 'ben',
    scopes: ['approver'],
  });
  expect(await findPrincipal(world.table, `${token}x`)).toBeUndefined();
});

test('bursts of every state are listed, page by page', async () => {
  const world = aWorld();
  for (const id of ['c', 'a', 'b']) {
    await plan(world, launch.replace('atlas-launch', id).replace(/ {2}at: .*\n/, ''));
  }
  const context = world.as('eve', 'viewer');
  const first = await listBursts(context, { limit: 2 });
  const rest = await listBursts(context, {
    limit: 2,
    ...(first.next === undefined ? {} : { after: first.next }),
  });
  expect([...first.bursts, ...rest.bursts].map((one) => one.burst)).toEqual(['a', 'b', 'c']);
  expect(rest.next).toBeUndefined();
});

test.each([
  [{ burst: '1#T#B' }],
  [{ burst: '../B' }],
  [{ burst: '*' }],
  [{ burst: { S: 'x' } }],
  [{ burst: ['1'] }],
  [{ burst: '1\u0000' }],
  [{ burst: 'x'.repeat(2_048) }],
  [{ burst: 'b', state: 'approved' }],
  [null],
  ['b'],
])('input %j is refused before anything is read', async (input) => {
  const world = aWorld();
  expect(await codeOf(cancelBurst(world.as('nora', 'operator'), input as never))).toBe(
    'input_invalid',
  );
  expect(world.table.meter.readUnits).toBe(0);
});
