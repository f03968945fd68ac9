import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkEmail } from '#channels/email-check.ts';
import { compileTemplate } from '#channels/email-template.ts';
import { compileEmail } from '#domain/compile-email.ts';
import { Refusal } from '#domain/faults.ts';
import { emailLeg } from '../channels/email-leg.ts';

const body = `# Hello {first_name|there}

The planner that says **no**, at [Example](https://example.com/atlas?a=1&b=2).

{call}

- one
- two & three
- [x] done

> Quoted <b>words</b>

Yours,
Nora
`;

const compiled = compileEmail({ subject: 'Atlas 2 is here, {first_name|there}', body });

function refusalOf(more: { subject?: string; body?: string }, calls = [{ name: 'trial' }]) {
  try {
    compileEmail({ subject: 'Hi', body, ...more, calls });
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, line: error.details.line };
    throw error;
  }
  return undefined;
}

test('the parts are what the email channel takes', () => {
  expect(checkEmail({ ...emailLeg, ...compiled })).toEqual([]);
  expect(() =>
    compileTemplate({ ...emailLeg, ...compiled }, 'https://go.example.com'),
  ).not.toThrow();
  expect(compiled.slots).toEqual({ first_name: 'there' });
  expect(compiled.subject).toBe('Atlas 2 is here, {{first_name}}');
});

test('the text part reads like a letter', () => {
  expect(compiled.text).toBe(`Hello {{first_name}}
==================

The planner that says no, at Example (https://example.com/atlas?a=1&b=2).

{{call_say}}:
{{call_link}}

- one
- two & three
- [x] done

> Quoted <b>words</b>

Yours,
Nora

-- 
Unsubscribe: {{unsubscribe_link}}
`);
});

test('the HTML part escapes what is no markup of ours', () => {
  expect(compiled.html).toContain('Quoted &#60;b&#62;words&#60;/b&#62;');
  expect(compiled.html).toContain('href="https://example.com/atlas?a=1&#38;b=2"');
  expect(compiled.html).toContain('<li style="margin:0 0 6px">two &#38; three</li>');
  expect(compiled.html.match(/\{\{call_link\}\}/g)).toHaveLength(1);
  expect(compiled.html).toMatch(/bgcolor[\s\S]*\{\{call_link\}\}[\s\S]*\{\{call_say\}\}/);
  expect(compiled.html).toMatch(/href="\{\{bait_link\}\}" aria-hidden="true" tabindex="-1"/);
  expect(compiled.html).toContain('prefers-color-scheme: dark');
});

test('a call inside a sentence is a link', () => {
  const { html, text } = compileEmail({ subject: 'Hi', body: 'Please {call} today.' });
  expect(html).toContain('>{{call_say}}</a> today.');
  expect(html).not.toContain('bgcolor');
  expect(text).toContain('Please {{call_say}} ({{call_link}}) today.');
});

test('braces that are to be seen are written with a backslash', () => {
  const { html, text, slots } = compileEmail({
    subject: 'Hi',
    body: 'A \\{set\\} and `{x}`. {call}',
  });
  expect(text).toContain('A {set} and {x}.');
  expect(html).toContain('A &#123;set&#125; and ');
  expect(slots).toEqual({});
});

test.each([
  ['an emphasis', '*{first_name|you}* {call}', '{{first_name}}'],
  ['a heading', '## {first_name|you}\n\n{call}', '{{first_name}}'],
  ['a table', '| a |\n|---|\n| {first_name\\|you} |\n\n{call}', '{{first_name}}'],
  ['a list', '- {first_name|you}\n- [ ] {call}', '{{first_name}}'],
  ['a quotation', '> {first_name|you}\n\n{call}', '{{first_name}}'],
  ['the words of a link', '[{first_name|you}](https://example.com)\n\n{call}', '{{first_name}}'],
])('a placeholder works in %s', (_name, source, slot) => {
  const { html, text, slots } = compileEmail({ subject: 'Hi', body: source });
  expect(slots).toEqual({ first_name: 'you' });
  expect(html).toContain(slot);
  expect(text).toContain(slot);
});

