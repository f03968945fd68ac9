import { expect } from 'vitest';
import { statusOf } from '#api/refusal-status.ts';
import { approveBurst } from '#commands/approve-burst.ts';
import { planBurst } from '#commands/plan-burst.ts';
import { scheduleBurst } from '#commands/schedule-burst.ts';
import { Refusal } from '#domain/faults.ts';
import { listAudit } from '#store/audit-log.ts';
import { dueBursts, loadBurst } from '#store/bursts.ts';
import { loadPlan } from '#store/plans.ts';
import { aWorld, files, launch, plan } from '../commands/a-context.ts';
import { type Handler, type Probe, walkSurface } from './walk.ts';

const OTHER = 'https://example.com/demo?ref={click}';

/** The launch with a destination of one's choice, as JSON so that nothing of it is lost to YAML. */
function leadingTo(url: string): string {
  const quoted = JSON.stringify(url);
  const text = launch.replace(`"${OTHER}"`, quoted);
  expect(text).not.toBe(launch);
  return text;
}

async function tryDestination(probe: Probe, url: string, linkBase?: string) {
  const world = aWorld(linkBase === undefined ? {} : { linkBase });
  // The list is there: nothing but the destination stands against the plan.
  const own = linkBase === undefined ? launch : launch.replace(/links: .*\n/, '');
  await plan(world, own.replace('atlas-launch', 'other'));
  const before = world.table.meter.writeUnits;
  const context = world.as('nora', 'operator');
  const text = leadingTo(url).replace(/links: .*\n/, linkBase === undefined ? '$&' : '');
  const { refusal, value } = await probe.refused(() =>
    planBurst(context, { file: { name: 'atlas.yaml', text }, files }),
  );
  return { world, refusal, value, writes: world.table.meter.writeUnits - before };
}

const refusedWith =
  (reason: RegExp): Handler =>
  async (attack, probe) => {
    const { world, refusal, writes } = await tryDestination(probe, attack.input.url);
    expect(statusOf(refusal)).toBe(attack.check?.status);
    expect(refusal?.message).toMatch(reason);
    expect(refusal?.details).toMatchObject({ field: 'calls.demo.to', line: 8 });
    expect(writes).toBe(attack.check?.writes);
    expect(await loadBurst(world.table, 'atlas-launch')).toBeUndefined();
  };

walkSurface('link-destination', {
  'LK-01': refusedWith(/starts with https:\/\/ or http:\/\//),
  'LK-03': refusedWith(/blank or control character/),
  'LK-04': refusedWith(/blank or control character/),
  'LK-05': refusedWith(/starts with https:\/\/ or http:\/\//),
  'LK-06': refusedWith(/starts with https:\/\/ or http:\/\//),
  'LK-08': refusedWith(/starts with https:\/\/ or http:\/\//),
  'LK-10': refusedWith(/an @ next to its host|backslash/),
  'LK-11': refusedWith(/the host ".*" is malformed/),
  'LK-14': refusedWith(/an @ next to its host/),
  'LK-15': refusedWith(/encoded control character/),
  'LK-16': async (attack, probe) => {
    const { world, value } = await tryDestination(probe, attack.input.url);
    const stored = await loadPlan(world.table, 'atlas-launch', value?.contentHash ?? '');
    const shown = stored.calls.find(({ name }) => name === 'demo');
    expect(shown?.to).toBe('https://xn--pple-43d.com/');
    expect(JSON.stringify(stored)).not.toContain('аpple');
    expect(value?.notes.join('\n')).toMatch(/calls\.demo\.to: .*xn--pple-43d\.com/);
  },
  'LK-18': async (attack, probe) => {
    const url = attack.input.url.replace('{another tracked link}', 'k1.body..mac');
    const linkBase = new URL(url).origin;
    const { refusal } = await tryDestination(probe, url, linkBase);
    expect(statusOf(refusal)).toBe(attack.check?.status);
    expect(refusal?.message).toMatch(/another tracked link/);
  },
  'LK-19': async (attack, probe) => {
    const url = attack.input.url.replace('{8,200 characters}', 'x'.repeat(8_200));
    const { refusal, writes } = await tryDestination(probe, url);
    expect(statusOf(refusal)).toBe(attack.check?.status);
    expect(refusal?.details).toMatchObject({
      field: 'calls.demo.to',
      limit: 'at most 2000 characters',
    });
    expect(writes).toBe(0);
  },
  'LK-20': async (attack) => {
    const world = aWorld();
    const second = launch.replace('  legs:', '  approval: second person\n  legs:');
    const planned = await plan(world, second);
    const input = { burst: planned.burst, contentHash: planned.contentHash };
    await approveBurst(world.as('ben', 'approver'), input);
    const at = '2027-03-04 10:00 Europe/Paris';
    const operator = world.as('nora', 'operator');
    await scheduleBurst(operator, { burst: planned.burst, at });
    expect(await dueBursts(world.table, Number.MAX_SAFE_INTEGER)).toEqual([planned.burst]);
    const changed = await plan(world, second.replace('/demo?', '/elsewhere?'));
    expect(changed.contentHash).not.toBe(planned.contentHash);
    expect(await loadBurst(world.table, planned.burst)).toMatchObject({ state: 'draft' });
    expect((await loadBurst(world.table, planned.burst))?.approval).toBeUndefined();
    // Nothing is due any more, and scheduling anew takes the approval that is gone.
    const due = await dueBursts(world.table, Number.MAX_SAFE_INTEGER);
    expect(due).toHaveLength(Number(attack.check?.sends));
    const again = scheduleBurst(operator, { burst: planned.burst, at });
    await expect(again).rejects.toThrowError(Refusal);
    await expect(again).rejects.toMatchObject({ code: 'not_approved' });
    const audit = JSON.stringify(await listAudit(world.table, planned.burst));
    expect(audit).toContain(planned.contentHash);
    expect(audit).toContain(changed.contentHash);
  },
});
