// What an approval binds.

import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { Plan } from './plan.ts';

/**
 * SHA-256 (hex) over the canonical JSON of everything a plan says, except when it was planned:
 * planning the same content again leaves an approval standing, a changed comma does not.
 */
export function contentHash(plan: Plan): string {
  const { plannedAt: _when, ...content } = plan;
  return hash('sha256', canonicalJson(content), 'hex');
}
