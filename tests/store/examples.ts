// One valid value of every kind of item, with nothing optional left out.

import type { Prepared } from '#channels/contract.ts';
import type { Burst } from '#domain/burst.ts';
import type { Lane } from '#domain/lane.ts';
import type { ManifestHead, Member } from '#domain/manifest.ts';
import type { Plan } from '#domain/plan.ts';
import { register } from '#domain/registration.ts';
import type { WindowRecord } from '#domain/window-record.ts';
import type { LegItem } from '#store/legs.ts';

/** 2026-11-03T20:00:00Z. */
export const momentAt = 1_793_736_000_000;

export const burst: Burst = {
  id: 'polls-close',
  schemaVersion: 1,
  state: 'scheduled',
  revision: 0,
  nonce: 'new',
  contentHash: 'c'.repeat(64),
  plannedBy: 'nora',
  approvalPolicy: 'second',
  approval: { contentHash: 'c'.repeat(64), by: 'ines', at: momentAt - 9_000 },
  zone: 'Europe/Paris',
  momentAt,
  epoch: 0,
  lanes: 0,
  policy: 'at-most-once',
  legs: [
    {
      name: 'members',
      channel: 'email',
      offsetMs: 90_000,
      deadlineMs: 7_200_000,
      ifNotReady: 'hold',
      state: 'planned',
    },
    {
      name: 'post',
      channel: 'mastodon',
      offsetMs: -1_000,
      deadlineMs: 60_000,
      ifNotReady: 'drop',
      state: 'planned',
    },
  ],
};

export const lane: Lane = {
  burst: burst.id,
  lane: 3,
  leg: 'members',
  freeze: 'freeze-1',
  from: 600,
  to: 800,
  next: 700,
  revision: 0,
  nonce: 'new',
  epoch: 2,
  window: { from: 600, to: 700, epoch: 2, attempt: 1, claimedAt: momentAt - 2_000 },
  excepted: 0,
  firstCallAt: momentAt + 0.25,
};

export const record: WindowRecord = {
  burst: burst.id,
  lane: 3,
  leg: 'members',
  from: 600,
  to: 700,
  epoch: 2,
  attempt: 1,
  revision: 0,
  nonce: 'new',
  recordedAt: momentAt,
  outcomes: [
    { ordinal: 600, state: 'refused', reason: 'MessageRejected' },
    { ordinal: 603, state: 'in_doubt', reason: 'timeout' },
    { ordinal: 604, state: 'in_doubt', reason: 'timeout' },
    { ordinal: 605, state: 'held_back' },
    { ordinal: 699, state: 'in_doubt', reason: 'timeout' },
  ],
};

const prepared: Prepared = {
  channel: 'mastodon',
  identityClass: 'C',
  repeatable: true,
  preparedAt: momentAt - 300_000,
  freshUntil: momentAt + 3_600_000,
  identity: 'polls-close/post/1',
  link: 'https://go.example.com/c/token',
  request: { status: 'Polls close.', empty: '', none: null, media: ['1', { alt: 'A hall' }] },
};

export const leg: LegItem = {
  burst: burst.id,
  leg: 'post',
  revision: 0,
  nonce: 'new',
  contentHash: burst.contentHash,
  prepared,
  claimedAt: momentAt - 2_000,
  callStartedAt: momentAt + 0.5,
  answeredAt: momentAt + 180,
  published: { postId: '11', url: 'https://social.example.org/@nora/11', remoteAt: momentAt },
  latenessMs: 0.5,
  reason: 'none',
  resolves: 1,
};

export const head: ManifestHead = {
  burst: burst.id,
  revision: 0,
  nonce: 'new',
  freeze: 'freeze-1',
  contentHash: burst.contentHash,
  recipients: 2_000,
  chunkRecipients: 2_000,
  frozenAt: momentAt - 240_000,
  legs: [
    {
      leg: 'members',
      from: 0,
      sendableTo: 1_990,
      to: 2_000,
      allocation: [{ call: 'donate', weight: 0.5 }],
    },
  ],
  lanes: [{ lane: 0, leg: 'members', from: 0, to: 1_990 }],
  perSecond: 14,
  heldBack: { suppressed: 7, same_address: 3 },
  digest: 'd'.repeat(43),
};

export const plan: Plan = {
  burst: burst.id,
  campaign: 'autumn',
  offer: 'The appeal',
  goal: { count: 'donation', target: 400, withinMs: 604_800_000 },
  linkBase: 'https://go.example.com',
  notify: ['ops@example.com'],
  calls: [{ name: 'donate', say: 'Give 5 €', to: 'https://example.com/give?ref={click}' }],
  legs: [
    {
      kind: 'email',
      name: 'members',
      channel: 'email',
      audience: 'members',
      allocation: [{ call: 'donate', weight: 1 }],
      from: 'Nora <nora@example.com>',
      subject: 'Tonight',
      html: '<p>{{first_name}}</p>',
      text: '{{first_name}}',
      slots: { first_name: '' },
      configurationSet: 'volley',
      offsetMs: 90_000,
      deadlineMs: 7_200_000,
      ifNotReady: 'hold',
    },
    {
      kind: 'broadcast',
      name: 'post',
      channel: 'mastodon',
      connection: 'fedi',
      call: 'donate',
      text: 'Polls close. {call}',
      image: { sha256: 'e'.repeat(64), type: 'image/png', alt: 'A hall' },
      offsetMs: 0,
      deadlineMs: 60_000,
      ifNotReady: 'drop',
    },
  ],
  policy: 'at-most-once',
  attributionMs: 604_800_000,
  registration: register({ metric: 'conversion', windowMs: 86_400_000 }),
  plannedAt: momentAt - 86_400_000,
};

const firstNames = 'Nora,Zoë,Jürgen,Mary,Łukasz,Ines,Olivia,Mateo,Åsa,Emma,Noah,Chloé'.split(',');
const lastNames = 'smith,nguyen,garcia,moreau,schmidt,kowalski,rossi,larsson,silva'.split(',');
const domains = 'example.com,example.org,mail.example.net,post.example.com'.split(',');

/** People with address and first name; `chance` gives values in [0, 1). */
export function people(count: number, chance: () => number, from = 0): Member[] {
  const one = (names: readonly string[]) => names[Math.floor(chance() * names.length)] ?? '';
  const letters = (length: number) =>
    Array.from({ length }, () => String.fromCharCode(97 + Math.floor(chance() * 26))).join('');
  return Array.from({ length: count }, (_, index) => {
    const first = one(firstNames);
    const last = chance() < 0.5 ? one(lastNames) : letters(5 + Math.floor(chance() * 5));
    const number = chance() < 0.5 ? String(Math.floor(chance() * 1000)) : '';
    const local = `${first
      .normalize('NFD')
      .replace(/[^A-Za-z]/g, '')
      .toLowerCase()}.${last}`;
    const domain = chance() < 0.7 ? one(domains) : `${letters(8)}.example.org`;
    const address = `${local}${number}@${domain}`;
    return { ordinal: from + index, address, fields: { first_name: first } };
  });
}

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}
