import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyAddress, sameAddress } from '../../../../protocols/http/addressPolicy.ts';

const octet = fc.integer({ min: 0, max: 255 });
const address4 = fc.tuple(octet, octet, octet, octet);
type Octets = [number, number, number, number];

const hex = ([a, b, c, d]: Octets): string => `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
const turned = (octets: Octets): Octets => octets.map((value) => value ^ 0xff) as Octets;

describe('classifyAddress', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '52.95.110.1',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '2606:4700:4700::1111',
    '2a00:1450:4001:800::200e',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ])('%s is public', (address) => expect(classifyAddress(address)).toBe('public'));

  it.each([
    ['this network', '0.1.2.3'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['protocol assignments', '192.0.0.8'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['AS112', '192.31.196.1'],
    ['AMT', '192.52.193.1'],
    ['6to4 relay', '192.88.99.1'],
    ['AS112', '192.175.48.1'],
    ['benchmarking', '198.19.0.1'],
    ['reserved', '240.0.0.1'],
    ['loopback', '::1'],
    ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
    ['IPv4-mapped loopback', '::ffff:7f00:1'],
    ['IPv4-mapped private', '::ffff:10.0.0.1'],
    ['IPv4-compatible', '::8.8.8.8'],
    ['IPv4-translated', '::ffff:0:8.8.8.8'],
    ['NAT64 of private', '64:ff9b::10.0.0.1'],
    ['NAT64 of loopback', '64:ff9b::7f00:1'],
    ['local-use NAT64', '64:ff9b:1::8.8.8.8'],
    ['6to4 of public', '2002:808:808::1'],
    ['6to4 of loopback', '2002:7f00:1::1'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['benchmarking', '2001:2::1'],
    ['AMT', '2001:3::1'],
    ['ORCHIDv2', '2001:20::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['AS112', '2620:4f:8000::1'],
    ['SRv6', '5f00::1'],
    ['discard-only', '100::1'],
    ['unique local', 'fc00::1'],
    ['unique local', 'fd12:3456::1'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['not assigned', '4000::1'],
    ['not assigned', '::2'],
  ])('%s %s is special', (_name, address) => expect(classifyAddress(address)).toBe('special'));

  it.each([
    ['metadata', '169.254.169.254'],
    ['ECS credentials', '169.254.170.2'],
    ['Alibaba', '100.100.100.200'],
    ['Azure', '168.63.129.16'],
    ['Oracle', '192.0.0.192'],
    ['AWS', 'fd00:ec2::254'],
    ['AWS credentials', 'fd00:ec2::23'],
    ['Google', 'fd20:ce::254'],
    ['OpenStack', 'fe80::a9fe:a9fe'],
    ['IPv4-mapped', '::ffff:169.254.169.254'],
    ['IPv4-mapped', '::ffff:a9fe:a9fe'],
    ['IPv4-compatible', '::a9fe:a9fe'],
    ['IPv4-translated', '::ffff:0:a9fe:a9fe'],
    ['NAT64', '64:ff9b::a9fe:a9fe'],
    ['local-use NAT64 /96', '64:ff9b:1::a9fe:a9fe'],
    ['local-use NAT64 /48', '64:ff9b:1:a9fe:a9:fe00::'],
    ['6to4', '2002:a9fe:a9fe::'],
    ['Teredo client', '2001::5601:5601'],
    ['Teredo server', '2001:0:a9fe:a9fe::1'],
    ['unspecified', '0.0.0.0'],
    ['unspecified', '::'],
    ['multicast', '224.0.0.1'],
    ['multicast', 'ff02::1'],
    ['broadcast', '255.255.255.255'],
    ['not an address', 'example.org'],
    ['not an address', ''],
    ['not four decimal parts', '0x7f.1'],
    ['not four decimal parts', '2130706433'],
    ['not four decimal parts', '017700000001'],
  ])('%s %s is forbidden, allow-listed or not', (_name, address) => expect(classifyAddress(address)).toBe('forbidden'));

  it('judges IPv4-mapped and NAT64 addresses as the IPv4 address that they reach', () => {
    fc.assert(
      fc.property(address4, (octets) => {
        const expected = classifyAddress(octets.join('.'));
        expect(classifyAddress(`::ffff:${hex(octets)}`)).toBe(expected);
        expect(classifyAddress(`64:ff9b::${hex(octets)}`)).toBe(expected);
      }),
    );
  });

  it('never takes a tunnelled or translated address for a public one, and keeps what is forbidden', () => {
    fc.assert(
      fc.property(address4, (octets) => {
        const plain = classifyAddress(octets.join('.'));
        for (const address of [
          `2002:${hex(octets)}::1`,
          `2001:0:102:304:0:0:${hex(turned(octets))}`,
          `64:ff9b:1::${hex(octets)}`,
          `::ffff:0:${hex(octets)}`,
        ]) {
          const judged = classifyAddress(address);
          expect(judged).not.toBe('public');
          if (plain === 'forbidden') expect(judged).toBe('forbidden');
        }
      }),
    );
  });
});

describe('sameAddress', () => {
  it.each([
    ['127.0.0.1', '::ffff:127.0.0.1', true],
    ['2001:DB8:0::1', '2001:db8::1', true],
    ['fe80::1%eth0', 'fe80::1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['::1', '127.0.0.1', false],
    ['', '', false],
  ])('%s and %s: %s', (left, right, same) => expect(sameAddress(left, right)).toBe(same));
});
