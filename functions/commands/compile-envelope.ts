// What a team may do without asking again: approved beforehand, down to who and when.

import { ENVELOPE_NAME_PATTERN } from '#domain/campaign-file.ts';
import type { LegPlan, Plan } from '#domain/plan.ts';
import type { Compilation } from './compile-plan.ts';

/** One free text, and what stands there until somebody says it. */
export interface Fill {
  readonly name: string;
  readonly value: string;
}

/** The text that takes the place of `{name}`; undefined without an envelope that has a field. */
export function fillOf(compilation: Compilation): Fill | undefined {
  const { envelope, fill } = compilation.source.file.burst;
  const field = envelope?.field;
  if (!field) {
    if (fill !== undefined) {
      compilation.problem(['burst', 'fill'], 'there is no envelope with a field to fill');
    }
    return undefined;
  }
  const path = ['burst', 'envelope', 'field'];
  if (field.name === 'call') {
    compilation.problem([...path, 'name'], '{call} stands for the call already');
  }
  if (!ENVELOPE_NAME_PATTERN.test(field.name)) {
    compilation.problem([...path, 'name'], 'a field is named in a-z, 0-9 and _');
  }
  const value = compilation.options.isUnfilled ? undefined : fill;
  for (const [at, text] of [
    [[...path, 'or'], field.or],
    [['burst', 'fill'], value ?? ''],
  ] as const) {
    if (/[{}]/.test(text)) compilation.problem(at, 'a brace cannot stand in the free text');
    if (text.length <= field.max) continue;
    const message = `"${text.slice(0, 40)}" is too long for {${field.name}}`;
    compilation.problem(at, message, `at most ${field.max} characters`);
  }
  return { name: field.name, value: value ?? field.or };
}

/** The envelope as it is approved; every leg's channel has to lie inside it. */
export function envelopeOf(
  compilation: Compilation,
  legs: readonly LegPlan[],
): Pick<Plan, 'envelope'> {
  const { envelope } = compilation.source.file.burst;
  if (!envelope) return {};
  const { recipients, channels, hours, who } = envelope;
  for (const leg of legs) {
    if (channels === undefined || channels.includes(leg.channel)) continue;
    const message = `${leg.name} goes out by ${leg.channel}, which the envelope does not hold`;
    compilation.problem(['burst', 'envelope', 'channels'], message, channels.join(', '));
  }
  const [from = '', to = ''] = hours?.split('-') ?? [];
  if (hours !== undefined && from === to) {
    compilation.problem(['burst', 'envelope', 'hours'], 'hours that end as they begin are none');
  }
  return {
    envelope: {
      recipients,
      ...(channels === undefined ? {} : { channels }),
      ...(hours === undefined ? {} : { hours: { from, to } }),
      ...(who === undefined ? {} : { who }),
    },
  };
}

/** The text with the field filled in: as it stands, or so that Markdown sees nothing but words. */
export function filled(text: string, fill: Fill | undefined, kind: 'plain' | 'markdown'): string {
  if (!fill) return text;
  const value =
    kind === 'plain' ? fill.value : fill.value.replace(/[!-/:-@[-`{-~]/g, (mark) => `\\${mark}`);
  return text.split(`{${fill.name}}`).join(value);
}
