// A process of its own that answers like SES and like a Mastodon server, and stamps every arrival.

import { createServer } from 'node:http';
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

server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => process.exit(0));
