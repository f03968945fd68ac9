import Papa from 'papaparse';
import { expect } from 'vitest';
import { csvCell, readCell } from '#domain/csv-cell.ts';
import { buildReport } from '#feedback/build-report.ts';
import { saveManifestChunk, saveManifestHead } from '#store/manifests.ts';
import { resultsCsv } from '../../cli/results-csv.ts';
import { adminToken, anApi } from '../api/an-api.ts';
import { batchOf, click, createFeedbackWorld, sesEvent, T } from '../feedback/feedback-world.ts';
import { head as aHead, people } from '../store/examples.ts';
import { walkSurface } from './walk.ts';

/** A measured burst of three people, over the API. */
async function measured(label = 'Reserve a seat') {
  const calls = [
    { name: 'seat', say: label, to: 'https://example.com/seat' },
    { name: 'demo', say: 'See it', to: 'https://example.com/demo' },
  ];
  const { world, record } = await createFeedbackWorld({ plan: { calls }, recipients: 3 });
  const members = people(3, () => 0.4).map((one) => ({
    ...one,
    fields: { first_name: 'Zebulon' },
  }));
  const head = { ...aHead, burst: world.burst.id, recipients: 3, chunkRecipients: 3 };
  await saveManifestHead(world.table, undefined, head, 'n');
  await saveManifestChunk(world.table, head.burst, head.freeze, 0, members);
  const delivered = members.map(({ ordinal }) =>
    sesEvent({ eventType: 'Delivery', at: T + 1_000, ordinal }),
  );
  expect(await record(batchOf([...delivered, click({ ordinal: 1, at: T + 60_000 })]))).toEqual([]);
  const { table } = world;
  const api = anApi({ table, buildReport: (burst) => buildReport(table, burst, T + 3_600_000) });
  return { api, world, members };
}

walkSurface('export', {
  'EX-02': async (attack) => {
    const label = attack.input.cta_label as string;
    const { world } = await measured(label);
    const report = await buildReport(world.table, world.burst, T + 3_600_000);
    const rows = Papa.parse<{ readonly say: string }>(resultsCsv(report), { header: true }).data;
    expect(rows.map(({ say }) => say)).toContain(label);
    const [[read = '', next] = []] = Papa.parse<string[]>(`${csvCell(label)},next\n`).data;
    expect([readCell(read), next]).toEqual([label, 'next']);
    expect(attack.check?.round_trip).toBe(true);
  },
  'EX-03': async (attack, probe) => {
    const { api, members } = await measured();
    let leaked = 0;
    const ask = async (path: string, token?: string) => {
      const over = token === undefined ? {} : { token };
      const { value } = await probe.refused(() => api.call('GET', path, over));
      if (value?.body.error === undefined) leaked += value?.text.length ?? 0;
      for (const { address } of members) expect(value?.text).not.toContain(address);
      return value?.status;
    };
    const operator = await api.token('olga', 'operator');
    // There are no stored exports to guess: an export is an answer, made for whoever may ask.
    for (const { path } of attack.input)
      expect(await ask(`/v1${encodeURI(path)}`, operator)).toBe(404);
    expect(await ask('/v1/bursts/of-somebody-else/export', operator)).toBe(404);
    const { body } = await api.call('POST', '/v1/tokens', {
      token: adminToken,
      json: { name: 'zoe', scopes: ['viewer'], valid: '1h' },
    });
    api.world.now += 3_600_000;
    expect(await ask('/v1/bursts/polls-close/export', body.token)).toBe(401);
    expect(await ask('/v1/bursts/polls-close/export')).toBe(401);
    expect(await ask('/v1/bursts/polls-close/recipients', operator)).toBe(403);
    expect(leaked).toBe(attack.check?.bytes_leaked);
  },
  'EX-05': async (attack) => {
    const { api, members } = await measured();
    const viewer = await api.token('eve', 'viewer');
    let found = 0;
    for (const path of ['', '/results', '/export', '/audit']) {
      const { status, text } = await api.call('GET', `/v1/bursts/polls-close${path}`, {
        token: viewer,
      });
      expect(status).toBe(200);
      const personal = members.flatMap(({ address, fields }) => [
        address,
        ...Object.values(fields),
      ]);
      found += personal.filter((one) => text.includes(one)).length;
      if (text.includes('"ordinal"')) found += 1;
    }
    expect(found).toBe(attack.check?.pii);
  },
});
