// A process of its own that answers like SES and like a Mastodon server, and stamps every arrival.

import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

const stamps: { kind: 'email' | 'post'; burst: string; at: number }[] = [];
const now = () => performance.timeOrigin + performance.now();

const server = createServer((request, response) => {
  const at = now();
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    const answer = answerTo(request.method ?? '', request.url ?? '', body, at);
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { error: 'not found' }));
  });
});

function answerTo(method: string, url: string, body: string, at: number): unknown {
  if (url === '/stamps') return stamps.splice(0);
  if (url === '/v2/email/outbound-bulk-emails') {
    stamps.push({
      kind: 'email',
      burst: /"Name":"burst","Value":"([^"]+)"/.exec(body)?.[1] ?? '',
      at,
    });
    const entries = (body.match(/"Destination"/g) ?? []).length;
    const result = Array.from({ length: entries }, (_, n) => ({
      Status: 'SUCCESS',
      MessageId: `m${n}`,
    }));
    return { BulkEmailEntryResults: result };
  }
  if (url === '/v2/email/account') {
    return {
      SendQuota: { Max24HourSend: 1e8, MaxSendRate: 1_000, SentLast24Hours: 0 },
      SendingEnabled: true,
      ProductionAccessEnabled: true,
    };
  }
  if (url === '/api/v2/instance') return { title: 'Stub', version: '4.4.0', domain: 'localhost' };
  if (url === '/api/v1/accounts/verify_credentials')
    return { id: '1', username: 'ana', followers_count: 7 };
  if (method === 'POST' && url === '/api/v1/statuses') {
    stamps.push({
      kind: 'post',
      burst: /\/c\/[a-z0-9]+\.([a-z0-9-]+)\./.exec(body)?.[1] ?? '',
      at,
    });
    return { id: String(stamps.length), url: null, created_at: new Date().toISOString() };
  }
  return undefined;
}

async function listen(one: Server): Promise<number> {
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  return (one.address() as AddressInfo).port;
}

const dynamo = process.argv.includes('--dynamodb')
  ? (createRequire(import.meta.url)('dynalite') as (options: object) => Server)({
      createTableMs: 0,
    })
  : undefined;
process.send?.({ port: await listen(server), dynamoPort: dynamo && (await listen(dynamo)) });
process.on('disconnect', () => process.exit(0));
