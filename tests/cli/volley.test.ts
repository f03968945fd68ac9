// The command line as a process: exit codes, what is asked, what is coloured, what completion offers.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anOperator, type Operator } from '../journeys/operator.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';

let folder: ReturnType<typeof temporaryFolder>;
let operator: Operator;
const volley = (...args: string[]) => operator.volley(args);

beforeAll(async () => {
  folder = temporaryFolder();
  operator = await anOperator(join(folder.path, 'data'), folder.path);
  writeFileSync(join(folder.path, 'autumn.csv'), 'email\nana@example.org\n');
  await volley('init', 'spring');
  await volley('audience', 'import', 'spring/people.csv');
}, 90_000);

afterAll(async () => {
  await operator.stop();
  folder.remove();
});

describe('exit codes', () => {
  test('0: done', async () => {
    expect((await volley('doctor')).code).toBe(0);
  });

  test('1: refused, with the thing, the limit and the next step', async () => {
    const said = await volley('status', 'nothing');
    expect(said.code).toBe(1);
    expect(said.stderr).toBe(
      'there is no burst nothing [burst_unknown]\n  volley list names them all\n',
    );
  });

  test('1: a file that was sent, with the command that sends it as another burst', async () => {
    writeFileSync(join(folder.path, 'twice.yaml'), campaign('twice'));
    await plan('twice.yaml');
    expect((await volley('cancel', 'twice', '--yes')).code).toBe(0);
    const said = await volley('send', 'twice.yaml', '--in', '1h', '--yes');
    expect([said.code, said.stdout, said.stderr]).toEqual([
      1,
      '',
      'twice is cancelled\n  to send the file as another burst: volley send twice.yaml --burst twice-2\n',
    ]);
  });

  test('1: what holds no people is not taken for a list, and a list that is none makes no file', async () => {
    writeFileSync(join(folder.path, 'headless.csv'), 'ana@example.org,Ana\nben@example.org,Ben\n');
    for (const [args, message] of [
      [['import', 'headless.csv'], 'headless.csv begins with ana@example.org, a person: '],
      [['import', 'spring'], 'spring is a folder: name a CSV'],
      [['export', 'peple'], 'there is nobody in peple: '],
    ] as const) {
      const said = await volley('audience', ...args);
      expect([said.code, said.stdout, said.stderr]).toEqual([
        1,
        '',
        expect.stringContaining(message),
      ]);
    }
  });

  test('lists are shown with how many they hold, and leave as JSON, a person a line', async () => {
    const lists = await volley('audience', 'show');
    expect(lists.stdout).toMatch(/^people {2,}3 people$/m);
    const shown = await volley('audience', 'show', '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({ lists: ['people'], contacts: { people: 3 } });
    const { stdout } = await volley('audience', 'export', 'people', '--json');
    const people = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(people).toHaveLength(3);
    expect(people[0]).toMatchObject({ address: expect.stringContaining('@'), fields: {} });
    const file = join(folder.path, 'people.jsonl');
    const written = await volley('audience', 'export', 'people', '--json', '--out', file);
    expect([written.stdout, written.stderr]).toEqual([
      '',
      expect.stringContaining('wrote 3 people to '),
    ]);
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(3);
  });

  test.each([
    [['stop'], 'which burst? volley stop BURST'],
    [['stop', 'a', '--nothing'], 'volley stop --help shows how it is used'],
    [['stpo'], 'Did you mean stop?'],
    [['send', 'nothing.yaml'], 'there is no file nothing.yaml'],
    [['schedule', 'a', '--at', '25:00'], '25:00'],
    [['init', 'autumn', '--list', 'peple.csv'], 'there is no file peple.csv'],
    [
      [
        ...['audience', 'import', 'spring/people.csv'],
        ...['--consent-source', 'Form', '--consent-at', 'yesterday'],
      ],
      '--consent-at yesterday: write a day such as 2026-09-01',
    ],
    [['init', 'autumn', '--to', 'htp:/example'], '--to htp:/example: '],
    [['calendar', 'March'], 'write 2027-03'],
  ])('2: wrong use of %j', async (args, message) => {
    if (args[0] === 'schedule') {
      writeFileSync(join(folder.path, 'other.yaml'), campaign('a'));
      await plan('other.yaml');
    }
    const said = await volley(...args);
    expect([said.code, said.stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(existsSync(join(folder.path, 'autumn'))).toBe(false);
  });

  test('3: nothing answers', async () => {
    const url = await addressOfNobody();
    const said = await volley('list', '--url', url, '--json');
    // Another API than the local one never gets the local token.
    expect(said.code).toBe(2);
    const other = await operator.volley(['list', '--json'], {
      env: { VOLLEY_URL: url, VOLLEY_TOKEN: 'x'.repeat(30) },
    });
    expect([other.code, other.json.error.code]).toEqual([3, 'unreachable']);
  });

  test('4: not confirmed, because nobody is there to ask', async () => {
    const said = await volley('send', 'spring/campaign.yaml', '--in', '1h');
    expect(said.code).toBe(4);
    expect(said.stderr).toContain('spring: 3 people by email at');
    expect(said.stderr).toContain('say it with --yes');
    expect((await volley('status', 'spring')).code).toBe(1);
  });
});

describe('--dry-run', () => {
  test('of send stops after the check', async () => {
    const said = await volley('send', 'spring/campaign.yaml', '--in', '1h', '--dry-run');
    expect([said.code, said.stdout]).toEqual([0, expect.stringContaining('3 get it')]);
    expect((await volley('status', 'spring')).code).toBe(1);
  });

  test('of orders says what would happen and changes nothing', async () => {
    await plan('spring/campaign.yaml');
    const would = await volley('schedule', 'spring', '--in', '1h', '--dry-run');
    expect(would.stdout).toMatch(/^spring would be scheduled for /);
    expect((await volley('cancel', 'spring', '--dry-run')).stdout).toBe(
      'spring would be cancelled\n',
    );
    expect((await volley('status', 'spring', '--json')).json.state).toBe('draft');
    expect((await volley('results', 'spring')).stdout).toBe(
      'nothing of spring has been sent: it is a draft\n',
    );
    const early = await volley('stop', 'spring', '--dry-run');
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining('cannot stop')]);
  });

  test('of init writes no file', async () => {
    const said = await volley('init', 'summer', '--dry-run');
    expect([said.code, said.stdout]).toEqual([0, expect.stringContaining('would write summer/')]);
    expect(existsSync(join(folder.path, 'summer'))).toBe(false);
  });
});

test('init overwrites nothing', async () => {
  const before = readFileSync(join(folder.path, 'spring', 'campaign.yaml'), 'utf8');
  const again = await volley('init', 'spring', '--say', 'Other');
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('is there already')]);
  expect(readFileSync(join(folder.path, 'spring', 'campaign.yaml'), 'utf8')).toBe(before);
});

