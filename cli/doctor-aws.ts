// `volley doctor --aws`: what stands between this account and the first burst, from the settings
// that `npm run deploy` reads.

import { contextOfFile, settingsOrRefusal } from '#infra/aws/context.ts';
import { exampleProblems } from '#infra/aws/deploy-checks.ts';
import { type ExamineOptions, examine } from '#infra/aws/doctor/examine.ts';
import type { Finding } from '#infra/aws/doctor/finding.ts';
import { CommandFailure } from './command.ts';

export interface ExaminedAccount {
  readonly findings: readonly Finding[];
  /** For a person. */
  readonly lines: readonly string[];
  /** Nothing is wrong; what should be known or could not be seen may be left. */
  readonly isReady: boolean;
}

/**
 * Reads only. Throws CommandFailure where the settings are refused or nobody's credentials are
 * found.
 * @param stage `dev` or `prod`, a block of cdk.json
 * @param context instead of cdk.json
 */
export async function doctorAws(
  stage: string,
  { context = contextOfFile([]), ...options }: DoctorOptions,
): Promise<ExaminedAccount> {
  try {
    const settings = settingsOrRefusal({ ...context, stage });
    const unfilled = exampleProblems(settings);
    if (unfilled.length > 0) throw new Error(unfilled.join('\n'));
    const findings = await examine(settings, options);
    const isReady = findings.every(({ verdict }) => verdict !== 'wrong');
    return { findings, lines: linesOf(findings), isReady };
  } catch (error) {
    throw failureOf(error);
  }
}

interface DoctorOptions extends ExamineOptions {
  readonly context?: { readonly [name: string]: unknown };
}

const MARKS = { right: 'ok  ', wrong: 'FIX ', look: 'note', unseen: '?   ' } as const;

/** What is wrong comes first, in the order in which it is best mended. */
function linesOf(findings: readonly Finding[]): string[] {
  const wrong = findings.filter(({ verdict }) => verdict === 'wrong').length;
  return [
    ...findings.flatMap(({ check, verdict, says, next, wait }) => [
      `${MARKS[verdict]} ${check.padEnd(12)} ${says}`,
      ...(next === undefined ? [] : [`${' '.repeat(18)}next: ${next}`]),
      ...(wait === undefined ? [] : [`${' '.repeat(18)}takes: ${wait}`]),
    ]),
    wrong === 0
      ? 'nothing stands against sending'
      : `${wrong} ${wrong === 1 ? 'thing stands' : 'things stand'} against sending`,
  ];
}

function failureOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'CredentialsProviderError') {
    const how = 'sign in (aws sso login) and set AWS_PROFILE';
    return new CommandFailure(`no credentials were found: ${how}`);
  }
  return new CommandFailure(error.message.replace(/^Nothing was created:\n/, ''));
}
