// The inside of a worker thread in which one function's bundle lives, as it would in Lambda.

import { parentPort, workerData } from 'node:worker_threads';
import type {
  SandboxData,
  SandboxReply,
  SandboxRequest,
  SandboxShutdown,
} from './sandbox-messages.ts';

type Handler = (event: unknown, context: object) => Promise<unknown>;

const { bundleUrl, name } = workerData as SandboxData;

async function load(): Promise<Handler> {
  const bundle = (await import(bundleUrl)) as { handler?: Handler };
  if (!bundle.handler) throw new Error(`function ${name} exports no handler`);
  return bundle.handler;
}

const handler = load();

async function reply(request: SandboxRequest): Promise<SandboxReply> {
  const { id, event, deadlineAt } = request;
  const context = {
    awsRequestId: id,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    memoryLimitInMB: '1024',
    logGroupName: name,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadlineAt - Date.now()),
  };
  try {
    return { id, result: await (await handler)(event, context) };
  } catch (error) {
    const { name: type, message, stack } = toError(error);
    return { id, error: { type, message, stack: stack ?? '' } };
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

parentPort?.on('message', async (message: SandboxRequest | SandboxShutdown) => {
  // A thread gets no signals of its own: this is how its process is told to end.
  if ('shutdown' in message) process.emit('SIGTERM');
  else parentPort?.postMessage(await reply(message));
});
// A bundle that cannot be loaded shows with the first call; until then it must not end the thread.
handler.then(
  () => parentPort?.postMessage({ ready: true }),
  () => parentPort?.postMessage({ ready: true }),
);