test('the same key gives the same answer, and is carried out once', async () => {
  await plan('spring/campaign.yaml');
  const order = ['schedule', 'spring', '--at', '2027-03-04 10:00 UTC', '--yes', '--json'];
  const first = await volley(...order, '--key', 'once');
  const second = await volley(...order, '--key', 'once');
  expect(second.stdout).toBe(first.stdout);
  const other = await volley('cancel', 'spring', '--yes', '--json', '--key', 'once');
  expect([other.code, other.json.error.code]).toEqual([1, 'key_reused']);
});

test('an empty list is named with the command that brings it in', async () => {
  await volley('init', 'autumn', '--list', 'autumn.csv', '--text', 'spring/body.md');
  const said = await volley('check', 'autumn/campaign.yaml');
  expect([said.code, said.stderr]).toEqual([
    1,
    expect.stringContaining('volley audience import autumn/autumn.csv'),
  ]);
});

test('a problem in the file is named with its line', async () => {
  const text = campaign('broken').replace('calls: main', 'calls: nothing');
  writeFileSync(join(folder.path, 'broken.yaml'), text);
  const said = await volley('check', 'broken.yaml');
  expect([said.code, said.stderr]).toEqual([
    1,
    expect.stringMatching(/broken\.yaml:\d+: .*nothing/),
  ]);
});

test('colours stay out of pipes, and of terminals with NO_COLOR', async () => {
  const plain = await operator.volley(['status', 'spring'], { env: { NO_COLOR: '' } });
  expect(plain.stdout).not.toContain('\u001b');
});

describe('completion', () => {
  test('bash completes commands, words and options from the list of commands', async () => {
    const { stdout: script } = await volley('completion', 'bash');
    const complete = (...words: string[]) => {
      const line = words.map((word) => JSON.stringify(word)).join(' ');
      const ask = `COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _volley; echo "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync('bash', ['-c', `${script}\n${ask}`], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      return stdout.trim().split(/\s+/);
    };
    expect(complete('volley', 'st').sort()).toEqual(['standby', 'status', 'stop']);
    expect(complete('volley', 'signal', 'cr')).toContain('create');
    expect(complete('volley', 'stop', '--re')).toEqual(['--reason']);
    expect(complete('volley', 'send', '--dry')).toEqual(['--dry-run']);
  });

  test('zsh gets every command with what it is for', async () => {
    const { stdout } = await volley('completion', 'zsh');
    expect(stdout).toContain("'stop:stop sending at once, and say what went out'");
    expect(stdout).toContain('compdef _volley volley');
  });
});

/** A port that was free a moment ago. */
async function addressOfNobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const campaign = (name: string) => `campaign: ${name}
calls:
  main: { say: See it, to: "https://example.com/" }
burst:
  legs:
    email:
      channel: email
      to: people
      calls: main
      from: Nora <nora@example.com>
      subject: News
      body: spring/body.md
`;

/** As `send` does before it schedules, without giving it a moment. */
async function plan(file: string): Promise<void> {
  const { readCampaignFolder } = await import('../../cli/campaign-folder.ts');
  const answer = await fetch(`${operator.urls.api}/v1/bursts`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${operator.token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(readCampaignFolder(join(folder.path, file), undefined)),
  });
  expect(answer.status, await answer.text()).toBe(200);
}
