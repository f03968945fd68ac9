// What the click bench and its server processes have in common: one burst, its links and its key.

import { sign } from '#domain/token.ts';

export const LINK_HOST = 'go.example.com';
const key = { id: 'k1', secret: 'a-secret-of-thirty-two-characters' };
export const KEYS = `${key.id}:${key.secret}`;
export const bareLocation = 'https://example.com/seat?utm_source=email';
export const links = { 'email/seat': `${bareLocation}&ref={click}` };

export function tokenOf(ordinal: number): string {
  const claims = { purpose: 'click', burst: 'polls-close', leg: 'email', call: 'seat' } as const;
  return sign({ ...claims, ordinal }, LINK_HOST, key);
}
