// The console behind an HTTP API's events.

import { handle } from 'hono/aws-lambda';
import { type ConsolePorts, createConsole } from './create-app.tsx';

export function createHandler(ports: ConsolePorts) {
  return handle(createConsole(ports));
}
