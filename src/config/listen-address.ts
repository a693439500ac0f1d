// Where a listener binds, and whether another host could reach it there.

import { BlockList, isIP } from 'node:net';
import { resolve } from 'node:path';

export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** sockaddr_un.sun_path is 108 bytes with its final NUL (man 7 unix); longer paths are cut or fail at bind. */
const UNIX_PATH_BYTES_MAX = 107;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const EVERY_IPV6 = new BlockList();
EVERY_IPV6.addAddress('::', 'ipv6');

/**
 * Reads `host:port`, `[ipv6]:port` or `unix:path`.
 *
 * @param folder  where a relative socket path starts
 * @returns the address, or what is wrong with it
 */
export function parseListenAddress(text: string, folder: string): ListenAddress | { readonly problem: string } {
  return text.startsWith('unix:') ? parseUnix(text.slice('unix:'.length), folder) : parseTcp(text);
}

/** The form in which the address is configured, with the socket's full path. */
export function listenAddressText(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** Where a client on this host reaches a listener. A listener on every address is dialled on loopback. */
export function dialAddress(address: ListenAddress): ListenAddress {
  if (address.kind === 'unix') return address;
  const { host } = address;
  if (isIP(host) === 4 && /^0+(\.0+){3}$/.test(host)) return { ...address, host: '127.0.0.1' };
  return isIP(host) === 6 && EVERY_IPV6.check(host, 'ipv6') ? { ...address, host: '::1' } : address;
}

/** Two listeners with these addresses would want the same socket. Two ports 0 are two free ports. */
export function isSameListenAddress(one: ListenAddress, other: ListenAddress): boolean {
  if (one.kind === 'unix' || other.kind === 'unix') return listenAddressText(one) === listenAddressText(other);
  const sameHost = one.host === other.host || one.host === 'localhost' || other.host === 'localhost';
  return sameHost && one.port === other.port && one.port !== 0;
}

function parseUnix(path: string, folder: string): ListenAddress | { readonly problem: string } {
  if (path === '' || path.includes('\0')) return { problem: 'unix: needs the path of a socket' };
  const absolute = resolve(folder, path);
  const bytes = Buffer.byteLength(absolute);
  if (bytes <= UNIX_PATH_BYTES_MAX) return { kind: 'unix', path: absolute };
  return {
    problem: `the socket path ${absolute} has ${bytes} bytes, and the system allows ${UNIX_PATH_BYTES_MAX}; choose a shorter one`,
  };
}

function parseTcp(text: string): ListenAddress | { readonly problem: string } {
  const parts = /^(?:\[(?<ipv6>[^\]]*)\]|(?<name>[^:[\]]*)):(?<port>\d{1,5})$/.exec(text)?.groups;
  const host = (parts?.ipv6 ?? parts?.name ?? '').toLowerCase();
  const port = Number(parts?.port);
  const isHost = parts?.ipv6 !== undefined ? isIP(host) === 6 : /^[\w.-]+$/.test(host);
  if (!isHost || port > 65535) {
    return { problem: 'must be host:port with a port from 0 to 65535, or unix:/path' };
  }
  return { kind: 'tcp', host, port };
}

/** Whether another host could reach a listener at this address. In doubt it could. */
export function isReachable(address: ListenAddress): boolean {
  return address.kind === 'tcp' && !isLoopback(address.host);
}

function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host === 'localhost';
  return LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
