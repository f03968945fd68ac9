/** The one normal form under which addresses are compared: trimmed, lower case, NFC. */
export function normaliseAddress(address: string): string {
  return address.trim().normalize('NFC').toLowerCase();
}
