// Bugs in the ledger: claims, windows, what is recorded of them and how it is saved.

import { BY_WORLDS, inFile, type Mutant } from './mutant.ts';

export const ledgerMutants: readonly Mutant[] = [
  ...inFile('functions/store/lanes.ts', BY_WORLDS, [
    {
      id: 'claim-unconditional',
      about: 'a lane is written whatever stands there: no condition on the claim',
      find: 'return compareAndSave(table, key, previous, next, encode, decode, nonce);',
      replace: `const item = { ...next, revision: next.revision + 1, nonce };
  return table.put(encode(item)).then(() => ({ kind: 'saved', item }));`,
    },
  ]),
  ...inFile('functions/runner/work-lane.ts', BY_WORLDS, [
    {
      id: 'record-before-send',
      about: 'a window is closed before its calls are made',
      find: 'const sent = await sendWindow(sending, lane.leg, window);\n  return ended(await settle(sending, lane, window, sent), sent);',
      replace: `const closed = closeAt(lane, window.to, sending.holding.epoch, 0);
  const early = await save(sending, lane, closed);
  const sent = await sendWindow(sending, lane.leg, window);
  if (sent.exceptions.length > 0) await recordOwn(sending, lane, window, sent.exceptions);
  return ended(early, sent);`,
    },
    {
      id: 'old-claims-taken-over',
      about: 'a window that another epoch claimed is sent as if it were our own',
      find: "if (claimStanding(window, sending.holding.burst) !== 'ours') {",
      replace: 'if (false) {',
    },
    {
      id: 'claim-fenced-by-clock',
      about: 'a claim older than a minute counts as free again',
      find: 'const taken = await takeWindow(sending, lane, window);',
      replace: `if (sending.clock.now() - window.claimedAt > 60_000) {
      const { epoch } = sending.holding;
      return { lane: await save(sending, lane, { ...lane, window: { ...window, epoch } }) };
    }
    const taken = await takeWindow(sending, lane, window);`,
    },
    {
      id: 'resume-from-count',
      about: 'a successor goes on behind as many people as were plainly accepted',
      find: 'closed: closeAt(taken, closedTo, sending.holding.epoch, excepted)',
      replace: 'closed: closeAt(taken, closedTo - taken.excepted, sending.holding.epoch, excepted)',
    },
    {
      id: 'exceptions-unrecorded',
      about: 'who was not plainly accepted is written nowhere',
      find: 'if (exceptions.length > 0) {',
      replace: 'if (false) {',
    },
    {
      id: 'half-window-for-whole',
      about: 'the record of a window that was halted half-way speaks for all of it',
      find: 'const to = sent.halt ? sent.calledTo : window.to;',
      replace: 'const to = window.to;',
    },
    {
      id: 'halt-skips-the-rest',
      about: 'whoever was not called before a halt is left out of the lane',
      find: '? closeAt(stamped, sent.calledTo, epoch, exceptions.length)',
      replace: '? closeAt(stamped, window.to, epoch, exceptions.length)',
    },
  ]),
  ...inFile('functions/runner/lane-claims.ts', BY_WORLDS, [
    {
      id: 'send-before-claim',
      about: 'the first window of a lane is sent before its claim is written',
      find: 'const next = closeAndClaim(free, { epoch, size, now: ports.clock.now(), excepted: 0 });',
      replace: `const next = closeAndClaim(free, { epoch, size, now: ports.clock.now(), excepted: 0 });
  if (lane.revision > 0) return { ...next, revision: lane.revision };`,
    },
  ]),
  ...inFile('functions/domain/lane.ts', BY_WORLDS, [
    {
      id: 'window-off-by-one',
      about: 'the next window begins one person too early',
      find: 'return { ...closed, next: to, window };',
      replace:
        'return { ...closed, next: to < lane.to ? Math.max(lane.next + 1, to - 1) : to, window };',
    },
    {
      id: 'last-window-dropped',
      about: 'a lane counts as done when only a few people are left',
      find: 'return lane.next >= lane.to && lane.window === undefined;',
      replace: 'return lane.next >= lane.to - 3 && lane.window === undefined;',
    },
  ]),
  ...inFile('functions/store/save.ts', BY_WORLDS, [
    {
      id: 'lost-answer-is-saved',
      about: 'a write whose answer was lost counts as done',
      find: "if (answer.kind === 'written') return { kind: 'saved', item: wanted };",
      replace:
        "if (answer.kind === 'written' || (answer.kind === 'fault' && isUnanswered(answer.error))) return { kind: 'saved', item: wanted };",
    },
    {
      id: 'anybodys-revision',
      about: 'after a lost race the revision is enough: another writer is taken for oneself',
      find: 'return current?.nonce === wanted.nonce && current.revision === wanted.revision;',
      replace: 'return current?.revision === wanted.revision;',
    },
  ]),
  ...inFile('functions/runner/retry-entries.ts', BY_WORLDS, [
    {
      id: 'resend-under-old-number',
      about: 'one more attempt carries the number of the first',
      find: 'attempt: isAgain ? record.attempt + 1 : record.attempt,',
      replace: 'attempt: record.attempt,',
    },
  ]),
  ...inFile('functions/runner/settle-doubts.ts', BY_WORLDS, [
    {
      id: 'silence-is-unsent',
      about: 'whoever is in doubt after the grace time counts as never called',
      find: "outcomes.push({ ...outcome, state: 'unproven' });",
      replace: "outcomes.push({ ...outcome, state: 'not_called' });",
    },
    {
      id: 'events-not-believed',
      about: 'a Send event settles no doubt',
      find: 'const proof = isOpen(outcome) ? await evidence.proof(outcome.ordinal) : undefined;',
      replace: 'const proof = undefined;',
    },
    {
      id: 'resend-by-default',
      about: 'whoever is unproven is called once more under any policy',
      find: "if (burst.policy !== 'resend-when-unproven' || record.attempt > 1) return false;",
      replace: 'if (record.attempt > 1) return false;',
    },
  ]),
  ...inFile('functions/runner/evidence.ts', BY_WORLDS, [
    {
      id: 'reject-proves-sent',
      about: 'a Reject event counts as proof that it was sent',
      find: "return facts.refusedBits === 0 ? undefined : 'refused';",
      replace: "return facts.refusedBits === 0 ? undefined : 'accepted';",
    },
  ]),
  ...inFile('functions/runner/freeze.ts', BY_WORLDS, [
    {
      id: 'list-read-again',
      about: 'whoever takes a burst over freezes the audience anew',
      find: 'if (head.contentHash === contentHash) return true;',
      replace:
        'if (head.contentHash === contentHash || committedEpoch !== undefined) return committedEpoch === undefined;',
    },
  ]),
];
