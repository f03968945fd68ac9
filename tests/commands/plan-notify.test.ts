import { expect, test } from 'vitest';
import { loadBurst } from '#store/bursts.ts';
import { loadPlan } from '#store/plans.ts';
import { aWorld, launch, plan } from './a-context.ts';

const naming = (target: string) =>
  launch.replace('[ops@example.com]', `[ops@example.com, "${target}"]`);

test.each(['https://hooks.example.com/volley?key=1', 'http://127.0.0.1:9000/hook'])(
  'a webhook at %s may be told',
  async (target) => {
    const world = aWorld();
    const { burst } = await plan(world, naming(target));
    const header = await loadBurst(world.table, burst);
    const stored = await loadPlan(world.table, burst, header?.contentHash ?? '');
    expect(stored.notify).toEqual(['ops@example.com', target]);
  },
);

test.each([
  'http://hooks.example.com/volley',
  'https://nora:secret@hooks.example.com/',
  'https://hooks.example.com/#x',
  'https://',
  'ftp://hooks.example.com/',
  'nobody',
])('%s may not', async (target) => {
  await expect(plan(aWorld(), naming(target))).rejects.toMatchObject({
    code: 'campaign_file_invalid',
    details: { field: 'notify.1', file: 'atlas.yaml', line: 5 },
  });
});
