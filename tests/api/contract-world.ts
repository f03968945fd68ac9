// A deployment with bursts in many states, for requests that are drawn rather than written.

import type { CommandContext } from '#commands/context.ts';
import { buildReport } from '#feedback/build-report.ts';
import { createBurst } from '#store/bursts.ts';
import { saveCallRecord } from '#store/call-records.ts';
import { saveLane } from '#store/lanes.ts';
import { saveLeg } from '#store/legs.ts';
import { saveManifestChunk, saveManifestHead } from '#store/manifests.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { savePlan } from '#store/plans.ts';
import { saveWindowRecord } from '#store/window-records.ts';
import { files, launch } from '../commands/a-context.ts';
import * as examples from '../store/examples.ts';
import { type Api, adminToken, anApi } from './an-api.ts';
import type { Hints } from './from-schema.ts';

export interface ContractWorld {
  readonly api: Api;
  readonly table: MemoryTable;
  readonly hints: Hints;
}

const STATES = ['scheduled', 'standby', 'releasing', 'stopped', 'measuring', 'missed'] as const;

export async function contractWorld(): Promise<ContractWorld> {
  const table = new MemoryTable();
  const api = anApi({
    table,
    buildReport: (burst) => buildReport(table, burst, api.world.now),
    deadLetters: setAside(3),
  });
  api.world.secrets.set('links/keys', 'k1:a-secret-of-thirty-two-characters');
  const csv = 'email,first_name\nana@example.org,Ana\nben@example.org,Ben\n';
  for (let times = 0; times < 3; times += 1) {
    await api.call('POST', '/v1/audiences/prospects/import', { token: adminToken, csv });
  }
  for (const call of ['demo', 'donate', 'trial']) await recordOf(table, call);
  const planning = { file: { name: 'atlas.yaml', text: launch }, files };
  const drafts = ['atlas-launch', 'atlas-two'];
  const hashes: string[] = [];
  const versions: string[] = [];
  for (const burst of drafts) {
    const json = { ...planning, burst };
    const { body } = await api.call('POST', '/v1/bursts', { token: adminToken, json });
    hashes.push(body.contentHash);
    versions.push(`"${body.version}"`, '*');
  }
  for (const state of STATES) await releasedBurst(table, state);
  const tokens = await api.call('POST', '/v1/tokens', {
    token: adminToken,
    json: { name: 'ben', scopes: ['viewer'], valid: '90d' },
  });
  const hints: Hints = {
    burst: [...drafts, ...STATES.map((state) => `b-${state}`)],
    audience: ['prospects', 'members'],
    token: [tokens.body.id],
    contentHash: hashes,
    file: [planning.file],
    files: [files],
    at: ['2027-03-04T10:00:00Z', '2027-03-04 10:00 Europe/Paris'],
    from: ['now', '2027-03-04T10:00:00Z'],
    until: ['2027-03-05T10:00:00Z'],
    zone: ['Europe/Paris'],
    address: ['ana@example.org', 'nobody'],
    valid: ['12h', '7d', 'soon'],
    baseUrl: ['https://social.example.org'],
    campaign: ['atlas-launch'],
    month: ['2026-11', '2027-03'],
    after: ['atlas-launch', 0, 3, 'demo:b-measuring:members', '1793736000000-b-missed'],
    leg: ['prospects', 'members', 'post'],
    'If-Match': [...versions, '"another"'],
  };
  return { api, table, hints };
}

/** So many messages that nobody could read; they stay, whatever is tried. */
function setAside(count: number): CommandContext['deadLetters'] {
  const letters = Array.from({ length: count }, (_, place) => ({
    id: `letter-${count - place}`,
    body: '{}',
    sentAt: examples.momentAt + (place === 0 ? 0 : 1),
    receipt: `receipt-${place}`,
  }));
  let isHeld = false;
  return {
    receive: async () => {
      const page = isHeld ? [] : letters;
      isHeld = true;
      return page;
    },
    giveBack: async () => {
      isHeld = false;
    },
    replay: async () => undefined,
    remove: async () => undefined,
  };
}

function recordOf(table: MemoryTable, call: string): Promise<void> {
  const { momentAt: readAt } = examples;
  const counts = { metric: 'click', exposed: 100, answers: 7, outcome: 'no_difference' };
  return saveCallRecord(table, 'atlas-launch', {
    ...{ call, burst: 'b-measuring', leg: 'members', channel: 'email', readAt },
    ...counts,
  });
}

async function releasedBurst(table: MemoryTable, state: (typeof STATES)[number]): Promise<void> {
  const burst = `b-${state}`;
  const contentHash = await savePlan(table, { ...examples.plan, burst });
  const { momentAt } = examples;
  const wasReleased = ['releasing', 'stopped', 'measuring'].includes(state);
  await createBurst(
    table,
    {
      ...examples.burst,
      id: burst,
      state,
      contentHash,
      approvalPolicy: 'none',
      epoch: 2,
      lanes: 1,
      ...(state === 'standby' ? { standbyFrom: momentAt, standbyUntil: momentAt * 2 } : {}),
      ...(wasReleased ? { committedEpoch: 2, releasedAt: momentAt, recipients: 4 } : {}),
      ...(state === 'stopped' ? { stoppedAt: momentAt + 1_000, reason: 'a test' } : {}),
      ...(state === 'measuring' ? { sentAt: momentAt, measureUntil: momentAt * 2 } : {}),
    },
    'new',
  );
  await table.put({ pk: 'C#burst', sk: burst });
  if (!wasReleased) return;
  const range = { leg: 'members', from: 0, sendableTo: 3, to: 4 };
  const head = {
    ...examples.head,
    burst,
    contentHash,
    recipients: 4,
    chunkRecipients: 2,
    legs: [{ ...range, allocation: [{ call: 'donate', weight: 1 }] }],
    lanes: [{ lane: 0, leg: 'members', from: 0, to: 3 }],
  };
  await saveManifestHead(table, undefined, head, 'new');
  const people = examples.people(4, () => 0.5);
  await saveManifestChunk(table, burst, head.freeze, 0, people.slice(0, 2));
  await saveManifestChunk(table, burst, head.freeze, 1, people.slice(2));
  const window = { from: 2, to: 3, epoch: 2, attempt: 1, claimedAt: momentAt };
  const lane = { ...examples.lane, burst, lane: 0, from: 0, to: 3, next: 3, window };
  await saveLane(table, undefined, lane, 'new');
  await saveLeg(table, undefined, { ...examples.leg, burst }, 'new');
  const outcomes = [{ ordinal: 1, state: 'in_doubt' as const, reason: 'timeout' }];
  const record = { ...examples.record, burst, lane: 0, from: 0, to: 2, outcomes };
  await saveWindowRecord(table, undefined, record, 'new');
}
