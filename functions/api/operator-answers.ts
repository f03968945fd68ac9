// How checks, previews, corrections, people and signals are answered.

import * as z from 'zod/mini';
import { Scope } from '#commands/context.ts';
import { Id, InstantSchema, Mark, Name } from '#domain/ids.ts';
import { Registration } from '#domain/registration.ts';
import { Who } from '#domain/who-follows.ts';
import { ConnectionAnswer } from './account-answers.ts';
import { BurstAnswer, burstShape, Warnings } from './burst-answers.ts';

const count = z.int().check(z.gte(0));
const byReason = z.record(z.string(), count);
const optionalName = z.optional(Name);

const ProblemAnswer = z.strictObject({
  leg: z.string(),
  code: z.string(),
  field: z.string(),
  message: z.string(),
  limit: z.optional(z.string()),
  severity: z.enum(['error', 'warning']),
});

const QuotaAnswer = z.strictObject({
  perSecond: z.number(),
  perDay: z.number(),
  sentLastDay: z.number(),
  sendingEnabled: z.boolean(),
});

const ForecastAnswer = z.strictObject({
  lists: z.array(
    z.strictObject({
      leg: Name,
      audience: Id,
      outcome: optionalName,
      recipients: z.optional(count),
      heldBack: z.optional(byReason),
    }),
  ),
  recipients: z.optional(count),
  heldBack: z.optional(byReason),
  quota: z.optional(QuotaAnswer),
  drain: z.optional(
    z.strictObject({
      perSecond: z.number(),
      halfMs: z.int(),
      lastMs: z.int(),
      firstWave: z.optional(z.strictObject({ recipients: count, waitMs: count })),
    }),
  ),
  windows: z.optional(count),
  lanes: z.optional(count),
  cost: z.optional(
    z.strictObject({
      usd: z.number(),
      lines: z.array(
        z.strictObject({
          name: z.string(),
          usd: z.number(),
          parts: z.optional(z.array(z.unknown())),
        }),
      ),
    }),
  ),
  smallestLift: z.optional(
    z.strictObject({ lift: z.number(), perCall: count, baseline: z.number() }),
  ),
  problems: z.array(ProblemAnswer),
});

const PlanAnswer = z.strictObject({
  campaign: Id,
  offer: z.optional(z.string()),
  goal: z.optional(
    z.strictObject({ count: z.string(), target: z.optional(count), withinMs: count }),
  ),
  linkBase: z.string(),
  notify: z.array(z.string()),
  calls: z.array(z.strictObject({ name: Name, say: z.string(), to: z.string() })),
  approvalAbove: z.optional(count),
  legs: z.array(
    z.strictObject({
      leg: Name,
      channel: Name,
      outcome: optionalName,
      calls: z.array(z.strictObject({ call: Name, share: z.number() })),
      offsetMs: z.int(),
      deadlineMs: z.int(),
      ifNotReady: z.enum(['hold', 'drop', 'go']),
      list: z.optional(Id),
      from: z.optional(z.string()),
      subject: z.optional(z.string()),
      connection: z.optional(Id),
      text: z.optional(z.string()),
      series: optionalName,
    }),
  ),
  registration: Registration,
  holdout: z.optional(z.number()),
  followUps: z.optional(
    z.array(z.strictObject({ name: Name, burst: Id, afterMs: count, who: Who })),
  ),
});

const ForeseenTest = z.strictObject({
  recipients: count,
  spread: z.number(),
  forgoneAnswers: z.number(),
  visibleLift: z.nullable(z.number()),
});

export const CheckedBurstAnswer = z.strictObject({
  ...burstShape,
  plan: PlanAnswer,
  defaults: z.array(z.string()),
  notes: z.array(z.string()),
  forecast: ForecastAnswer,
  comparisons: z.array(
    z.strictObject({
      leg: Name,
      recipients: count,
      expectedRate: z.number(),
      visibleLift: z.nullable(z.number()),
      test: z.optional(ForeseenTest),
      proposedTest: z.optional(ForeseenTest),
    }),
  ),
});

