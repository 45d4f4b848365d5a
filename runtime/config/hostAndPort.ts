import { BlockList, isIP } from 'node:net';

/** A network name with its port. IPv6 addresses carry no brackets here. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

const hostName = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;
const loopbackAddresses = new BlockList();
loopbackAddresses.addSubnet('127.0.0.0', 8, 'ipv4');
loopbackAddresses.addAddress('::1', 'ipv6');

/** Whether a listening host (name or address without brackets) can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return host.toLowerCase() === 'localhost';
  return loopbackAddresses.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

/** Whether the text is an IP address without brackets, or a host name (RFC 1123, underscores allowed as in containers). */
export function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  // A name whose last label is a number would be read as an address in another notation (WHATWG URL, "ends in a number").
  return hostName.test(text.toLowerCase()) && !/(?:^|\.)(?:\d+|0x[0-9a-f]*)$/i.test(text);
}

/** A port from 0 to 65535 in decimal digits, or null. */
export function parsePort(text: string): number | null {
  if (!/^\d{1,5}$/.test(text)) return null;
  const port = Number(text);
  return port <= 65_535 ? port : null;
}

/** Reads `host:port` with an IPv6 address in brackets; null when it is something else. Host names become lower case. */
export function parseHostAndPort(text: string): HostAndPort | null {
  const match = /^(?:\[(?<address>[0-9a-fA-F:.]+)\]|(?<name>[^:[\]]+)):(?<port>\d{1,5})$/.exec(text);
  const port = parsePort(match?.groups?.['port'] ?? '');
  if (match === null || port === null || port === 0) return null;
  const address = match.groups?.['address'];
  if (address !== undefined) {
    if (isIP(address) !== 6) return null;
    return { host: new URL(`http://[${address}]`).hostname.slice(1, -1), port };
  }
  const host = match.groups?.['name']?.toLowerCase() ?? '';
  return isHost(host) ? { host, port } : null;
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatHostAndPort({ host, port }: HostAndPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
