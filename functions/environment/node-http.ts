// Stands for `node:http` in every bundle. Imported as an ES module, that name makes Node read all of
// its exports, the lazy ones too, and so load a whole second client (WebSocket, fetch): 40 ms of CPU
// instead of 4, before the first request.

const http = process.getBuiltinModule('node:http');

export const { Agent, request, validateHeaderName, validateHeaderValue } = http;
