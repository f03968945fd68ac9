// Where a local runtime keeps everything: what is there already decides how the next start goes on.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from './write-whole.ts';

export const PORT_NAMES = [
  'api',
  'link',
  'social',
  'inbox',
  'site',
  'dynamodb',
  'ses',
  'sqs',
  'ssm',
  'lambda',
] as const;
export type PortName = (typeof PORT_NAMES)[number];
export type Ports = { readonly [name in PortName]: number };

export const BASE_PORT = 8650;

/** What a client on this machine needs; its mode is 0600 because of the token. */
export interface RuntimeFile {
  readonly pid: number;
  readonly startedAt: number;
  readonly token: string;
  readonly urls: { readonly [name in PortName]: string };
}

export class DataFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** The ports of an earlier start: links that are out there name them. */
  keptPorts(): Ports | undefined {
    return this.#readJson<Ports>('ports.json');
  }

  keepPorts(ports: Ports): void {
    this.#writeJson('ports.json', ports);
  }

  runtimeFile(): RuntimeFile | undefined {
    return this.#readJson<RuntimeFile>('runtime.json');
  }

  writeRuntimeFile(value: RuntimeFile): void {
    this.#writeJson('runtime.json', value);
  }

  removeRuntimeFile(): void {
    rmSync(this.file('runtime.json'), { force: true });
  }

  #readJson<T>(name: string): T | undefined {
    const path = this.file(name);
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined;
  }

  #writeJson(name: string, value: unknown): void {
    writeWhole(this.file(name), `${JSON.stringify(value, null, 1)}\n`);
  }
}

/** Ports in a row from a base; base 0 asks for any free ones. */
export function portsFrom(base: number): Ports {
  return Object.fromEntries(
    PORT_NAMES.map((name, index) => [name, base === 0 ? 0 : base + index]),
  ) as { [name in PortName]: number };
}
