// Stands where the SDK would look for credentials in files, at sign-in services and on EC2. A
// function has them in its environment, which is where the SDK's own chain looks first; the rest
// of that chain is a sixth of a bundle.

import { credentials } from './settings.ts';

/** By the name that the SDK's clients import it. */
export function defaultProvider() {
  return async () => credentials();
}
