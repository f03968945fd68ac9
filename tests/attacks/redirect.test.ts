import { expect, onTestFinished, vi } from 'vitest';
import { buildReport } from '#feedback/build-report.ts';
import { createFollowLink } from '#feedback/follow-link.ts';
import type { HttpResult } from '#feedback/http-event.ts';
import { batchOf, createFeedbackWorld, sesEvent, T } from '../feedback/feedback-world.ts';
import {
  clickToken,
  createWorld,
  DESTINATION,
  keys,
  LINK_HOST,
  request,
  SEND_WITHIN_MS,
} from '../public/public-world.ts';
import { rankSumP } from './rank-sum.ts';
import { type Handler, type Probe, walkSurface } from './walk.ts';

interface Tried {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
}

const valid = clickToken();
const mac = valid.slice(valid.lastIndexOf('.') + 1);
const beforeMac = valid.slice(0, -mac.length);
const otherLast = mac.endsWith('A') ? 'B' : 'A';

/** What stands in braces in the file. */
const tokens: Record<string, string> = {
  '{valid}': valid,
  '{valid with its last MAC character changed}': `${valid.slice(0, -1)}${otherLast}`,
  '{valid with its MAC cut to 1 character}': `${beforeMac}${mac[0]}`,
  '{id}.': beforeMac,
  '{valid token of tenant B}': clickToken({}, keys.current, 'links.tenant-b.test'),
  '{signed with a key id never issued}': clickToken({}, keys.never),
  '{signed with a retired key still in its grace period}': clickToken({}, keys.grace),
};

function filled(input: Tried): Tried {
  const path = input.path.replace(/\{[^}]*\}\.?/, (name) => {
    const token = tokens[name] ?? tokens[name.replace(/\.$/, '')];
    if (token === undefined) throw new Error(`nothing stands for ${name}`);
    return tokens[name] === undefined ? `${token}.` : token;
  });
  return { ...input, path };
}

async function ask(probe: Probe, input: Tried) {
  const { world, ports } = await createWorld();
  const asked = request(filled(input));
  const { value } = await probe.refused(() => createFollowLink(ports)(asked));
  return { world, answer: value as HttpResult };
}

/** The answer to a token that has nothing to do with us. */
async function unknownLink(): Promise<HttpResult> {
  const { ports } = await createWorld();
  return createFollowLink(ports)(request({ path: `/c/k3.no.thing..${'A'.repeat(16)}` }));
}

const notOurs: Handler = async (attack, probe) => {
  for (const input of [attack.input].flat()) {
    const { world, answer } = await ask(probe, input);
    expect(answer).toEqual(await unknownLink());
    expect(answer.statusCode).toBe(attack.check?.status);
    expect(answer.headers.location ?? null).toBe(attack.check?.location_header);
    expect(world.sent).toHaveLength(Number(attack.check?.clicks_counted));
    expect(world.table.meter.writeUnits).toBe(attack.check?.writes);
  }
};

const redirected = DESTINATION.replace('{click}', valid);

/** Whatever was followed goes on into the facts and to the report. */
async function counted(sent: readonly string[], before: readonly object[] = []) {
  const one = await createFeedbackWorld();
  const messages = sent.map((body, place) => ({ messageId: `m${place}`, body }));
  expect(await one.record([...batchOf(before), ...messages])).toEqual([]);
  const report = await buildReport(one.world.table, one.world.burst, one.world.now);
  const [call] = report.legs[0]?.calls ?? [];
  if (!call) throw new Error('the report has no call');
  return call;
}

