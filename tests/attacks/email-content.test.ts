import { expect } from 'vitest';
import { statusOf } from '#api/refusal-status.ts';
import { checkSender as askSender } from '#channels/check-sender.ts';
import { createEmailChannel } from '#channels/email.ts';
import { checkEmail } from '#channels/email-check.ts';
import type { CommandContext } from '#commands/context.ts';
import { importAudience } from '#commands/import-audience.ts';
import { planBurst } from '#commands/plan-burst.ts';
import { fileLimits } from '#domain/campaign-file.ts';
import { compileEmail } from '#domain/compile-email.ts';
import type { EmailLegPlan } from '#domain/plan.ts';
import { countContacts } from '#store/audiences.ts';
import { loadBurst } from '#store/bursts.ts';
import { loadPlan } from '#store/plans.ts';
import {
  addressee,
  calls,
  emailLeg,
  fakeSes,
  KEYS,
  LINK_BASE,
  rendered,
  secretsOf,
} from '../channels/email-leg.ts';
import { aWorld, files, launch, plan } from '../commands/a-context.ts';
import { quietChannels } from '../commands/quiet-channels.ts';
import { RunnerWorld } from '../runner/runner-world.ts';
import { type Handler, type Probe, walkSurface } from './walk.ts';

interface Written {
  readonly subject?: string;
  readonly body?: string;
  readonly from?: string;
  readonly more?: string;
  /** Of the deployment. */
  readonly over?: Partial<CommandContext>;
}

/** The account of those who send from example.com. */
const identityOf = (name: string) => (name === 'example.com' ? 'verified' : 'unknown');

/** The launch with a subject, sender, body or further lines of one's choice. */
async function tryToPlan(probe: Probe, { subject, body, from, more = '', over }: Written) {
  const world = aWorld(over);
  await plan(world, launch.replace('atlas-launch', 'other'));
  const before = world.table.meter.writeUnits;
  let text = launch.replace('      late: 2h\n', `      late: 2h\n${more}`);
  if (subject !== undefined) {
    text = text.replace('subject: Atlas 2 is here', () => `subject: ${JSON.stringify(subject)}`);
  }
  if (from !== undefined) {
    text = text.replace(/from: .*/, () => `from: ${JSON.stringify(from)}`);
  }
  const own = body === undefined ? files : { ...files, 'launch.md': { text: body } };
  const context = world.as('nora', 'operator');
  const { refusal, value } = await probe.refused(() =>
    planBurst(context, { file: { name: 'atlas.yaml', text }, files: own }),
  );
  const writes = world.table.meter.writeUnits - before;
  if (refusal) {
    expect(writes).toBe(0);
    expect(await loadBurst(world.table, 'atlas-launch')).toBeUndefined();
  }
  const stored = value && (await loadPlan(world.table, value.burst, value.contentHash));
  const leg = stored?.legs[0] as EmailLegPlan | undefined;
  return { refusal, value, leg };
}

/** What these people get of a body, message by message. */
async function sent(body: string, people: readonly { readonly [field: string]: string }[]) {
  const compiled = compileEmail({ subject: 'Hello', body, calls });
  const ses = fakeSes();
  const leg = { ...emailLeg, ...compiled };
  const channel = createEmailChannel({
    ses,
    secrets: secretsOf({ keys: KEYS }),
    signingKeys: 'keys',
  });
  const sender = await channel.prepare({ burst: 'atlas', leg, calls, linkBase: LINK_BASE });
  const batches = [];
  for (let from = 0; from < people.length; from += 50) {
    const some = people.slice(from, from + 50);
    batches.push(sender.send(some.map((fields, n) => addressee(from + n, { fields }))));
  }
  const answers = await Promise.all(batches);
  const messages = ses.sent.flatMap((request) =>
    request.entries.map((entry, n) => ({ to: entry.to, ...rendered(request, n) })),
  );
  return { ses, answers, messages };
}

