// Groups remote addresses that get one share of connections together.
import { isIPv6 } from 'node:net';

const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/**
 * The group of an address: an IPv4 address itself, the first 64 bits of an IPv6 address, because one host has the whole network.
 * Peers of a unix socket have no address and share the empty group.
 */
export function addressGroup(remote: string | undefined): string {
  if (remote === undefined) return '';
  const address = remote.replace(MAPPED, '');
  return isIPv6(address) ? network(address) : address;
}

function network(address: string): string {
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::', 2);
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  while (tail !== undefined && groups.length + behind.length < 8) groups.push('0');
  const first = [...groups, ...behind].slice(0, 4).map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
  return `${first.join(':')}::/64`;
}
