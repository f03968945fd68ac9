import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ApiClient } from '../../cli/api-client.ts';
import { importPinpoint } from '../../cli/import-pinpoint.ts';
import { convertTemplate } from '../../cli/import-pinpoint-template.ts';
import { fieldOf, readEndpoints } from '../../cli/pinpoint-endpoint.ts';
import { adminToken, anApi } from '../api/an-api.ts';

const folder = await mkdtemp(join(tmpdir(), 'volley-pinpoint-'));
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const endpoint = (address: string, over: object = {}) => ({
  ChannelType: 'EMAIL',
  Address: address,
  EndpointStatus: 'ACTIVE',
  OptOut: 'NONE',
  EffectiveDate: '2026-05-04T10:11:12.000Z',
  RequestId: 'f5d6c5a8-5f1b-11f0-9d8f-0242ac120002',
  CohortId: '42',
  Location: { Country: 'FR', City: 'Orléans' },
  Demographic: { Timezone: 'Europe/Paris', Platform: 'web' },
  Attributes: { Interests: ['climate', 'schools'] },
  User: { UserId: 'u-1', UserAttributes: { FirstName: ['Ana'], isDonor: ['yes'] } },
  ...over,
});

const lines = [
  endpoint('Ana@Example.org'),
  endpoint('ben@example.org', { OptOut: 'ALL' }),
  endpoint('cara@example.org', { EndpointStatus: 'INACTIVE' }),
  endpoint('+33123456789', { ChannelType: 'SMS' }),
  endpoint('not an address'),
]
  .map((one) => JSON.stringify(one))
  .join('\n');

const csv = `ChannelType,Address,OptOut,Location.Country,User.UserId,User.UserAttributes.FirstName
EMAIL,ana@example.org,NONE,FR,u-1,Ana
EMAIL,ben@example.org,ALL,FR,u-2,Ben
`;

