import { describe, expect, test } from 'vitest';
import type { Command } from '../../cli/command.ts';
import { commands, groups } from '../../cli/commands.ts';
import { helpOf, overview } from '../../cli/help.ts';

/** Words of the inside that nobody outside has to know (glossary). */
const INSIDE = /\b(?:leg|lane|epoch|ordinal|manifest|audience|CTA|payload|blast|job)s?\b/i;
/** Names of commands and of their own figures, which are what they are. */
const ALLOWED =
  /audience (?:import|show|export)|volley audience|audience\b(?= (?:import|show|export))/g;

const all: [string, Command][] = await Promise.all(
  Object.entries(commands).map(async ([name, load]) => [name, await load()] as [string, Command]),
);

describe.each(all)('volley %s', (name, command) => {
  test('says how it is used, with an example that begins with it', () => {
    expect(command.usage.split(' ')[0]).toBe(name);
    expect(command.about).not.toBe('');
    expect(command.about.length).toBeLessThanOrEqual(90);
    expect(command.examples?.length, 'an example').toBeGreaterThan(0);
    expect(command.examples?.join('\n')).toContain(`volley ${name}`);
  });

  test('says what each of its options means', () => {
    for (const [option, { about, type, value }] of Object.entries(command.options ?? {})) {
      expect(about, `--${option}`).toBeTruthy();
      if (type === 'string') expect(value, `--${option}`).toMatch(/^[A-Z:=-]+$/);
    }
  });

  test('uses outside words in its help', () => {
    const said = helpOf(command).replaceAll(ALLOWED, '');
    if (name !== 'audience') expect(said).not.toMatch(INSIDE);
  });

  test('stands in one group of the help', () => {
    const holding = Object.values(groups).filter((names) => names.includes(name));
    expect(holding).toHaveLength(1);
  });
});

test('the overview names every command once', async () => {
  const text = await overview();
  for (const [name] of all) {
    expect(text.split('\n').filter((line) => line.startsWith(`  ${name} `))).toHaveLength(1);
  }
});