walkSurface('redirect', {
  'RD-01': async (attack, probe) => {
    const { answer } = await ask(probe, attack.input);
    expect(answer.statusCode).toBe(attack.check?.status);
    expect(answer.headers.location).toBe(redirected);
  },
  'RD-02': notOurs,
  'RD-03': notOurs,
  'RD-04': notOurs,
  'RD-06': async (attack, probe) => {
    await notOurs(attack, probe);
    // On our own host neither: the host it was made for is part of what is signed.
    const { headers: _h, ...own } = attack.input;
    await notOurs({ ...attack, input: own }, probe);
  },
  'RD-08': notOurs,
  'RD-09': async (attack, probe) => {
    await notOurs(attack, probe);
    const { answer } = await ask(probe, attack.input);
    expect(JSON.stringify(answer)).not.toContain('evil');
  },
  'RD-11': async (attack, probe) => {
    const { world, answer } = await ask(probe, attack.input);
    expect(answer.statusCode).toBe(attack.check?.status);
    expect(answer.headers.location).toBe(redirected);
    const call = await counted(world.sent);
    expect(call).toMatchObject({ humanClicks: attack.check?.human_clicks, machineClicks: 1 });
  },
  'RD-12': async (attack) => {
    const { world, ports } = await createWorld();
    const follow = createFollowLink(ports);
    const headers = { 'user-agent': attack.input.user_agent };
    for (const [step, letter] of ['c', 'b', 'c'].entries()) {
      world.now = T + 1_000 + step * 900;
      const asked = request({ path: `/${letter}/${valid}`, headers });
      expect((await follow(asked)).statusCode).toBe(302);
    }
    const call = await counted(world.sent, [sesEvent({ eventType: 'Delivery', at: T })]);
    expect(call).toMatchObject({
      humanClicks: attack.check?.human_clicks,
      machineClicks: 3,
      uniqueClicks: 0,
    });
  },
  'RD-13': async (attack) => {
    const { world, ports } = await createWorld();
    const follow = createFollowLink(ports);
    for (let step = 0; step < 1_000; step += 1) {
      world.now = T + step * 5_000;
      expect((await follow(request({ path: `/c/${valid}` }))).statusCode).toBe(302);
    }
    expect(world.sent).toHaveLength(1_000);
    const call = await counted(world.sent);
    // Of one recipient the first 200 clicks are kept: functions/feedback/README.md.
    expect(call).toMatchObject({ uniqueClicks: attack.check?.unique, humanClicks: 200 });
  },
  'RD-14': async (attack, probe) => {
    const [never, grace] = attack.input;
    expect((await ask(probe, never)).answer.statusCode).toBe(404);
    expect((await ask(probe, grace)).answer.statusCode).toBe(302);
  },
  'RD-16': async (attack, probe) => {
    const { world, answer } = await ask(probe, attack.input);
    expect(answer).toEqual(await unknownLink());
    expect(JSON.stringify([answer, world.logged, world.sent])).not.toMatch(/evil|admin/);
    const headers = { ...attack.input.headers, host: LINK_HOST };
    const own = await ask(probe, { ...attack.input, headers });
    expect(own.answer.headers.location).toBe(redirected);
    expect(JSON.stringify([own.answer, own.world.logged, own.world.sent])).not.toMatch(
      /evil|admin/,
    );
  },
  'RD-19': async (attack) => {
    const ps: number[] = [];
    // Time is noisy: a difference that is real shows every time.
    while (ps.length < 3 && !ps.some((p) => p > Number(attack.check?.p_min))) {
      ps.push(rankSumP(...(await timesOfForgeries(20_000))));
    }
    expect(Math.max(...ps)).toBeGreaterThan(Number(attack.check?.p_min));
  },
  'RD-20': async (attack) => {
    const { world, ports } = await createWorld();
    const follow = createFollowLink(ports);
    await follow(request(filled(attack.input.request)));
    world.queue = 'silent';
    world.store = 'down';
    world.now += 86_400_000;
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const answering = follow(request(filled(attack.input.request)));
    await vi.advanceTimersByTimeAsync(SEND_WITHIN_MS);
    expect((await answering).statusCode).toBe(attack.check?.status);
    expect(world.logged).toContainEqual(
      expect.objectContaining({ event: 'click_unrecorded', count: 1 }),
    );
  },
  'RD-21': async (attack, probe) => {
    const { answer } = await ask(probe, attack.input);
    const lines = (attack.check?.headers ?? []) as string[];
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      const [name = '', value] = line.split(': ');
      expect(answer.headers[name]).toBe(value);
    }
  },
});

/** Nanoseconds of each answer: MACs that share the first half with a valid one, and such that do not. */
async function timesOfForgeries(count: number): Promise<[number[], number[]]> {
  const { ports } = await createWorld();
  const follow = createFollowLink(ports);
  const near: number[] = [];
  const far: number[] = [];
  const wrong = [...mac].map((letter) => (letter === 'A' ? 'B' : 'A')).join('');
  const forgeries = [
    { times: near, mac: `${mac.slice(0, 8)}${wrong.slice(8)}` },
    { times: far, mac: wrong },
  ];
  for (let round = 0; round < count / 2; round += 1) {
    for (const forgery of round % 2 === 0 ? forgeries : forgeries.toReversed()) {
      const asked = request({ path: `/c/${beforeMac}${forgery.mac}` });
      const started = process.hrtime.bigint();
      const { statusCode } = await follow(asked);
      forgery.times.push(Number(process.hrtime.bigint() - started));
      expect(statusCode).toBe(404);
    }
  }
  return [near, far];
}
