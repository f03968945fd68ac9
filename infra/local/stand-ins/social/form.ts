// The three ways in which Mastodon clients send a body: JSON, a form, or a form with files.

import type { Request } from '../../http-server.ts';

export interface UploadedFile {
  readonly bytes: Uint8Array;
  readonly type: string;
}

export interface Form {
  one(name: string): string | undefined;
  many(name: string): string[];
  file(name: string): UploadedFile | undefined;
}

/** Throws an error when the body is not what its content type says. */
export async function readForm(request: Request): Promise<Form> {
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/json')) return fromJson(request.body.toString() || '{}');
  if (request.body.length === 0) return fromEntries(new Map(), new Map());
  const body = new Uint8Array(request.body);
  const data = await new Response(body, { headers: { 'content-type': type } }).formData();
  const texts = new Map<string, string[]>();
  const files = new Map<string, UploadedFile>();
  for (const [key, value] of data.entries()) {
    const name = key.replace(/\[\]$/, '');
    if (typeof value === 'string') texts.set(name, [...(texts.get(name) ?? []), value]);
    else files.set(name, { bytes: await value.bytes(), type: value.type });
  }
  return fromEntries(texts, files);
}

function fromJson(text: string): Form {
  const texts = new Map<string, string[]>();
  for (const [name, value] of Object.entries(JSON.parse(text) as Record<string, unknown>)) {
    if (value === null || value === undefined) continue;
    texts.set(name, Array.isArray(value) ? value.map(String) : [String(value)]);
  }
  return fromEntries(texts, new Map());
}

function fromEntries(texts: Map<string, string[]>, files: Map<string, UploadedFile>): Form {
  return {
    one: (name) => texts.get(name)?.[0],
    many: (name) => texts.get(name) ?? [],
    file: (name) => files.get(name),
  };
}
