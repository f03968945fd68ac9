// How the simulated readers behave: the truth that the report of the example is to find again.

/** What one wording does to those who read it. */
export interface CallRate {
  /** As it stands in the email or the announcement. */
  readonly say: string;
  /** Share of the readers who follow its link. */
  readonly click: number;
  /** Share of those who then reach the goal. */
  readonly convert: number;
}

export interface Behaviour {
  readonly rates: readonly CallRate[];
  /** For a wording that has no line of its own. */
  readonly otherwise: { readonly click: number; readonly convert: number };
  /** Mail domains whose gateway fetches every link before a person sees the message. */
  readonly scannedDomains: readonly string[];
  readonly unsubscribeShare: number;
  /** Readers of the announcement, and robots that look at its link for a preview. */
  readonly timelineReaders: number;
  readonly previewRobots: number;
  readonly favouriteShare: number;
  /** Median time from delivery to click, before `pace`. */
  readonly clickMedianMs: number;
  readonly clickSigma: number;
  readonly convertMedianMs: number;
}

export const exampleBehaviour: Behaviour = {
  rates: [
    { say: 'Chip in for the recount fund', click: 0.22, convert: 0.5 },
    { say: 'Watch the count with us', click: 0.29, convert: 0.08 },
    { say: 'Help check the ballots', click: 0.12, convert: 0.26 },
  ],
  otherwise: { click: 0.1, convert: 0.1 },
  scannedDomains: ['office.example.org'],
  unsubscribeShare: 0.004,
  timelineReaders: 260,
  previewRobots: 40,
  favouriteShare: 0.25,
  clickMedianMs: 11_000,
  clickSigma: 0.7,
  convertMedianMs: 3_000,
};
