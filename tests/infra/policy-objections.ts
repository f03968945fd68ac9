// What no policy of the stack may allow, and who may call a function without saying who they are.

import { ofType, type Template } from './template.ts';

export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Principal?: unknown;
  readonly Resource?: unknown;
}

export function allStatements(value: unknown, inKeyPolicy = false): Statement[] {
  if (Array.isArray(value)) return value.flatMap((one) => allStatements(one, inKeyPolicy));
  if (typeof value !== 'object' || value === null) return [];
  if ('Effect' in value && 'Action' in value) return inKeyPolicy ? [] : [value as Statement];
  return Object.entries(value).flatMap(([name, one]) => allStatements(one, name === 'KeyPolicy'));
}

/** Reading the send quota knows no resource; nothing else is like it. */
const ON_ALL = new Set(['ses:GetAccount']);

export function policyObjections({ Effect, Action, Principal, Resource }: Statement): string[] {
  if (Effect !== 'Allow') return [];
  const found: string[] = [];
  for (const action of [Action].flat()) {
    if (!/^[a-z]+:[A-Z][A-Za-z0-9]+$/.test(action)) found.push(`action ${action}`);
    else if ([Resource].flat().includes('*') && !ON_ALL.has(action)) found.push(`${action} on all`);
  }
  const principals = JSON.stringify(Principal ?? '');
  if (principals === '"*"' || principals.includes('"AWS":"*"')) found.push('everybody');
  return found;
}

/** The public functions stand behind an HTTP API, which limits their rate; no function has a URL. */
export function urlObjections(template: Template): string[] {
  return ofType(template, 'AWS::Lambda::Url').map(([id]) => `${id} is a way past the HTTP API`);
}
