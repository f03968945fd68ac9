/** Sixteen-point Gauss-Legendre quadrature on [-1, 1], with running integrals at its nodes. */

export const nodesPerPanel = 16;

type Rule = {
  nodes: readonly number[];
  weights: readonly number[];
  /** partials[k][l]: integral from -1 to node k of the l-th Lagrange polynomial of the nodes */
  partials: readonly (readonly number[])[];
  /** barycentric weights of the nodes, for interpolation */
  barycentric: readonly number[];
};

/**
 * The rule, computed once when first read (well under a millisecond): nodes by Newton on the
 * Legendre polynomial, partial integrals from integral P_n = (P_{n+1} - P_{n-1})/(2n + 1).
 * Exact for polynomials of degree 31, partials for degree 15.
 * Source: Abramowitz and Stegun 25.4.29.
 */
export const gaussLegendre: Rule = build();

/** P_0 .. P_16 at x. */
function legendre(x: number): number[] {
  const values = [1, x];
  for (let n = 1; n < nodesPerPanel; n += 1) {
    const next = ((2 * n + 1) * x * (values[n] ?? 0) - n * (values[n - 1] ?? 0)) / (n + 1);
    values.push(next);
  }
  return values;
}

function slopeAt(x: number, values: readonly number[]): number {
  const n = nodesPerPanel;
  return (n * (x * (values[n] ?? 0) - (values[n - 1] ?? 0))) / (x * x - 1);
}

function nodeAt(index: number): number {
  let x = -Math.cos((Math.PI * (index + 0.75)) / (nodesPerPanel + 0.5));
  for (let step = 0; step < 20; step += 1) {
    const values = legendre(x);
    x -= (values[nodesPerPanel] ?? 0) / slopeAt(x, values);
  }
  return x;
}

function build(): Rule {
  const nodes = Array.from({ length: nodesPerPanel }, (_, index) => nodeAt(index));
  const tables = nodes.map(legendre);
  const weights = nodes.map((x, k) => 2 / ((1 - x * x) * slopeAt(x, tables[k] ?? []) ** 2));
  const partials = nodes.map((x, k) =>
    nodes.map((_, l) => (weights[l] ?? 0) * 0.5 * partial(x, tables[k] ?? [], tables[l] ?? [])),
  );
  const barycentric = nodes.map(
    (x, k) => (k % 2 === 0 ? 1 : -1) * Math.sqrt((1 - x * x) * (weights[k] ?? 0)),
  );
  return { nodes, weights, partials, barycentric };
}

function partial(x: number, atUpper: readonly number[], atNode: readonly number[]): number {
  let sum = x + 1;
  for (let n = 1; n < nodesPerPanel; n += 1) {
    sum += (atNode[n] ?? 0) * ((atUpper[n + 1] ?? 0) - (atUpper[n - 1] ?? 0));
  }
  return sum;
}
