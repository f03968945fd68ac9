/** Seeded chance: the same seed gives the same bursts on every machine. */

export type Chance = {
  /** uniform in (0, 1) */
  next: () => number;
  /** standard normal */
  normal: () => number;
  /** successes in n trials of probability p; cost O(n p) */
  binomial: (n: number, p: number) => number;
};

/** sfc32 by Chris Doty-Humphrey (PractRand), seeded by four words and twelve idle rounds. */
export function chance(seed: number, stream: number): Chance {
  let a = seed | 0;
  let b = stream | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return ((sum >>> 0) + 0.5) / 4294967296;
  };
  for (let round = 0; round < 12; round += 1) next();
  const normal = () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
  const binomial = (n: number, p: number) => {
    if (p <= 0) return 0;
    const logMiss = Math.log1p(-p);
    let successes = 0;
    for (let at = Math.floor(Math.log(next()) / logMiss); at < n; successes += 1) {
      at += 1 + Math.floor(Math.log(next()) / logMiss);
    }
    return successes;
  };
  return { next, normal, binomial };
}
