// Which IP addresses are somewhere on the public internet. Everything else is refused.

import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Source: IANA IPv4 Special-Purpose Address Registry, plus multicast and class E. */
const REFUSED_4: readonly [string, number][] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local: instance metadata, container credentials
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
];

/** Inside 2000::/3, the only range of global unicast. Source: IANA IPv6 registry. */
const REFUSED_6: readonly [string, number][] = [
  ['2001::', 23], // Teredo, ORCHID and other protocols that carry another address
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4 carries an IPv4 address
  ['3fff::', 20], // documentation
];

const refused = new BlockList();
for (const [net, prefix] of REFUSED_4) refused.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of REFUSED_6) refused.addSubnet(net, prefix, 'ipv6');

const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * True for a global unicast address. IPv6 is refused unless it is known to be global, so mapped
 * (::ffff:0:0/96), NAT64 (64:ff9b::/96), unique local and link-local forms all fall through.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !refused.check(address, 'ipv4');
  if (!isIPv6(address) || address.includes('%')) return false;
  return globalUnicast.check(address, 'ipv6') && !refused.check(address, 'ipv6');
}

/** 127.0.0.0/8 and ::1, in no other spelling. */
export function isLoopbackAddress(address: string): boolean {
  if (isIPv4(address)) return loopback.check(address, 'ipv4');
  return address === '::1';
}
