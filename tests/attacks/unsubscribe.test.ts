import { expect } from 'vitest';
import { importAudience } from '#commands/import-audience.ts';
import { addressDigest } from '#domain/suppression.ts';
import type { HttpResult } from '#feedback/http-event.ts';
import { createTakeUnsubscribe } from '#feedback/take-unsubscribe.ts';
import { readChanges } from '#store/change-log.ts';
import { loadManifestChunk, loadManifestHead } from '#store/manifests.ts';
import { findSuppression, suppress } from '#store/suppressions.ts';
import { listWindowRecords } from '#store/window-records.ts';
import { aWorld, noon } from '../commands/a-context.ts';
import {
  createWorld,
  DIGEST,
  keys,
  NOW,
  request,
  unsubscribeToken,
} from '../public/public-world.ts';
import { createSendingWorld } from './sending-world.ts';
import { type Handler, type Probe, walkSurface } from './walk.ts';

interface Tried {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const valid = unsubscribeToken();
/** What stands in braces in the file. */
const tokens: Record<string, string> = {
  '{valid}': valid,
  '{valid for alice}': valid,
  '{a token issued three years ago, key retired for links}': unsubscribeToken({}, keys.retired),
  '{token of an erased person}': valid,
};
const UN_02: Tried = {
  method: 'POST',
  path: '/u/{valid}',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'List-Unsubscribe=One-Click',
};

function filled(input: Tried): Tried {
  const path = input.path.replace(/\{[^}]*\}/, (name) => {
    const token = tokens[name];
    if (token === undefined) throw new Error(`nothing stands for ${name}`);
    return token;
  });
  return { ...input, path };
}

type World = Awaited<ReturnType<typeof createWorld>>;

async function ask(probe: Probe, input: Tried, one?: World) {
  const { world, ports } = one ?? (await createWorld());
  const asked = request(filled(input));
  const { value } = await probe.refused(() => createTakeUnsubscribe(ports)(asked));
  return { world, answer: value as HttpResult };
}

const answeredAs =
  (status: number): Handler =>
  async (attack, probe) => {
    const { world, answer } = await ask(probe, attack.input);
    expect(answer.statusCode).toBe(status);
    const isSuppressed = (await findSuppression(world.table, DIGEST)) !== undefined;
    expect(isSuppressed).toBe(attack.check?.suppressed ?? true);
  };

walkSurface('unsubscribe', {
  'UN-01': answeredAs(200),
  'UN-03': answeredAs(200),
  'UN-04': answeredAs(400),
  'UN-05': async (attack) => {
    const { world, ports } = await createWorld();
    const take = createTakeUnsubscribe(ports);
    const asked = request(filled(UN_02));
    const answers = await Promise.all(Array.from({ length: 100 }, () => take(asked)));
    expect(answers.map((answer) => answer.statusCode)).toEqual(Array(100).fill(200));
    const changes = await readChanges(world.table, NOW - 60_000, NOW + 60_000);
    expect(changes).toHaveLength(Number(attack.check?.audit_entries));
    const said = world.logged.filter((line) => line.event === 'unsubscribed');
    expect(said).toHaveLength(Number(attack.check?.audit_entries));
  },
  'UN-07': async (attack, probe) => {
    const { world, answer } = await ask(probe, attack.input);
    expect(answer.statusCode).toBe(200);
    const changes = await readChanges(world.table, NOW - 60_000, NOW + 60_000);
    expect(changes.map((change) => change.digest)).toEqual([DIGEST]);
    expect(attack.check?.suppressed).toEqual(['alice']);
    expect(JSON.stringify([answer, world.logged])).not.toContain('bob');
  },
  'UN-08': async (attack) => {
    const world = await createSendingWorld(300);
    let leftAt = Number.POSITIVE_INFINITY;
    const last = { ordinal: 299, address: '' };
    world.during = async (call) => {
      if (call.addressees[0]?.ordinal !== 0) return;
      // The list's order is the store's, so the last one's address is looked up.
      last.address = await addressOf(world.table, 'first', 299);
      leftAt = await world.leave('first', last);
    };
    await world.send('first');
    expect(world.calls.length).toBeGreaterThan(5);
    const late = world.calls.filter(
      (call) =>
        call.at > leftAt + 1_000 && call.addressees.some((one) => one.address === last.address),
    );
    expect(late).toHaveLength(Number(attack.check?.calls_after_1s));
    const called = world.calls.flatMap((call) => call.addressees.map((one) => one.ordinal));
    expect(called).toHaveLength(299);
    const records = await listWindowRecords(world.table, 'first');
    expect(records.flatMap((record) => record.outcomes)).toEqual([
      { ordinal: 299, state: 'held_back', reason: 'unsubscribed' },
    ]);
  },
  'UN-09': async (attack) => {
    const world = await createSendingWorld(60);
    const [gone, reached] = [{ address: '' }, { count: 0 }];
    world.during = async ({ burst, addressees }) => {
      const [first] = addressees;
      if (first && gone.address === '') {
        gone.address = first.address;
        await world.leave(burst, first);
      }
      reached.count += addressees.filter((one) => one.address === gone.address).length;
    };
    await world.send('first');
    expect(reached.count).toBe(1);
    await world.send('second');
    const later = world.calls
      .filter((call) => call.burst === 'second')
      .flatMap((call) => call.addressees.map((one) => one.address));
    expect(later).toHaveLength(59);
    expect(later.filter((address) => address === gone.address)).toHaveLength(
      Number(attack.check?.later_sends),
    );
    const head = await loadManifestHead(world.table, 'second');
    expect(head?.heldBack).toEqual({ suppressed: 1 });
  },
  'UN-10': answeredAs(200),
  'UN-11': async (attack, probe) => {
    const one = await createWorld();
    const order = { digest: DIGEST, reason: 'erased', at: NOW - 1_000 } as const;
    await suppress(one.world.table, order, 'erasure');
    const { answer } = await ask(probe, attack.input, one);
    expect(answer.statusCode).toBe(attack.check?.status);
    expect(await findSuppression(one.world.table, DIGEST)).toMatchObject({ reason: 'erased' });
    const changes = await readChanges(one.world.table, NOW - 60_000, NOW + 60_000);
    expect(changes.map((change) => change.reason)).toContain('unsubscribed');
  },
  'UN-12': async (attack) => {
    const world = aWorld();
    const digest = addressDigest('alice@x.test', 'a key for digests');
    const order = { digest, reason: 'unsubscribed', at: noon } as const;
    await suppress(world.table, order, 'u-1');
    const csv = attack.input.import_csv;
    const context = world.as('ana', 'operator');
    const imported = await importAudience(context, { audience: 'members' }, csv);
    expect(imported).toMatchObject({ imported: 1, suppressed: 1 });
    expect((await findSuppression(world.table, digest)) !== undefined).toBe(
      attack.check?.suppressed,
    );
  },
  'UN-13': async (attack, probe) => {
    const [method = '', path = ''] = attack.input.form.split(' ');
    const { world, answer } = await ask(probe, {
      method,
      path,
      headers: { origin: attack.input.page, cookie: 'session=1' },
      body: 'List-Unsubscribe=One-Click',
    });
    expect(answer.statusCode).toBe(404);
    expect(world.table.meter.writeUnits).toBe(attack.check?.writes);
  },
});

async function addressOf(
  table: Awaited<ReturnType<typeof createSendingWorld>>['table'],
  burst: string,
  ordinal: number,
): Promise<string> {
  const head = await loadManifestHead(table, burst);
  const members = await loadManifestChunk(table, burst, head?.freeze ?? '', 0);
  return members[ordinal]?.address ?? '';
}
