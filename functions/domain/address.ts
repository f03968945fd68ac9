// Which texts we take for an email address: fewer than the standards allow, on purpose.

import { domainToASCII } from 'node:url';
import { normaliseAddress } from './normalise-address.ts';

export type AddressProblem =
  | 'empty'
  | 'control_character'
  | 'several_addresses'
  | 'not_an_address'
  | 'quoted_local_part'
  | 'local_part_malformed'
  | 'local_part_not_ascii'
  | 'local_part_too_long'
  | 'domain_malformed'
  | 'domain_not_public'
  | 'domain_is_number'
  | 'too_long';

export type ParsedAddress =
  | { readonly kind: 'address'; readonly address: string; readonly domain: string }
  | { readonly kind: 'refused'; readonly code: AddressProblem; readonly message: string };

const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const LOCAL_PART_MAX = 64;
const DOMAIN_MAX = 253;
const ADDRESS_MAX = 254;

/**
 * One mailbox `local@domain` in its normal form, or why not. Blanks around it are dropped.
 * A dot-atom of ASCII before the `@` (RFC 5321 without quoting: SES takes no other), a public
 * domain name after it, in punycode where it was written in another script. Lists, groups,
 * display names, comments, address literals and control characters are refused.
 */
export function parseAddress(text: string): ParsedAddress {
  return plainAddress(text) ?? anyAddress(text);
}

/** As nearly all of them are written: nothing to put right, and only the domain to judge. */
const PLAIN = /^[a-z0-9_+-]{1,64}(?:\.[a-z0-9_+-]{1,64})*@[a-z0-9.-]{1,253}$/;

function plainAddress(text: string): ParsedAddress | undefined {
  if (text.length > ADDRESS_MAX || !PLAIN.test(text)) return undefined;
  const at = text.indexOf('@');
  const domain = at <= LOCAL_PART_MAX ? domainOf(text.slice(at + 1)) : undefined;
  const isPlain = domain?.kind === 'domain' && text.endsWith(domain.name);
  return isPlain ? { kind: 'address', address: text, domain: domain.name } : undefined;
}

function anyAddress(text: string): ParsedAddress {
  const written = text.replace(/^[ \t]+|[ \t]+$/g, '');
  const shape = shapeProblem(written);
  if (shape) return refused(shape);
  const at = written.lastIndexOf('@');
  const local = written.slice(0, at);
  const localProblem = localPartProblem(local);
  if (localProblem) return refused(localProblem);
  const domain = domainOf(written.slice(at + 1));
  if (domain.kind === 'refused') return refused(domain.code);
  const address = normaliseAddress(`${local}@${domain.name}`);
  if (address.length > ADDRESS_MAX) return refused('too_long');
  return { kind: 'address', address, domain: domain.name };
}

function shapeProblem(written: string): AddressProblem | undefined {
  if (written === '') return 'empty';
  if (/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(written)) return 'control_character';
  if (written.length > 1_000) return 'too_long';
  if (written.startsWith('"')) return 'quoted_local_part';
  if (/[,;]/.test(written)) return 'several_addresses';
  if (/[\s<>()[\]:\\"]/.test(written) || !written.includes('@')) return 'not_an_address';
  if (written.indexOf('@') !== written.lastIndexOf('@')) return 'several_addresses';
  return undefined;
}

function localPartProblem(local: string): AddressProblem | undefined {
  if (/\P{ASCII}/u.test(local)) return 'local_part_not_ascii';
  if (local.length > LOCAL_PART_MAX) return 'local_part_too_long';
  return LOCAL_PART.test(local) ? undefined : 'local_part_malformed';
}

type Domain =
  | { readonly kind: 'domain'; readonly name: string }
  | { readonly kind: 'refused'; readonly code: AddressProblem };

/** A list has far fewer domains than people, and judging one costs as much as all the rest. */
const judged = new Map<string, Domain>();
const JUDGED_MAX = 4_096;

function domainOf(written: string): Domain {
  const known = judged.get(written);
  if (known) return known;
  const domain = asciiDomain(written);
  if (judged.size >= JUDGED_MAX) judged.clear();
  if (written.length <= DOMAIN_MAX) judged.set(written, domain);
  return domain;
}

function asciiDomain(written: string): Domain {
  // Letters, digits, marks, dashes and dots only: the URL parser behind domainToASCII would
  // otherwise decode percent signs and the like before anybody looked.
  if (!/^[\p{L}\p{N}\p{M}.-]+$/u.test(written)) return no('domain_malformed');
  const name = domainToASCII(written).toLowerCase();
  if (name === '' || name.length > DOMAIN_MAX) return no('domain_malformed');
  const labels = name.split('.');
  if (!labels.every((label) => LABEL.test(label))) return no('domain_malformed');
  if (/^\d+$/.test(labels.at(-1) ?? '')) return no('domain_is_number');
  if (labels.length < 2 || labels.at(-1) === 'localhost') return no('domain_not_public');
  if ((labels.at(-1) ?? '').length < 2) return no('domain_malformed');
  return { kind: 'domain', name };
}

function no(code: AddressProblem): Domain {
  return { kind: 'refused', code };
}

const MESSAGES: Record<AddressProblem, string> = {
  empty: 'the address is empty',
  control_character: 'the address holds a control or invisible character',
  several_addresses: 'one address is wanted, this looks like several',
  not_an_address: 'this is not an address of the form name@example.com',
  quoted_local_part: 'quoted names before the @ are not taken',
  local_part_malformed: 'the part before the @ is malformed',
  local_part_not_ascii: 'letters beyond ASCII before the @ cannot be delivered',
  local_part_too_long: `the part before the @ has more than ${LOCAL_PART_MAX} characters`,
  domain_malformed: 'the domain is malformed',
  domain_not_public: 'the domain has no dot: only public domains can be mailed',
  domain_is_number: 'an IP number is not a domain',
  too_long: `the address has more than ${ADDRESS_MAX} characters`,
};

function refused(code: AddressProblem): ParsedAddress {
  return { kind: 'refused', code, message: MESSAGES[code] };
}