describe('refused, with its line', () => {
  test.each<[string, { subject?: string; body?: string }, string, number | undefined]>([
    ['no call', { body: 'Hello' }, 'call_slot', undefined],
    ['two calls', { body: '{call}\n\n{call}' }, 'call_slot', undefined],
    ['a call with a fallback', { body: 'a\n{call|x}' }, 'call_slot', 2],
    ['a call in the subject', { subject: '{call}' }, 'call_slot', undefined],
    ['a call by its name', { body: 'a\n\n{trial}\n\n{call}' }, 'placeholder_reserved', 3],
    ['a slot of ours', { body: '{call} {bait_link}' }, 'placeholder_reserved', 1],
    ['a mistyped placeholder', { body: '{call}\n\nDear {First Name}' }, 'placeholder_malformed', 3],
    ['an open brace', { body: '{call}\nDear {first_name|there' }, 'placeholder_malformed', 2],
    ['a closing brace', { body: '{call} }' }, 'placeholder_malformed', 1],
    ['a template', { body: '{call} {{first_name}}' }, 'placeholder_malformed', 1],
    ['a template in code', { body: '{call}\n\n`{{first_name}}`' }, 'placeholder_malformed', 3],
    [
      'a brace against a placeholder',
      { body: '{call} \\{{first_name}' },
      'placeholder_malformed',
      1,
    ],
    ['a template in the subject', { subject: 'Hi {{x}}' }, 'placeholder_malformed', undefined],
    ['an open brace in the subject', { subject: 'Hi {x' }, 'placeholder_malformed', undefined],
    ['two fallbacks', { body: '{call} {a|x}\n{a|y}' }, 'fallback_conflict', 2],
    ['a long fallback', { body: `{call} {a|${'x'.repeat(201)}}` }, 'fallback_too_long', 1],
    ['a script link', { body: '{call}\n[x](javascript:alert(1))' }, 'link_refused', 2],
    ['a data link', { body: '{call} [x](data:text/html,x)' }, 'link_refused', 1],
    ['a relative link', { body: '{call} [x](/a)' }, 'link_refused', 1],
    ['a placeholder in a link', { body: '{call} [x](https://example.com/{a})' }, 'link_refused', 1],
    ['an image over http', { body: '{call} ![x](http://example.com/a.png)' }, 'link_refused', 1],
    [
      'a placeholder in an image',
      { body: '{call} ![{a}](https://example.com/a.png)' },
      'link_refused',
      1,
    ],
    ['a control character', { body: '{call}\na\u0000b' }, 'control_character', 2],
    ['a very long body', { body: `{call}${'x'.repeat(50_000)}` }, 'body_too_long', undefined],
  ])('%s', (_name, more, code, line) => {
    expect(refusalOf(more)).toEqual({ code, line });
  });
});

test('any text is compiled or refused; what is compiled has flat, known slots and no script', () => {
  const part = fc.constantFrom(
    '{call}',
    '{a|b}',
    '{',
    '}',
    '\\',
    '`',
    '[x](',
    'https://e.com',
    ')',
    '<script>',
    '"',
    '\n',
    '\n\n',
    '> ',
    '- ',
    '|',
    '*',
    '![',
    'javascript:',
    '&',
    '#',
    '    ',
    '{{',
    'word',
    '\u0085',
  );
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 25 }).map((parts) => parts.join('')),
      (source) => {
        let out: ReturnType<typeof compileEmail>;
        try {
          out = compileEmail({ subject: 'Hi', body: source });
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
          return;
        }
        expect(
          checkEmail({ ...emailLeg, ...out }).filter((one) => one.severity === 'error'),
        ).toEqual([]);
        expect(out.html).not.toMatch(/<script|href="(?!https?:|mailto:|\{\{)/i);
      },
    ),
    { numRuns: 3_000 },
  );
});

test.each([
  ['quotation marks', '> '.repeat(15_000)],
  ['brackets', '['.repeat(45_000)],
  ['stars', '*a '.repeat(15_000)],
  ['underscores', '_'.repeat(45_000)],
  ['backticks', '`a'.repeat(22_000)],
  ['lists', '- '.repeat(20_000)],
  ['links', '[a]('.repeat(11_000)],
  ['images', '![a'.repeat(15_000)],
  ['tables', '|'.repeat(45_000)],
  ['braces', '\\{'.repeat(22_000)],
  ['tags', '<a '.repeat(15_000)],
  ['angle brackets', '<'.repeat(45_000)],
  ['tildes', '~'.repeat(45_000)],
])('%s without end are answered soon', (_name, source) => {
  const started = process.cpuUsage();
  try {
    compileEmail({ subject: 'Hi', body: `${source}\n\n{call}` });
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
  }
  expect(process.cpuUsage(started).user / 1_000).toBeLessThan(1_000);
});
