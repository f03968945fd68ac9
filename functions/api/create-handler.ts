// The API behind an HTTP API's events.

import { handle } from 'hono/aws-lambda';
import { type ApiPorts, createApp } from './create-app.ts';

export function createHandler(ports: ApiPorts) {
  return handle(createApp(ports));
}
