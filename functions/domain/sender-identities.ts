// By which identities of an email account an address may be sent from.

/** Of a domain below domains so many are asked about: nobody verifies more of them. */
const ASKED_MAX = 6;

/**
 * Any one of them, verified, is enough; the likeliest first. SES lets a verified domain send from
 * all of its addresses and from those of every domain below it.
 * Source: Amazon SES Developer Guide, "Creating and verifying identities".
 * @param address in its normal form, as `parseSender` gives it
 */
export function senderIdentities(address: string): string[] {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const labels = domain.split('.');
  const above = labels.slice(1, -1).map((_, from) => labels.slice(from + 1).join('.'));
  return [domain, address, ...above].slice(0, ASKED_MAX);
}
