// Every limit in one place, with the relations between them checked when the file is loaded.

export const limits = {
  /** Ticks look this far ahead, so that three of them see every burst before T. */
  horizonMs: 300_000,
  /** The last moment at which a cancel can win. */
  commitLeadMs: 2_000,
  /** A lease held while nothing is near, and while the moment is close or sending goes on. */
  leaseFarMs: 60_000,
  leaseNearMs: 15_000,
  heartbeatFarMs: 20_000,
  heartbeatNearMs: 5_000,
  /** While email is paced: fewer header writes, still a short wait after a crash. */
  leaseSendingMs: 30_000,
  heartbeatSendingMs: 10_000,
  /** A lease is left alone for this long beyond its end. */
  leaseMarginMs: 1_000,
  /** From here on a lease is of the near kind. */
  nearMs: 120_000,
  /** A second runner looks at the header this often while it stands by. */
  standbyLookMs: 5_000,
  /** On stand-by for a fire the header is read this often. */
  fireLookMs: 200,
  /** The header and the change log may be this old when a provider call starts. */
  freshnessMs: 500,
  /** A stop is final for new calls after this. */
  stopMs: 1_000,
  /** Staged objects, tokens and templates are prepared anew after this. */
  preparedForMs: 20 * 60_000,
  /** A share of the account's rate is held this long before it has to be renewed. */
  rateShareMs: 60_000,
  /** The share is asked for this long before the commit, so that others can make room. */
  rateShareLeadMs: 45_000,
  /** A post that starts later than this is only checked: what is staged for it would not last. */
  prepareAheadMs: 3_600_000,
  /** While something stands against a leg, it is prepared again this often. */
  prepareAgainMs: 10_000,
  providerTimeoutMs: 10_000,
  /** After a leg's deadline a late effect may still surface for this long; absence counts only then. */
  lateEffectMs: 60_000,
  windowRecipientsMax: 100,
  windowSeconds: 5,
  bulkEntriesMax: 50,
  /** Round trip assumed when lanes are planned. */
  laneRoundTripMs: 350,
  lanesMax: 64,
  /** Share of the stated quota that is aimed for. */
  quotaShare: 0.99,
  /** Silence is judged only after this. */
  graceMs: 30 * 60_000,
  /** Silence has a meaning only where this share of the neighbours' Send events has arrived. */
  pipeAliveShare: 0.999,
  /** A recipient kept for the end of quiet hours is released by then after the leg's start, or never. */
  releaseLatestMs: 24 * 3_600_000,
  /** A wave that waits for its allocation is looked at this often; allocating it wakes the burst. */
  waveLookMs: 15 * 60_000,
  /** While a leg is being sent, those it keeps are looked at this often, whatever is known of them. */
  keptLookMs: 10 * 60_000,
  /** While email is sent its bounces and complaints are looked at this often. */
  breakerLookMs: 800,
  /** A first wave: recipients, share of the list, and from what list on it is sent by itself. */
  firstWaveMin: 200,
  firstWaveMax: 2_000,
  firstWaveShare: 0.004,
  firstWaveListMin: 1_000,
  /** The others wait until so much of it was delivered or bounced, or for so long. */
  firstWaveFeedback: 0.95,
  firstWaveWaitMs: 10 * 60_000,
  /** While something is in doubt, a measuring burst is looked at again after this. */
  lookAgainMs: 60_000,
  /** The same while only unproven entries are left: their events may come for days. */
  unprovenLookMs: 3_600_000,
  /** How far clocks of writers may disagree; the change log is re-read this far back. */
  clockSkewMs: 10_000,
  changeLogOverlapMs: 60_000,
  /** Whoever writes later than this after an entry's instant writes it again with a newer one. */
  changeLogTimelyMs: 30_000,
  /** Read back from a freeze: an order may be written long after its entry, by whoever slept. */
  changeLogFreezeOverlapMs: 20 * 60_000,
  manifestChunkRecipients: 2_000,
  callsMin: 1,
  callsMax: 20,
  /** As the file names them; a series is one of them, and so many posts in all. */
  legsMax: 20,
  slotsMax: 40,
  /** Parts of a leg's people in which harm is looked at. */
  segmentsMax: 8,
  postsMax: 60,
  /** Of all legs together: the head of a frozen list, which names lanes and calls of each, is one item. */
  wavesMax: 30,
  audienceMax: 100_000_000,
  /** A moment further ahead than this is a slip of the pen. */
  momentAheadMs: 5 * 366 * 86_400_000,
  broadcastDeadlineMs: 60_000,
  emailDeadlineMs: 2 * 3_600_000,
  /** A message of the feedback queue is tried this often, then set aside with its reason. */
  feedbackReceivesMax: 5,
  /** The bound that makes an event visible within 5 s. */
  tokenBytesMax: 256,
} as const;

const relations: readonly [string, boolean][] = [
  [
    'a heartbeat is at most a third of its lease (near)',
    limits.heartbeatNearMs * 3 <= limits.leaseNearMs,
  ],
  [
    'a heartbeat is at most a third of its lease (sending)',
    limits.heartbeatSendingMs * 3 <= limits.leaseSendingMs,
  ],
  [
    'a heartbeat is at most a third of its lease (far)',
    limits.heartbeatFarMs * 3 <= limits.leaseFarMs,
  ],
  ['two ticks fit into the horizon', limits.horizonMs >= 2 * 60_000 + limits.leaseFarMs],
  ['a read this fresh keeps the stop promise', limits.freshnessMs < limits.stopMs],
  ['a breaker opens within the time of a stop', limits.breakerLookMs < limits.stopMs],
  ['fire is looked for four times a second', limits.fireLookMs <= 250],
  [
    'the change log is re-read beyond any clock skew',
    limits.changeLogOverlapMs >= 2 * limits.clockSkewMs,
  ],
  [
    'an entry written in time is still re-read',
    limits.changeLogOverlapMs >= limits.changeLogTimelyMs + 2 * limits.clockSkewMs,
  ],
  [
    'a freeze reads back beyond the life of a function',
    limits.changeLogFreezeOverlapMs > 15 * 60_000 + limits.changeLogOverlapMs,
  ],
  [
    'a runner prepares what starts in its own time',
    limits.prepareAheadMs > 15 * 60_000 + limits.horizonMs,
  ],
  ['grace outlives any call of a holder that lost its lease', limits.graceMs > 15 * 60_000],
  ['a bulk call fits into a window', limits.bulkEntriesMax <= limits.windowRecipientsMax],
];

for (const [relation, holds] of relations) {
  if (!holds) throw new Error(`limits contradict each other: ${relation}`);
}