/** Elements and attributes that do something, as a browser would read them. */
function activeNodes(html: string): string[] {
  const tags = [...html.matchAll(/<([a-z][a-z0-9]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi)];
  const active =
    /^(?:script|iframe|object|embed|form|input|base|svg|math|link|button|textarea|video|audio)$/i;
  return tags.flatMap(([whole, name = '', attributes = '']) => {
    const isRefresh = name.toLowerCase() === 'meta' && /http-equiv/i.test(attributes);
    const handles = /\son[a-z]+\s*=/i.test(attributes.replace(/"[^"]*"|'[^']*'/g, '""'));
    const leads = /(?:href|src|action)\s*=\s*["']?\s*(?:javascript|data|vbscript):/i.test(
      attributes,
    );
    return active.test(name) || isRefresh || handles || leads ? [whole] : [];
  });
}

const refused422: Handler = async (attack, probe) => {
  for (const { template } of [attack.input].flat() as { template: string }[]) {
    const inBody = await tryToPlan(probe, { body: `Hello ${template}\n\n{call}\n` });
    expect(statusOf(inBody.refusal), template).toBe(422);
    expect(inBody.refusal?.details.line, template).toBeGreaterThan(0);
    const inSubject = await tryToPlan(probe, { subject: `Hello ${template}` });
    expect(statusOf(inSubject.refusal), template).toBe(422);
    expect(inSubject.refusal?.details.field).toBe('burst.legs.prospects.subject');
  }
};

walkSurface(
  'email-content',
  {
    'EM-01': async (attack, probe) => {
      const { refusal } = await tryToPlan(probe, { subject: attack.input.subject });
      expect(statusOf(refusal)).toBe(attack.check?.status);
      expect(refusal?.message).toMatch(/control character/);
      const from = `Nora\r\nBcc: victim@x.test <nora@example.com>`;
      expect(statusOf((await tryToPlan(probe, { from })).refusal)).toBe(attack.check?.status);
    },
    'EM-04': async (attack) => {
      const inputs = attack.input as { to: string }[];
      const rows = inputs.map(({ to }) =>
        to
          .replace('{65-character local part}', 'a'.repeat(65))
          .replace('{255-character domain}', `${'a.'.repeat(126)}com`),
      );
      const world = aWorld();
      const csv = `email,first_name\n${rows.map((to) => `"${to}",x`).join('\n')}\n`;
      const answer = await importAudience(world.as('nora', 'operator'), { audience: 'odd' }, csv);
      expect(answer.imported).toBe(attack.check?.sends);
      expect(await countContacts(world.table, 'odd')).toBe(attack.check?.sends);
      expect(answer.rejects).toHaveLength(rows.length);
      for (const reject of answer.rejects) expect(reject.message).not.toBe('');
    },
    'EM-07': refused422,
    'EM-08': async (attack, probe) => {
      expect(attack.check?.cpu_ms_max).toBe(50);
      const nested = `${'{{#each x}}'.repeat(10_000)}\n\n{call}\n`;
      expect(statusOf((await tryToPlan(probe, { body: nested })).refusal)).toBe(422);
      const braces = '{{'.repeat(2.5 * 1024 * 1024);
      const large = await tryToPlan(probe, { body: braces });
      expect(large.refusal?.details.limit).toBe(`at most ${fileLimits.bodyBytes} bytes`);
      const partial = await tryToPlan(probe, { body: '{{> self}}\n\n{call}\n' });
      expect(statusOf(partial.refusal)).toBe(422);
    },
    'EM-09': async (attack, probe) => {
      const { person, template } = attack.input;
      // As the entry writes it, the markup is no markup here, and its slots are not ours.
      expect(statusOf((await tryToPlan(probe, { body: `${template}\n\n{call}\n` })).refusal)).toBe(
        422,
      );
      const link = await tryToPlan(probe, { body: '[x]({site|})\n\n{call}\n' });
      expect(statusOf(link.refusal)).toBe(422);
      const body = '# {name|}\n\n**{company|}** {site|} `code`\n\n{call}\n';
      const { messages } = await sent(body, [person]);
      expect(activeNodes(messages[0]?.html ?? '')).toHaveLength(Number(attack.check?.active_nodes));
      expect(messages[0]?.html).toContain('&#60;script&#62;');
    },
    'EM-10': async (attack) => {
      const { name } = attack.input.person;
      const body = 'Hello {name|there}, welcome.\n\n{call}\n';
      const { messages } = await sent(body, [{ name }, { name: 'x'.repeat(50_000) }]);
      const [spoofed, long] = messages;
      expect(spoofed?.text).toContain(
        'Hello Dear customer Your account is closed, visit http://evil.test, welcome.',
      );
      expect(spoofed?.html).not.toMatch(/href="http:\/\/evil/);
      expect(spoofed?.html).not.toMatch(/Dear customer\s*\n/);
      expect(long?.text.length).toBeLessThan(2_000);
    },
    'EM-11': async (attack, probe) => {
      const body = `${attack.input.html}\n\n{call}\n`;
      const { leg, value } = await tryToPlan(probe, { body });
      expect(activeNodes(leg?.html ?? '')).toHaveLength(Number(attack.check?.active_nodes));
      expect(value?.notes.join('\n')).toMatch(/launch\.md:1: .*HTML.*read as text/);
    },
    'EM-14': async (attack, probe) => {
      for (const [header, value] of Object.entries(attack.input.headers)) {
        const line = `      ${JSON.stringify(header)}: ${JSON.stringify(value)}\n`;
        expect(statusOf((await tryToPlan(probe, { more: line })).refusal)).toBe(
          attack.check?.status,
        );
      }
      const more = `      headers: ${JSON.stringify(attack.input.headers)}\n`;
      const { refusal } = await tryToPlan(probe, { more });
      expect(statusOf(refusal)).toBe(attack.check?.status);
      expect(refusal?.message).toMatch(/nothing is called "headers" here/);
    },
    'EM-15': async (attack) => {
      const body = `${attack.input.text}\n\n{call}\n`;
      const { ses, messages } = await sent(body, [{}]);
      expect(messages).toHaveLength(Number(attack.check?.messages));
      expect(messages[0]?.text).toContain('MAIL FROM:');
      // What goes over the wire is JSON: every line break of it is written as \n.
      const wire = JSON.stringify(ses.sent[0]);
      expect(wire).not.toMatch(/[\r\n]/);
      expect(messages[0]?.text).not.toContain('\r');
    },
    'EM-17': async (attack, probe) => {
      const [clipped, huge, value] = attack.input as { html?: string; mergeValue?: string }[];
      expect([clipped?.html, huge?.html, value?.mergeValue]).toEqual([
        '103 KiB',
        '41 MiB',
        '1 MiB',
      ]);
      const html = `<p>{{call_link}}</p>${'x'.repeat(103 * 1024)}`;
      const problems = checkEmail({ ...emailLeg, html });
      expect(problems).toEqual([expect.objectContaining({ code: 'clipped', severity: 'warning' })]);
      const body = `${'x'.repeat(41 * 1024 * 1024)}\n\n{call}\n`;
      expect(statusOf((await tryToPlan(probe, { body })).refusal)).toBe(422);
      const world = aWorld();
      const csv = `email,first_name\nana@example.org,${'x'.repeat(1024 * 1024)}\nben@example.org,Ben\n`;
      const context = world.as('nora', 'operator');
      const { value: answer, refusal } = await probe.refused(() =>
        importAudience(context, { audience: 'large' }, csv),
      );
      // By name, and the value itself is not said again: its row, or the file because of it.
      const said = refusal
        ? { line: refusal.details.line, text: refusal.message }
        : { line: answer?.rejects[0]?.line, text: JSON.stringify(answer) };
      expect(said.line).toBe(2);
      expect(said.text).not.toContain('x'.repeat(1_000));
      expect(await countContacts(world.table, 'large')).toBe(answer ? 1 : 0);
    },
    'EM-18': async (attack) => {
      const people = Array.from({ length: 10_000 }, (_, n) =>
        n % 7 === 0 ? { city: `City-${n}-` } : { first_name: `Name-${n}-`, city: `City-${n}-` },
      );
      const body = 'Hello {first_name|friend} of {city|}\n\n{call}\n';
      const { messages } = await sent(body, people);
      expect(messages).toHaveLength(10_000);
      let bleeds = 0;
      for (const { to, text, html } of messages) {
        const n = Number(/ana(\d+)@/.exec(to)?.[1]);
        const own = n % 7 === 0 ? 'friend' : `Name-${n}-`;
        for (const part of [text, html]) {
          const isOwn = part.includes(`Hello ${own} of City-${n}-`);
          const names = [...part.matchAll(/(?:Name|City)-(\d+)-/g)].map(([, of]) => Number(of));
          if (!isOwn || names.some((of) => of !== n)) bleeds += 1;
        }
      }
      expect(bleeds).toBe(attack.check?.bleeds);
    },
    'EM-19': async (attack, probe) => {
      const { from } = attack.input;
      // At save: refused with its line, and nothing is stored.
      const checkSender = (sender: string) => askSender(async (name) => identityOf(name), sender);
      const over = { channels: { ...quietChannels, checkSender } };
      const saved = await tryToPlan(probe, { from, over });
      expect(statusOf(saved.refusal)).toBe(422);
      expect(saved.refusal?.details.field).toBe('burst.legs.prospects.from');
      expect(saved.refusal?.message).toContain(`${from} is no sender of this account`);
      expect((await tryToPlan(probe, { over })).refusal).toBeUndefined();
      // Before the moment: one that was saved all the same is never sent, with the reason.
      const leg = { from, ifNotReady: 'hold' as const };
      const world = await RunnerWorld.open({ recipients: 5, perSecond: 10, leg, identityOf });
      await world.tick();
      expect((await world.header()).reason).toBe('supporters: sender_unverified');
      expect(world.accepted).toHaveLength(Number(attack.check?.sends));
      expect(world.calledAt).toEqual([]);
    },
    'EM-20': async (attack, probe) => {
      const { refusal } = await tryToPlan(probe, { body: 'Hi {first_name}\n\n{call}\n' });
      expect(statusOf(refusal)).toBe(attack.check?.status);
      expect(refusal?.message).toMatch(/\{first_name\} has no fallback/);
      const template = await tryToPlan(probe, { body: `${attack.input.template}\n\n{call}\n` });
      expect(statusOf(template.refusal)).toBe(attack.check?.status);
    },
  },
  {
    notApplicable: {
      'EM-12': 'no page shows an email: a preview is printed as text or written to a file',
    },
  },
);
