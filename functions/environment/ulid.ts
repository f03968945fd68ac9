// Fresh sortable ids: time first, then chance.

import { randomBytes } from 'node:crypto';

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_CHARACTERS = 10;
const CHANCE_BYTES = 10;

/** 26 characters of Crockford base 32: 48 bits of milliseconds, 80 bits of chance. */
export function ulid(now: number): string {
  let time = Math.floor(now);
  let text = '';
  for (let place = 0; place < TIME_CHARACTERS; place += 1) {
    text = `${LETTERS[time % 32] ?? '0'}${text}`;
    time = Math.floor(time / 32);
  }
  const bytes = randomBytes(CHANCE_BYTES);
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += LETTERS[(held >> bits) & 31] ?? '0';
    }
    held &= (1 << bits) - 1;
  }
  return text;
}
