// Bugs one might think of that cannot be planted here, or that change nothing when they are alone.

export interface NotPlanted {
  readonly about: string;
  readonly why: string;
}

export const notPlanted: readonly NotPlanted[] = [
  {
    about: 'unsubscribe by GET',
    why: 'public function, no part of a simulated world: tests/public and the attacks hold it',
  },
  {
    about: 'numeric ADD counters',
    why: 'the Table port has no ADD: facts are sets, tallies absolute values under a revision',
  },
  {
    about: 'deduplication with a memory of ten minutes',
    why: 'nothing is deduplicated by memory: a fact that is there already changes nothing',
  },
  { about: 'tenant missing from a key', why: 'one deployment serves one organisation' },
  {
    about: 'event counted before its tags are checked; Complaint treated as Click',
    why: 'events are parsed by pure functions: tests/feedback hold them kind by kind',
  },
  {
    about: 'transient bounce suppresses',
    why: 'a pure rule of functions/feedback/record.ts: tests/feedback/record.test.ts holds it',
  },
  {
    about: 'breaker on totals instead of rates, breaker per worker',
    why: 'tests/domain/breaker.test.ts and tests/runner/breaker.test.ts hold it with lists of any size',
  },
  {
    about: 'Retry-After without a bound',
    why: 'bounded twice, by the channel and by the leg: neither alone changes what happens',
  },
  {
    about: 'DST by adding 24 hours',
    why: 'a pure function of zone and wall time: tests/domain/moment.test.ts holds it',
  },
  {
    about: 'suppression keyed without normalising',
    why: 'addresses are normalised on import and once more by the digest: either alone will do',
  },
  {
    about: 'module cache keeps an old approval',
    why: 'no module keeps anything of a burst: runners read the header anew for every decision',
  },
  {
    about: 'erase misses dead letters',
    why: 'a search of bytes, not of histories: tests/commands hold it',
  },
  {
    about: 'a redrive sends again',
    why: 'a redrive puts feedback back into its queue: nothing on the send path hears of it',
  },
  {
    about: 'whoever an answer of SES does not mention counts as accepted',
    why: 'an answer with too few results is none before a channel sees it: tests/environment/ses.test.ts',
  },
  {
    about: 'every claim of another epoch is void',
    why: 'a lane that has begun is left to be settled in two places: both would have to be wrong',
  },
  {
    about: 'a runner that was fenced out goes on writing the header',
    why: 'epoch and revision both refuse it: both would have to be wrong',
  },
];
