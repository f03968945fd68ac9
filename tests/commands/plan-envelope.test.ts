import { describe, expect, test } from 'vitest';
import { approveBurst } from '#commands/approve-burst.ts';
import { fireBurst } from '#commands/fire-burst.ts';
import { planBurst } from '#commands/plan-burst.ts';
import { scheduleBurst } from '#commands/schedule-burst.ts';
import { standbyBurst } from '#commands/standby-burst.ts';
import { Refusal } from '#domain/faults.ts';
import type { BroadcastLegPlan, EmailLegPlan } from '#domain/plan.ts';
import { loadBurst } from '#store/bursts.ts';
import { loadPlan } from '#store/plans.ts';
import { aWorld, files, launch, plan, type World } from './a-context.ts';

const envelope = `  approval: second person
  envelope:
    recipients: 10
    channels: [email, mastodon]
    hours: 08:00-22:00
    who: [nora, eve]
    field: { name: place, max: 40, or: the square }
`;
const ready = launch
  .replace('  legs:', `${envelope}  legs:`)
  .replace('subject: Atlas 2 is here', 'subject: "Come to {place}"')
  .replace('Atlas 2 is out. {call}', 'Come to {place}. {call}');
const own = { ...files, 'launch.md': { text: 'Come to {place} **now**.\n\n{call}\n' } };

const fill = (text: string) => ready.replace('  legs:', `  fill: ${JSON.stringify(text)}\n  legs:`);

async function planned(world: World, text: string, by = 'nora') {
  const answer = await planBurst(world.as(by, 'operator'), {
    file: { name: 'atlas.yaml', text },
    files: own,
  });
  const { legs } = await loadPlan(world.table, answer.burst, answer.contentHash);
  return { ...answer, email: legs[0] as EmailLegPlan, post: legs[1] as BroadcastLegPlan };
}

/** The envelope planned by nora and approved by ben, its text left open. */
async function approved() {
  const world = aWorld();
  await plan(world, launch.replace('atlas-launch', 'other'));
  const { burst, contentHash } = await planned(world, ready);
  await approveBurst(world.as('ben', 'approver'), { burst, contentHash });
  return { world, burst, contentHash };
}

async function refusalOf(attempt: Promise<unknown>): Promise<Refusal> {
  const error = await attempt.then(
    () => undefined,
    (one: unknown) => one,
  );
  if (error instanceof Refusal) return error;
  throw error ?? new Error('nothing was refused');
}

describe('the free text', () => {
  test('stands in subject, body and post, and may change without a second approval', async () => {
    const { world, burst, contentHash } = await approved();
    const other = await planned(world, fill('the Rathaus'), 'eve');
    expect(other.contentHash).not.toBe(contentHash);
    expect(other).toMatchObject({ state: 'approved', plannedBy: 'nora', isChanged: true });
    expect(other.email.subject).toBe('Come to the Rathaus');
    expect(other.email.text).toContain('Come to the Rathaus now.');
    expect(other.post.text).toBe('Come to the Rathaus. {call}');
    const again = await planned(world, fill('the bridge'), 'eve');
    expect(again.state).toBe('approved');
    const at = '2027-03-04 10:00 Europe/Paris';
    await scheduleBurst(world.as('eve', 'operator'), { burst, at });
    expect(await loadBurst(world.table, burst)).toMatchObject({
      state: 'scheduled',
      approval: { by: 'ben', contentHash: again.contentHash, envelopeHash: contentHash },
    });
  });

  test('is words and nothing else', async () => {
    const { world } = await approved();
    const { email } = await planned(world, fill('[here](https://evil.test) *b*'));
    expect(email.html).not.toContain('evil.test"');
    expect(email.html).not.toContain('<em>');
    expect(email.text).toContain('[here](https://evil.test) *b*');
  });

  test('any other change takes the approval away', async () => {
    const { world } = await approved();
    const text = fill('the bridge').replace('Reserve', 'Take').replace('Start your', 'Take your');
    const changed = await planned(world, text, 'eve');
    expect(changed).toMatchObject({ state: 'draft', plannedBy: 'eve' });
    expect(changed.approval).toBeUndefined();
  });

  test.each([
    [fill('x'.repeat(41)), 'burst.fill', /too long for \{place\} \(at most 40/],
    [
      ready.replace('or: the square', `or: ${'x'.repeat(41)}`),
      'burst.envelope.field.or',
      /too long/,
    ],
    [ready.replace('name: place', 'name: call'), 'burst.envelope.field.name', /the call already/],
    [ready.replace('name: place', 'name: A b'), 'burst.envelope.field.name', /a-z, 0-9 and _/],
    [ready.replace(', mastodon]', ']'), 'burst.envelope.channels', /mastodon goes out by mastodon/],
    [fill('{call}'), 'burst.fill', /a brace cannot stand/],
    [launch.replace('  legs:', '  fill: x\n  legs:'), 'burst.fill', /no envelope with a field/],
  ])('refused with line and field: %#', async (text, field, says) => {
    const world = aWorld();
    await plan(world, launch.replace('atlas-launch', 'other'));
    const refusal = await refusalOf(planned(world, text));
    expect(refusal.message).toMatch(says);
    expect(refusal.details.field).toBe(field);
    expect(refusal.details.line).toBeGreaterThan(9);
  });
});

describe('outside of it nobody acts', () => {
  const at = '2027-03-04 10:00 Europe/Paris';
  test.each([
    ['another person', 'ben', at, 'who', /ben is not among those/],
    ['another hour', 'eve', '2027-03-04 23:00 Europe/Paris', 'hours', /outside its hours/],
  ])('%s', async (_name, by, moment, field, says) => {
    const { world, burst } = await approved();
    const refusal = await refusalOf(scheduleBurst(world.as(by, 'operator'), { burst, at: moment }));
    expect(refusal).toMatchObject({ code: 'outside_envelope', details: { field } });
    expect(refusal.message).toMatch(says);
  });

  test('more people than it holds', async () => {
    const world = aWorld();
    await plan(world, launch.replace('atlas-launch', 'other'));
    const { burst, contentHash } = await planned(
      world,
      ready.replace('recipients: 10', 'recipients: 2'),
    );
    await approveBurst(world.as('ben', 'approver'), { burst, contentHash });
    const refusal = await refusalOf(scheduleBurst(world.as('eve', 'operator'), { burst, at }));
    expect(refusal.message).toMatch(/3 people would get it/);
    expect(refusal.details.limit).toBe('at most 2');
  });

  test('firing is for those of the envelope, too', async () => {
    const { world, burst } = await approved();
    const eve = world.as('eve', 'operator');
    await standbyBurst(eve, { burst, from: 'now', until: '2027-03-04 12:00 Europe/Paris' });
    const refusal = await refusalOf(fireBurst(world.as('ben', 'operator'), { burst }));
    expect(refusal.code).toBe('outside_envelope');
    expect((await fireBurst(eve, { burst })).state).toBe('armed');
  });
});
