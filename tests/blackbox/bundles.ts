// The functions as they would be uploaded, built apart: in time-lapse, or with a planted bug.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { bundling } from '#infra/definition.ts';

/** One exact text of one source file and what stands there instead. */
export interface Edit {
  /** From the top of the checkout. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export type BundleName = 'run' | 'record' | 'api' | 'naive';
export type Bundles = { readonly [name in BundleName]: string };

const checkout = join(import.meta.dirname, '..', '..');
const LIMITS = 'functions/domain/limits.ts';

/** Durations of `limits.ts` that grow and shrink together, so that their relations stay. */
const LAPSED: { readonly [name: string]: string } = {
  leaseFarMs: '60_000',
  leaseNearMs: '15_000',
  heartbeatFarMs: '20_000',
  heartbeatNearMs: '5_000',
  leaseSendingMs: '30_000',
  heartbeatSendingMs: '10_000',
  leaseMarginMs: '1_000',
  standbyLookMs: '5_000',
  rateShareMs: '60_000',
  prepareAgainMs: '10_000',
  providerTimeoutMs: '10_000',
  clockSkewMs: '10_000',
  changeLogOverlapMs: '60_000',
  changeLogTimelyMs: '30_000',
};

/** Waits between a late look and the next: shorter still, or they would outlast every run. */
const WAITS: { readonly [name: string]: string } = {
  lateEffectMs: '60_000',
  lookAgainMs: '60_000',
};

/**
 * The edits that make time pass faster: leases, timeouts and grace become `lapse` times shorter.
 * The code that uses them is the code that ships. 1 leaves everything as shipped.
 */
export function timeLapse(lapse: number): Edit[] {
  if (lapse === 1) return [];
  const shorter = (by: number) => (entry: [string, string]) => {
    const [name, text] = entry;
    const ms = Math.round(Number(text.replaceAll('_', '')) / by);
    return { file: LIMITS, from: `  ${name}: ${text},`, to: `  ${name}: ${ms},` };
  };
  const waitMs = 60_000 / (2 * lapse);
  return [
    ...Object.entries(LAPSED).map(shorter(lapse)),
    ...Object.entries(WAITS).map(shorter(2 * lapse)),
    // Longer than any late effect and two looks after it, as it ships.
    { file: LIMITS, from: '  graceMs: 30 * 60_000,', to: `  graceMs: ${Math.round(3 * waitMs)},` },
    { file: LIMITS, from: 'limits.graceMs > 15 * 60_000', to: 'limits.graceMs > 0' },
    {
      file: 'functions/channels/mastodon-software.ts',
      from: 'const VISIBILITY_MS = 30_000;',
      to: `const VISIBILITY_MS = ${Math.round(30_000 / lapse)};`,
    },
  ];
}

/** Throws when a text to be replaced is not there exactly once: an edit must never fail silently. */
export async function buildBundles(folder: string, edits: readonly Edit[]): Promise<Bundles> {
  mkdirSync(folder, { recursive: true });
  const done = new Set<Edit>();
  const built = await build({
    entryPoints: {
      run: join(checkout, 'functions/run.ts'),
      record: join(checkout, 'functions/record.ts'),
      api: join(checkout, 'functions/api.ts'),
      naive: join(checkout, 'tests/blackbox/naive-run.ts'),
    },
    absWorkingDir: checkout,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    write: false,
    platform: 'node',
    format: bundling.format,
    target: bundling.target,
    minify: bundling.minify,
    mainFields: [...bundling.mainFields],
    banner: { js: bundling.banner },
    logLevel: 'silent',
    plugins: [editing(edits, done)],
  });
  const missed = edits.filter((edit) => !done.has(edit));
  if (missed.length > 0) throw new Error(`never applied: ${missed.map((one) => one.from)}`);
  for (const { path, contents } of built.outputFiles) writeFileSync(path, contents);
  const path = (name: BundleName) => join(folder, `${name}.mjs`);
  return { run: path('run'), record: path('record'), api: path('api'), naive: path('naive') };
}

function editing(edits: readonly Edit[], done: Set<Edit>): Plugin {
  const files = new Set(edits.map(({ file }) => join(checkout, file)));
  return {
    name: 'edit',
    setup(builder) {
      builder.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!files.has(path)) return undefined;
        let text = readFileSync(path, 'utf8');
        for (const edit of edits) {
          if (join(checkout, edit.file) !== path) continue;
          const parts = text.split(edit.from);
          if (parts.length !== 2) {
            throw new Error(
              `${edit.file} holds "${edit.from}" ${parts.length - 1} times, not once`,
            );
          }
          text = parts.join(edit.to);
          done.add(edit);
        }
        return { contents: text, loader: 'ts' };
      });
    },
  };
}