/** The command over an API in memory: its calls, without a network. */
async function over(args: string[]) {
  const api = anApi();
  const said: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  vi.spyOn(ApiClient.prototype, 'call').mockImplementation(async (method, path, body, options) => {
    const answer = await api.call(method, path, {
      token: adminToken,
      ...(body === undefined ? {} : { json: body }),
      ...(options?.text ? { csv: Buffer.from(options.text.body).toString() } : {}),
    });
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  });
  vi.stubEnv('VOLLEY_TOKEN', adminToken);
  onTestFinished(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
  const code = await importPinpoint.run([...args, '--url', 'http://127.0.0.1:1']);
  const ask = async (path: string, json: object = {}) =>
    (await api.call('POST', path, { token: adminToken, json })).body;
  return { code, said: said.join(''), ask };
}

describe('endpoints', () => {
  test.each([
    ['JSON lines', 'supporters.json', lines],
    ['JSON lines in gzip', 'supporters.json.gz', gzipSync(lines)],
  ])(
    'of %s: people into a list, opt-outs suppressed, the rest counted',
    async (_kind, name, content) => {
      const path = await file(name, content);
      const rejects = join(folder, 'rejects.csv');
      const { code, said, ask } = await over(['endpoints', path, '--json', '--rejects', rejects]);
      expect(code).toBe(0);
      expect(JSON.parse(said)).toMatchObject({
        audience: 'supporters',
        counts: { new: 1, rejected: 1, rows: 2 },
        pinpoint: { email: 2, optedOut: 1, inactive: 1, otherChannels: 1 },
      });
      const ana = await ask('/v1/audiences/supporters/explain', { address: 'ana@example.org' });
      expect(ana.contact).toEqual({
        address: 'ana@example.org',
        zone: 'Europe/Paris',
        fields: {
          ...{ country: 'FR', city: 'Orléans', interests: 'climate; schools' },
          ...{ user_id: 'u-1', first_name: 'Ana', is_donor: 'yes' },
        },
      });
      const ben = await ask('/v1/audiences/supporters/explain', { address: 'ben@example.org' });
      expect(ben.contact).toBeUndefined();
      expect(ben.suppressed).toMatchObject({ reason: 'unsubscribed' });
    },
  );

  test('a segment as CSV, again: nothing changes', async () => {
    const path = await file('donors.csv', csv);
    const { said, ask } = await over(['segment', path, '--list', 'people', '--json']);
    expect(JSON.parse(said)).toMatchObject({ counts: { new: 1 }, pinpoint: { optedOut: 1 } });
    expect((await ask('/v1/audiences/people/count')).fields).toEqual({
      ...{ country: 1, user_id: 1, first_name: 1 },
    });
  });

  test('a dry run suppresses nobody and changes nothing', async () => {
    const path = await file('dry.json', lines);
    const { said, ask } = await over(['endpoints', path, '--dry-run']);
    expect(said).toMatch(/2 email endpoints, 1 opted out/);
    expect(said).toMatch(/User.UserAttributes.FirstName +is first_name/);
    const ben = await ask('/v1/audiences/dry/explain', { address: 'ben@example.org' });
    expect(ben.suppressed).toBeUndefined();
    expect((await ask('/v1/audiences/dry/count')).contacts).toBe(0);
  });

  test.each([
    [
      'a line that is no JSON',
      `${JSON.stringify(endpoint('a@b.cd'))}\n{"Address":`,
      /line 2 is no JSON/,
    ],
    ['an array', '[{}]', /one endpoint a line/],
    ['a CSV of something else', 'name,phone\nAna,1\n', /has a column Address/],
    ['nothing', '', /is empty/],
  ])('%s is refused', async (_kind, content, says) => {
    const path = await file('broken.txt', content);
    const read = async () => {
      for await (const _one of readEndpoints(path));
    };
    await expect(read()).rejects.toThrow(says);
  });
});

test.each([
  ['User.UserAttributes.FirstName', 'first_name'],
  ['Attributes.Prénom', 'prenom'],
  ['Demographic.Timezone', 'zone'],
  ['Attributes.email', 'pinpoint_email'],
  ['Attributes.2024 donor', 'donor'],
  ['Attributes.漢', 'pinpoint_value'],
])('%s is the column %s', (path, field) => {
  expect(fieldOf(path)).toBe(field);
});

describe('templates', () => {
  test('the text part becomes the body, defaults become fallbacks', () => {
    const converted = convertTemplate(
      {
        TemplateName: 'Welcome 2026',
        Subject: 'Hello {{User.UserAttributes.FirstName}}',
        TextPart:
          'Dear {{User.UserAttributes.FirstName.[0]}},\n\n{{#if Attributes.vip}}VIP{{/if}}\nfrom {{Location.City}}',
        HtmlPart: '<p>Dear</p>',
        DefaultSubstitutions: '{"User.UserAttributes.FirstName":"there"}',
      },
      'x.json',
    );
    expect(converted).toEqual({
      name: 'welcome-2026',
      subject: 'Hello {first_name|there}',
      body: 'Dear {first_name|there},\n\nVIP\nfrom {city|}\n',
      fields: { 'User.UserAttributes.FirstName': 'first_name', 'Location.City': 'city' },
      leftOut: [
        '{{#if Attributes.vip}}: conditions and loops',
        '{{/if}}: conditions and loops',
        'the look of the HTML part: the body was made of the text part',
        'which link is compared: put {call} once where the offer stands',
      ],
    });
  });

  test('of HTML alone its words, headings, links and emphasis are kept', () => {
    const html = `<html><head><title>x</title><style>p{}</style></head><body style="color:red">
<h1>Tonight</h1><p>Hello <b>{{User.UserAttributes.FirstName}}</b> &amp; friends,<br>come.</p>
<ul><li>one</li><li>two</li></ul><img src="a.png"><a href="https://example.org/a?b=1&amp;c=2">Read <i>more</i></a>
<a href="https://example.org/unsubscribe">Unsubscribe</a><script>alert(1)</script></body></html>`;
    const { body, leftOut } = convertTemplate({ HtmlPart: html }, 'tonight.json');
    expect(body).toBe(
      '# Tonight\n\nHello **{first_name|}** & friends,\ncome.\n\n- one\n- two\n\n[Read more](https://example.org/a?b=1&c=2)\n',
    );
    expect(leftOut).toEqual([
      'colours, tables and layout',
      'pictures',
      'the unsubscribe link: Volley adds one of its own',
      'which link is compared: put {call} once where the offer stands',
    ]);
  });

  test('are written where they were not before', async () => {
    const path = await file(
      'hello.json',
      JSON.stringify({
        EmailTemplateResponse: { TemplateName: 'hello', Subject: 'Hi', TextPart: 'Hi {call}' },
      }),
    );
    const { said } = await over(['template', path, '--out', join(folder, 'campaign')]);
    expect(said).toMatch(/wrote .*hello\.md/);
    await expect(over(['template', path, '--out', join(folder, 'campaign')])).rejects.toThrow(
      /is there already/,
    );
    await expect(over(['template', await file('no.json', '{}')])).rejects.toThrow(
      /is no email template/,
    );
  });
});
