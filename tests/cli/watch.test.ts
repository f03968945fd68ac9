import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { ApiClient } from '../../cli/api-client.ts';
import { watch } from '../../cli/watch.ts';

const shown = (state: string) => ({
  burst: 'atlas',
  state,
  zone: 'UTC',
  now: 1,
  legs: [],
  posts: [],
  sent: { recipients: 0, legs: [], heldBackByReason: {} },
});

const listen = (server: Server, port: number) =>
  new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

test('a watch goes on when the server comes back, and ends with 5 where a person is needed', {
  timeout: 20_000,
}, async () => {
  const printed: string[] = [];
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const first = createServer();
  await listen(first, 0);
  const { port } = first.address() as AddressInfo;
  await new Promise((resolve) => first.close(resolve));
  const api = new ApiClient(`http://127.0.0.1:${port}`, 'token');
  const watching = watch(api, 'atlas', { json: true });
  await vi.waitFor(() => expect(err).toHaveBeenCalled(), 10_000);
  const states = ['releasing', 'stopped'];
  const second = createServer((_request, response) => {
    response.end(JSON.stringify(shown(states.shift() ?? 'stopped')));
  });
  await listen(second, port);
  try {
    expect(await watching).toBe(5);
  } finally {
    out.mockRestore();
    err.mockRestore();
    second.closeAllConnections();
    await new Promise((resolve) => second.close(resolve));
  }
  expect(printed.map((line) => JSON.parse(line).state)).toEqual(['releasing', 'stopped']);
});

test('a watch gives up when nothing answers for too long', async () => {
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const server = createServer();
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const api = new ApiClient(`http://127.0.0.1:${port}`, 'token');
  await expect(watch(api, 'atlas', { json: true, patienceMs: 0 })).rejects.toMatchObject({
    exitCode: 3,
  });
  err.mockRestore();
});

test('whoever leaves a watch is told that the burst goes on, and how it is ended', async () => {
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const out = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
  const before = process.listeners('SIGINT');
  const states = ['releasing'];
  const server = createServer((_request, response) => {
    response.end(JSON.stringify(shown(states[0] ?? 'measuring')));
  });
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const watching = watch(new ApiClient(`http://127.0.0.1:${port}`, 'token'), 'atlas', {
    json: true,
  });
  try {
    await vi.waitFor(() => expect(out).toHaveBeenCalled(), 10_000);
    const added = process.listeners('SIGINT').filter((one) => !before.includes(one));
    for (const listener of added) listener('SIGINT');
    expect(exit).toHaveBeenCalledWith(130);
    expect(err.mock.calls.join('')).toContain('atlas goes on without you: volley stop atlas');
    states.pop();
    expect(await watching).toBe(0);
    expect(process.listeners('SIGINT')).toEqual(before);
  } finally {
    for (const spy of [err, out, exit]) spy.mockRestore();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
