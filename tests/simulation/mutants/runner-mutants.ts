// Bugs in what decides whether, when and to whom a call may start.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text, found and replaced as it stands

import { BY_WORLDS, inFile, type Mutant } from './mutant.ts';

export const runnerMutants: readonly Mutant[] = [
  ...inFile('functions/domain/burst.ts', BY_WORLDS, [
    {
      id: 'early-by-five',
      about: 'every leg starts five milliseconds before its moment',
      find: 'return burst.momentAt === undefined ? undefined : burst.momentAt + leg.offsetMs;',
      replace:
        'return burst.momentAt === undefined ? undefined : burst.momentAt + leg.offsetMs - 5;',
    },
    {
      id: 'leases-never-hold',
      about: 'every wake takes the burst over, whoever holds it',
      find: 'now < burst.leaseUntil + limits.leaseMarginMs',
      replace: 'now < burst.leaseUntil - 3_600_000',
    },
  ]),
  ...inFile('functions/domain/advance.ts', BY_WORLDS, [
    {
      id: 'approval-outlives-edit',
      about: 'an approval follows the burst through an edit',
      find: "return advanced({ ...kept, state: 'draft', contentHash: event.contentHash, legs: event.legs });",
      replace: `const approval = burst.approval && { ...burst.approval, contentHash: event.contentHash };
    return advanced({ ...kept, ...(approval ? { approval } : {}), state: 'draft', contentHash: event.contentHash, legs: event.legs });`,
    },
    {
      id: 'epoch-not-raised',
      about: 'whoever takes the lease works under the epoch of the one before',
      find: 'const epoch = burst.epoch + 1;',
      replace: 'const epoch = Math.max(1, burst.epoch);',
    },
  ]),
  ...inFile('functions/commands/approve-burst.ts', BY_WORLDS, [
    {
      id: 'approval-by-name',
      about: 'an approval is of the burst as it stands, not of the content that was seen',
      find: "advance(header, { kind: 'approve', approval, now }),",
      replace:
        "advance(header, { kind: 'approve', approval: { ...approval, contentHash: header.contentHash }, now }),",
    },
  ]),
  ...inFile('functions/commands/plan-burst.ts', BY_WORLDS, [
    {
      id: 'edit-after-schedule-lost',
      about: 'other words for a burst that has its moment are acknowledged and not kept',
      find: 'if (burst.contentHash !== wanted.contentHash) return false;',
      replace: "if (burst.contentHash !== wanted.contentHash) return burst.state === 'scheduled';",
    },
  ]),
  ...inFile('functions/runner/bets.ts', BY_WORLDS, [
    {
      id: 'bet-not-made',
      about: 'a wave that is to bet leaves as it was planned',
      find: 'if (!planned?.bet || !wave.allocation || old?.[index]?.allocation) return wave;',
      replace: 'return wave;',
    },
  ]),
  ...inFile('functions/statistics/wave-bet.ts', BY_WORLDS, [
    {
      id: 'bet-on-the-worse',
      about: 'the rest goes to the call that did worse',
      find: '(index === rollOut ? 1 : 0)',
      replace: '(index === rollOut ? 0 : 1)',
    },
  ]),
  ...inFile('functions/domain/wave-history.ts', BY_WORLDS, [
    {
      id: 'bet-on-all-waves',
      about: 'a bet counts what the whole leg answered for every wave',
      find: 'const s = countOf(tally, row, counter);',
      replace: 'const s = countOf(tally, `${leg}/${call}`, counter);',
    },
  ]),
  ...inFile('functions/runner/followed-up.ts', BY_WORLDS, [
    {
      id: 'follow-up-to-everybody',
      about: 'a follow-up goes to everybody whom the other burst reached',
      find: 'return isOfLeg && reached[ordinal] === 1 ? is : 0;',
      replace: 'return isOfLeg && reached[ordinal] === 1 ? Math.max(1, is) : 0;',
    },
  ]),
  ...inFile('functions/runner/make-follow-ups.ts', BY_WORLDS, [
    {
      id: 'follow-up-at-once',
      about: 'a follow-up leaves a minute after the other burst, whatever was planned',
      find: 'Math.max((parent.momentAt ?? now) + followUp.afterMs, now + SOONEST_MS),',
      replace: 'now + SOONEST_MS,',
    },
  ]),
  ...inFile('functions/domain/draw-series.ts', BY_WORLDS, [
    {
      id: 'series-uneven',
      about: 'chance decides for each post alone, so calls come out unevenly',
      find: 'rounds.flatMap(() => calls),',
      replace: "rounds.flatMap(() => calls.map(() => calls[0] ?? '')),",
    },
  ]),
  ...inFile('functions/commands/erase-address.ts', BY_WORLDS, [
    {
      id: 'erased-from-lists-only',
      about: 'whoever is erased comes back when an import is undone',
      find: 'for (const id of ids) await eraseFromImports(table, audience, id);',
      replace: '',
    },
  ]),
  ...inFile('functions/commands/change-burst.ts', BY_WORLDS, [
    {
      id: 'audit-entry-missing',
      about: 'what a person ordered stands in no audit log',
      find: 'audit(context, after.id, what, pick(before), pick(after)),',
      replace: '',
    },
    {
      id: 'acknowledged-before-durable',
      about: 'a stop or a cancel is acknowledged before it is written',
      find: 'const saved = await saveBurst(context.table, burst, answer.burst, context.entropy.id());',
      replace: `const saving = saveBurst(context.table, burst, answer.burst, context.entropy.id());
    if (what === 'stop' || what === 'cancel') {
      saving.catch(() => undefined);
      return { burst: answer.burst, isChanged: true, warnings: [] };
    }
    const saved = await saving;`,
    },
  ]),
  ...inFile('functions/runner/guard.ts', BY_WORLDS, [
    {
      id: 'stop-not-asked',
      about: 'a stop is looked for at the start of a burst only',
      find: "if (!mayCall(burst)) return 'stopped';",
      replace: '',
    },
    {
      id: 'never-stale',
      about: 'what was read of header and change log counts as fresh for ever',
      find: 'return this.#holding.ageMs <= limits.freshnessMs && logAge <= limits.freshnessMs;',
      replace: 'return logAge < Number.POSITIVE_INFINITY;',
    },
    {
      id: 'deadline-not-asked',
      about: 'a leg is sent however long after its deadline',
      find: "if (now > since + leg.deadlineMs) return 'deadline';",
      replace: '',
    },
  ]),
  ...inFile('functions/runner/hold-back.ts', BY_WORLDS, [
    {
      id: 'suppressed-at-freeze-only',
      about: 'whoever is suppressed after the freeze is called all the same',
      find: "if (reason !== undefined) return { state: 'held_back', reason };",
      replace: '',
    },
  ]),
  ...inFile('functions/runner/freeze-reasons.ts', BY_WORLDS, [
    {
      id: 'one-address-twice',
      about: 'two contacts with one address both get the message',
      find: "if (seen.hasSeen(digest, leg.outcome)) return 'same_address';",
      replace: '',
    },
  ]),
  ...inFile('functions/store/change-log.ts', BY_WORLDS, [
    {
      id: 'change-log-read-late',
      about: 'the change log is read eventually consistent',
      find: 'await queryAll(table, { ...stretch, consistent: true })',
      replace: 'await queryAll(table, { ...stretch })',
    },
  ]),
  ...inFile('functions/store/suppressions.ts', BY_WORLDS, [
    {
      id: 'suppressed-untold',
      about: 'a suppression is stored and acknowledged, and no running burst hears of it',
      find: 'const at = await appendTimely(table, entry, now);',
      replace: 'const at = now();',
    },
  ]),
  ...inFile('functions/runner/rate-share.ts', BY_WORLDS, [
    {
      id: 'quota-for-each',
      about: 'every burst uses the whole quota of the account',
      find: 'const share = Math.max(0, Math.min(fairPart(perSecond, wanted, wants), perSecond - taken));',
      replace: 'const share = Math.min(fairPart(perSecond, wanted, []), perSecond);',
    },
  ]),
  ...inFile('functions/runner/send-window.ts', BY_WORLDS, [
    {
      id: 'unknown-sent-again',
      about: 'a call without a trustworthy answer is made again',
      find: "for (const { ordinal } of batch) this.#except(ordinal, 'in_doubt', answer.reason);",
      replace: 'this.#again.push(...batch);',
    },
  ]),
  ...inFile('functions/domain/limits.ts', BY_WORLDS, [
    {
      id: 'quota-overdrawn',
      about: 'half as much again as the quota is aimed for',
      find: 'quotaShare: 0.99,',
      replace: 'quotaShare: 1.5,',
    },
  ]),
  ...inFile('functions/runner/post-leg.ts', BY_WORLDS, [
    {
      id: 'post-repeated-without-key',
      about: 'a post in doubt is asked for again where nothing tells that it is the same',
      find: "return identityClass === 'C' && repeatable;",
      replace: 'return true;',
    },
  ]),
  ...inFile('functions/runner/release.ts', BY_WORLDS, [
    {
      id: 'post-of-lost-runner-repeated',
      about: 'a post that a lost runner may have made is made again',
      find: 'await settlePost(sending, post, { until: sending.until });',
      replace: 'await publishPost(sending, post);',
    },
  ]),
];
