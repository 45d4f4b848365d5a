import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatHostAndPort,
  isHost,
  isLoopback,
  parseHostAndPort,
  parsePort,
} from '../../../../runtime/config/hostAndPort.ts';

describe('hostAndPort', () => {
  it.each([
    ['localhost', true],
    ['LOCALHOST', true],
    ['127.0.0.1', true],
    ['127.255.255.254', true],
    ['::1', true],
    ['0:0:0:0:0:0:0:1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['128.0.0.1', false],
    ['localhost.example.org', false],
    ['127.0.0.1.example.org', false],
  ])('isLoopback(%s) is %s', (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback);
  });

  it.each(['2130706433', '0x7f.1', '127.0x1', '1.2.3', '', 'a b', '-a', 'a..b', '[::1]'])(
    'isHost refuses "%s"',
    (text) => {
      expect(isHost(text)).toBe(false);
    },
  );

  it('reads back what it writes', () => {
    const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 65_535 }), (name, port) => {
        const first = parseHostAndPort(formatHostAndPort({ host: name, port }));
        expect(first).not.toBeNull();
        expect(first && parseHostAndPort(formatHostAndPort(first))).toEqual(first);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void [parseHostAndPort(text), parsePort(text), isHost(text)]));
  });
});
