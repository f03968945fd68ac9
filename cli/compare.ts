// A comparison computed again from an export alone: no server, no account, the same bytes.

import { readFileSync } from 'node:fs';
import { ReportBasis } from '#feedback/report-basis.ts';
import { type BurstReport, reportOf } from '#feedback/report-of.ts';
import { comparison } from '#statistics/comparison.ts';
import type { ComparisonInput } from '#statistics/comparison-input.ts';
import { StatisticsRefusal } from '#statistics/refusal.ts';
import { reportJson } from '#statistics/report-json.ts';
import { type Command, CommandFailure, exitCodes, flag, parse, text } from './command.ts';
import { resultsText } from './results-text.ts';
import { lineWidth } from './screen.ts';

const usage = 'compare --input FILE';

export const compare: Command = {
  usage,
  about: 'compute a comparison again from an export, without a server',
  more: `FILE is what GET /v1/bursts/BURST/export or volley results BURST --export wrote. The report is
computed anew and held against the one in the file: other bytes are exit code 1. A file with a plan
and channels alone, {"plan": ..., "channels": [...]}, is compared as it is.`,
  options: {
    input: { type: 'string', value: 'FILE', about: 'the export; - reads standard input' },
  },
  examples: ['volley compare --input export.json', 'volley compare --input export.json --json'],
  run: async (args) => {
    const parsed = parse(args, { input: { type: 'string' } });
    const file = text(parsed, 'input');
    if (file === undefined)
      throw new CommandFailure(`which file? volley ${usage}`, exitCodes.usage);
    const given = readInput(file);
    if ('plan' in given) return compareBare(given);
    const { report, isSame } = recompute(given);
    console.log(
      flag(parsed, 'json') ? JSON.stringify(report) : resultsText(report, lineWidth()).join('\n'),
    );
    if (isSame === undefined) return exitCodes.done;
    if (!isSame) {
      console.error('the report computed here has other bytes than the one in the export');
      return exitCodes.refused;
    }
    if (!flag(parsed, 'json')) console.log('\nThe same bytes as the report in the export.');
    return exitCodes.done;
  },
};

function readInput(file: string): object {
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is no JSON' : 'cannot be read';
    throw new CommandFailure(`${file} ${why}`, exitCodes.refused, 'invalid_export');
  }
  if (typeof given === 'object' && given !== null) return given;
  throw new CommandFailure(`${file} holds no export`, exitCodes.refused, 'invalid_export');
}

function compareBare(given: object): number {
  try {
    console.log(reportJson(comparison(given as ComparisonInput)));
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof StatisticsRefusal)) throw error;
    throw new CommandFailure(error.message, exitCodes.refused, error.code);
  }
}

function recompute(given: object): { report: BurstReport; isSame: boolean | undefined } {
  const { basis = given, report: said } = given as { basis?: unknown; report?: unknown };
  const parsed = ReportBasis.safeParse(basis);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = issue?.path.map(String) ?? [];
    const isCount = path[0] === 'tally' || path[0] === 'sent';
    throw new CommandFailure(
      `the export does not fit: ${path.join('.') || 'the whole'}: ${issue?.message ?? 'unknown'}`,
      exitCodes.refused,
      isCount ? 'invalid_count' : 'invalid_export',
    );
  }
  const report = reportOf(parsed.data);
  const isSame = said === undefined ? undefined : JSON.stringify(said) === JSON.stringify(report);
  return { report, isSame };
}