export const RehearsedBurstAnswer = z.strictObject({
  ...burstShape,
  forecast: ForecastAnswer,
  written: z.strictObject({
    emails: count,
    bytes: count,
    bytesMax: count,
    refused: byReason,
    isWhole: z.boolean(),
  }),
});

const shown = {
  leg: Name,
  channel: Name,
  call: Name,
  outcome: optionalName,
  isExact: z.boolean(),
};

export const PreviewedBurstAnswer = z.strictObject({
  burst: Id,
  emails: z.array(
    z.strictObject({
      ...shown,
      isOnList: z.boolean(),
      followUp: optionalName,
      heldBack: z.optional(z.string()),
      from: z.string(),
      replyTo: z.optional(z.string()),
      to: z.string(),
      subject: z.string(),
      html: z.string(),
      text: z.string(),
      headers: z.array(z.strictObject({ name: z.string(), value: z.string() })),
    }),
  ),
  posts: z.array(z.strictObject({ ...shown, text: z.string(), alt: z.optional(z.string()) })),
});

export const CalendarAnswer = z.strictObject({
  month: z.string(),
  bursts: z.array(BurstAnswer),
  next: z.optional(z.string()),
});

export const CorrectedLinkAnswer = z.strictObject({
  burst: Id,
  call: Name,
  links: z.array(z.strictObject({ link: z.string(), from: z.string(), to: z.string() })),
  everywhereAt: InstantSchema,
});

export const RetractedPostsAnswer = z.strictObject({
  burst: Id,
  posts: z.array(
    z.strictObject({
      leg: Name,
      channel: Name,
      postId: z.string(),
      url: z.optional(z.string()),
      retracted: z.optional(z.enum(['done', 'already_gone', 'unsupported', 'unknown'])),
    }),
  ),
});

export const CopiedReachedAnswer = z.strictObject({
  burst: Id,
  audience: Id,
  people: count,
  reached: count,
  inDoubt: count,
  next: z.optional(count),
});

const EntryAnswer = z.strictObject({
  ordinal: count,
  state: z.string(),
  leg: Name,
  call: optionalName,
  wave: z.optional(count),
  reason: z.optional(z.string()),
  releaseAt: z.optional(InstantSchema),
  events: z.array(z.string()),
});

export const FoundPersonAnswer = z.strictObject({
  digest: z.string(),
  suppressed: z.optional(z.strictObject({ reason: z.string(), at: InstantSchema })),
  bursts: z.array(
    z.strictObject({
      burst: Id,
      state: z.string(),
      moment: z.optional(z.strictObject({ at: InstantSchema, text: z.string() })),
      entries: z.array(EntryAnswer),
    }),
  ),
  next: z.optional(Id),
});

const signal = {
  signal: Id,
  name: Mark,
  outcome: optionalName,
  createdBy: Mark,
  expiresAt: InstantSchema,
  works: z.boolean(),
};

export const SignalAnswer = z.strictObject(signal);
export const CreatedSignalAnswer = z.strictObject({ burst: Id, ...signal });
export const SignalsAnswer = z.strictObject({
  burst: Id,
  signals: z.array(SignalAnswer),
  next: z.optional(Id),
});
export const SentSignalAnswer = z.strictObject({
  burst: Id,
  state: z.string(),
  warnings: Warnings,
});

export const CallerAnswer = z.strictObject({
  name: Mark,
  scopes: z.array(Scope),
  linkBase: z.string(),
});

export const ErasedPersonAnswer = z.strictObject({
  digest: z.string(),
  audiences: z.array(Id),
  contacts: count,
  entries: count,
  next: z.optional(z.string()),
});

export const DeploymentAnswer = z.strictObject({
  linkBase: z.string(),
  quota: z.optional(QuotaAnswer),
  quotaProblem: z.optional(z.string()),
  connections: z.array(
    z.strictObject({
      connection: Id,
      channel: Name,
      baseUrl: z.string(),
      account: z.optional(z.string()),
      problem: z.optional(z.strictObject({ code: z.string(), message: z.string() })),
    }),
  ),
});

export const ConnectionsAnswer = z.strictObject({
  connections: z.array(ConnectionAnswer),
  next: z.optional(Id),
});
