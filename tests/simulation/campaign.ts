// Plans of a world's bursts: compiled from a campaign file, or written as `plan` would have done it.

import { compilePlan } from '#commands/compile-plan.ts';
import { type Burst, SCHEMA_VERSION } from '#domain/burst.ts';
import { contentHash } from '#domain/content-hash.ts';
import type { LegSummary } from '#domain/leg.ts';
import type { EmailLegPlan, LegPlan, Plan } from '#domain/plan.ts';
import { readCampaignFile } from '#domain/read-campaign-file.ts';
import { register } from '#domain/registration.ts';
import { clockOf, fileOf } from './campaign-file.ts';
import type { BurstScript, LegScript } from './script.ts';

/** Who planned every burst, and who approves. */
export const PLANNER = 'ann';
export const APPROVER = 'ben';
/** Of the deployment that every world is. */
export const LINK_BASE = 'https://go.example.com';
export const CONFIGURATION_SET = 'volley';

/** The mark by which truth knows one version of one burst's content again. */
export function markFor(burst: string, version: number): string {
  return `mark-${burst}-v${version}`;
}

export interface Content {
  readonly plan: Plan;
  readonly hash: string;
  readonly mark: string;
}

const made = new WeakMap<BurstScript, Map<string, Content>>();

/** The same script, version and time always give the same object: its hash is asked for often. */
export function contentOf(script: BurstScript, version: number, plannedAt: number): Content {
  const contents = made.get(script) ?? new Map<string, Content>();
  made.set(script, contents);
  const name = `${version} ${plannedAt}`;
  const content = contents.get(name) ?? makeContent(script, version, plannedAt);
  contents.set(name, content);
  return content;
}

function makeContent(script: BurstScript, version: number, plannedAt: number): Content {
  const mark = markFor(script.burst, version);
  const plan = script.isFile
    ? inOtherWords(script, version, plannedAt)
    : written(script, mark, plannedAt);
  return { plan, hash: contentHash(plan), mark };
}

/** Versions of a file differ by their mark alone: only the first one is compiled. */
function inOtherWords(script: BurstScript, version: number, plannedAt: number): Plan {
  const mark = markFor(script.burst, version);
  if (version === 1) return compiled(script, mark, plannedAt);
  const first = contentOf(script, 1, plannedAt);
  return JSON.parse(JSON.stringify(first.plan).replaceAll(first.mark, mark)) as Plan;
}

/** What the command is to make of the file. */
function compiled(script: BurstScript, mark: string, plannedAt: number): Plan {
  const { file, files } = fileOf(script, mark, plannedAt);
  const reading = readCampaignFile(file.text, file.name);
  if (reading.kind === 'refused') throw new Error(JSON.stringify(reading.problems));
  return compilePlan(reading.source, {
    burst: script.burst,
    now: plannedAt,
    linkBase: LINK_BASE,
    configurationSet: CONFIGURATION_SET,
    files: new Map(Object.entries(files).map(([name, { text }]) => [name, Buffer.from(text)])),
  }).plan;
}

function written(script: BurstScript, mark: string, plannedAt: number): Plan {
  return {
    burst: script.burst,
    campaign: 'sim',
    linkBase: LINK_BASE,
    notify: [],
    calls: [
      { name: 'join', say: 'Join us', to: 'https://example.com/join' },
      { name: 'give', say: 'Give', to: 'https://example.com/give' },
    ],
    legs: script.legs.map((leg) => legPlan(leg, mark)),
    ...(script.outcomes.length > 0 ? { outcomes: [...script.outcomes] } : {}),
    policy: script.policy,
    ...(script.cap ? { frequencyCap: script.cap } : {}),
    attributionMs: 86_400_000,
    registration: register({ metric: 'click', windowMs: 3_600_000 }),
    plannedAt,
  };
}

function legPlan(leg: LegScript, mark: string): LegPlan {
  const timing = {
    offsetMs: leg.offsetMs,
    deadlineMs: leg.deadlineMs,
    ifNotReady: leg.ifNotReady,
    ...(leg.outcome === undefined ? {} : { outcome: leg.outcome }),
  };
  if (leg.kind === 'post') {
    return {
      kind: 'broadcast',
      name: leg.leg,
      channel: leg.channel ?? 'mastodon',
      connection: 'social',
      call: 'join',
      text: `It begins. ${mark} leg-${leg.leg} {call}`,
      ...timing,
    };
  }
  return {
    kind: 'email',
    name: leg.leg,
    channel: 'email',
    audience: leg.audience?.id ?? '',
    allocation: [
      { call: 'join', weight: 1 },
      { call: 'give', weight: 1 },
    ],
    from: 'Nora at Example <nora@example.com>',
    subject: `It begins ${mark}`,
    html: '<p>Dear {{first_name}}, <a href="{{call_link}}">{{call_say}}</a> <a href="{{unsubscribe_link}}">leave</a></p>',
    text: 'Dear {{first_name}}, {{call_say}}: {{call_link}} Leave: {{unsubscribe_link}}',
    slots: { first_name: 'friend' },
    configurationSet: CONFIGURATION_SET,
    ...extrasOf(leg),
    ...timing,
  };
}

function extrasOf({ quiet, skipsConverted, waves, firstWave }: LegScript): Partial<EmailLegPlan> {
  return {
    ...(quiet
      ? { quietHours: { from: clockOf(quiet.from), to: clockOf(quiet.to), inside: quiet.inside } }
      : {}),
    ...(skipsConverted ? { skipConverted: {} } : {}),
    ...(waves ? { waves: waves.map((wave) => ({ ...wave })) } : {}),
    ...(firstWave === undefined ? {} : { firstWave: { recipients: firstWave } }),
  };
}

function legSummaries(script: BurstScript): LegSummary[] {
  return script.legs.map((leg) => ({
    name: leg.leg,
    channel: leg.kind === 'email' ? 'email' : (leg.channel ?? 'mastodon'),
    offsetMs: leg.offsetMs,
    deadlineMs: leg.deadlineMs,
    ifNotReady: leg.ifNotReady,
    state: 'planned',
    ...(leg.outcome === undefined ? {} : { outcome: leg.outcome }),
  }));
}

export function headerOf(script: BurstScript, hash: string): Burst {
  return {
    id: script.burst,
    schemaVersion: SCHEMA_VERSION,
    state: 'draft',
    revision: 0,
    nonce: 'new',
    contentHash: hash,
    plannedBy: PLANNER,
    approvalPolicy: script.needsSecond ? 'second' : 'none',
    zone: 'Europe/Paris',
    ...(script.outcomes.length > 0 ? { outcomes: [...script.outcomes] } : {}),
    epoch: 0,
    lanes: 0,
    policy: script.policy,
    legs: legSummaries(script),
  };
}
