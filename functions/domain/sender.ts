// Who an email comes from: a person one can answer.

import { parseAddress } from './address.ts';

export type ParsedSender =
  | { readonly kind: 'sender'; readonly header: string; readonly address: string }
  | { readonly kind: 'refused'; readonly message: string };

const NO_REPLY = /^(?:no|not|dont|don't|do-?not)[._+-]?(?:reply|respond|answer)/i;
const NAME_MAX = 100;

/**
 * `Nora at Example <nora@example.com>` or a bare address, as a From header field.
 * An address nobody reads (noreply@) is refused.
 */
export function parseSender(text: string): ParsedSender {
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) {
    return refused('the sender holds a control character');
  }
  const [, name = '', inner] = /^([^<>]*)<([^<>]*)>$/.exec(text.trim()) ?? [];
  const address = parseAddress(inner ?? text);
  if (address.kind === 'refused') return refused(address.message);
  if (NO_REPLY.test(address.address)) {
    return refused(
      `${address.address} says that answers are not welcome: use an address somebody reads`,
    );
  }
  // A name in quotation marks is the same name: what we give out can be read back.
  const label = name.trim().replace(/^"([^"]*)"$/, '$1');
  if (label.length > NAME_MAX)
    return refused(`the sender's name has more than ${NAME_MAX} characters`);
  if (/["\\]/.test(label))
    return refused("the sender's name holds a quotation mark or a backslash");
  if (label === '') return { kind: 'sender', header: address.address, address: address.address };
  const quoted = /[(),.:;@[\]]/.test(label) ? `"${label}"` : label;
  return { kind: 'sender', header: `${quoted} <${address.address}>`, address: address.address };
}

function refused(message: string): ParsedSender {
  return { kind: 'refused', message };
}
