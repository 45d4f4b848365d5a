import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * What may be done with an IP address. `public`: global unicast, anybody may name it. `special`: in one of the IANA
 * special-purpose registries; only for hosts that the operator allows. `forbidden`: never, allowed or not.
 */
export type AddressClass = 'public' | 'special' | 'forbidden';

/**
 * Cloud metadata and credential services, and what is no unicast address at all. All of 169.254.0.0/16 is here: clouds
 * put new credential endpoints into it, and no health system lives in it.
 */
const forbidden4 = ranges4(
  '0.0.0.0/32',
  '169.254.0.0/16',
  '100.100.100.200/32', // Alibaba Cloud
  '168.63.129.16/32', // Azure WireServer
  '192.0.0.192/32', // Oracle Cloud
  '224.0.0.0/4',
  '255.255.255.255/32',
);

/** https://www.iana.org/assignments/iana-ipv4-special-registry and multicast; anycast service blocks included. */
const special4 = ranges4(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '240.0.0.0/4',
);

const forbidden6 = ranges6(
  '::/128',
  'ff00::/8',
  'fd00:ec2::/32', // AWS
  'fd20:ce::254/128', // Google Cloud
  'fd00:42::42/128', // Scaleway
  'fe80::a9fe:a9fe/128', // OpenStack
);

/** The only block from which global unicast addresses are given (RFC 4291 section 2.4, IANA). */
const global6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** Exceptions within it: https://www.iana.org/assignments/iana-ipv6-special-registry */
const special6 = ranges6('2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20');

/** Notations of an IPv4 address that reach just that address: IPv4-mapped (RFC 4291) and NAT64 (RFC 6052). */
const transparent6 = ranges6('::ffff:0:0/96', '64:ff9b::/96');

/** Notations that embed an IPv4 address and reach it only through a translator or tunnel. */
const embeddings6: readonly (readonly [Range6, (bytes: number[]) => number[][]])[] = [
  [ipaddr.IPv6.parseCIDR('::/96'), (bytes) => [bytes.slice(12)]],
  [ipaddr.IPv6.parseCIDR('::ffff:0:0:0/96'), (bytes) => [bytes.slice(12)]],
  // RFC 8215 leaves the prefix length to the site: every placement of RFC 6052 section 2.2.
  [
    ipaddr.IPv6.parseCIDR('64:ff9b:1::/48'),
    (bytes) => [pick(bytes, 6, 7, 9, 10), pick(bytes, 7, 9, 10, 11), pick(bytes, 9, 10, 11, 12), bytes.slice(12)],
  ],
  [ipaddr.IPv6.parseCIDR('2002::/16'), (bytes) => [bytes.slice(2, 6)]],
  // Teredo (RFC 4380): server, and the client's address with every bit turned.
  [ipaddr.IPv6.parseCIDR('2001::/32'), (bytes) => [bytes.slice(4, 8), bytes.slice(12).map((byte) => byte ^ 0xff)]],
];

type Range4 = ReturnType<typeof ipaddr.IPv4.parseCIDR>;
type Range6 = ReturnType<typeof ipaddr.IPv6.parseCIDR>;

/**
 * Judges a literal IP address; what is not one is `forbidden`. IPv6 zone identifiers are ignored. A network-specific
 * NAT64 prefix (RFC 6052 section 2.2) cannot be recognised: a network that runs one must filter there.
 */
export function classifyAddress(address: string): AddressClass {
  const plain = canonical(address);
  if (plain === null) return 'forbidden';
  return plain.includes(':') ? classify6(ipaddr.IPv6.parse(plain)) : classify4(ipaddr.IPv4.parse(plain));
}

function classify4(address: ipaddr.IPv4): AddressClass {
  if (forbidden4.some((range) => address.match(range))) return 'forbidden';
  return special4.some((range) => address.match(range)) ? 'special' : 'public';
}

function classify6(address: ipaddr.IPv6): AddressClass {
  const bytes = address.toByteArray();
  if (transparent6.some((range) => address.match(range))) return classify4(new ipaddr.IPv4(bytes.slice(12)));
  const embedded = embeddings6.flatMap(([range, extract]) => (address.match(range) ? extract(bytes) : []));
  // Zero is the filling of a placement that is not used, and `::1` is no embedded address.
  const reached = embedded.filter((octets) => octets[0] !== 0);
  if (reached.some((octets) => classify4(new ipaddr.IPv4(octets)) === 'forbidden')) return 'forbidden';
  if (forbidden6.some((range) => address.match(range))) return 'forbidden';
  return address.match(global6) && !special6.some((range) => address.match(range)) ? 'public' : 'special';
}

/** Whether two literals are the same address; IPv4-mapped ones equal their IPv4 form, zones are ignored. */
export function sameAddress(left: string, right: string): boolean {
  const [first, second] = [canonical(left), canonical(right)];
  return first !== null && second !== null && ipaddr.process(first).toString() === ipaddr.process(second).toString();
}

/**
 * Hexadecimal groups without zone, or four decimal parts; null for everything else. By the platform's parsers:
 * ipaddr.js reads the IPv4-compatible `::8.8.8.8` as IPv4-mapped.
 */
function canonical(address: string): string | null {
  const unzoned = address.replace(/%.*$/, '');
  if (isIPv4(unzoned)) return unzoned;
  return isIPv6(unzoned) ? new URL(`http://[${unzoned}]`).hostname.slice(1, -1) : null;
}

function ranges4(...blocks: string[]): Range4[] {
  return blocks.map((block) => ipaddr.IPv4.parseCIDR(block));
}

function ranges6(...blocks: string[]): Range6[] {
  return blocks.map((block) => ipaddr.IPv6.parseCIDR(block));
}

function pick(bytes: number[], ...places: number[]): number[] {
  return places.map((place) => bytes[place] ?? 0);
}
