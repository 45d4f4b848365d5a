import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { includesRole, keyObstacle } from '../../../api/callers/caller.ts';
import { apiKeyForm, hasHash, newApiKey, sha256Hex } from '../../../api/callers/credentials.ts';
import { hostNameOf, ownOrigin } from '../../../api/callers/hostNames.ts';
import { operationIdOf } from '../../../api/requests/operationId.ts';
import { isStorable, unstorable } from '../../../api/schemas/plainText.ts';
import type { KeyRecord } from '../../../domain/ports/callers/keys.ts';

describe('operation ids', () => {
  const macs = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });

  test('are UUIDs of version 8, the same for the same hash', () => {
    fc.assert(
      fc.property(macs, (mac) => {
        const id = operationIdOf(mac);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(operationIdOf(mac)).toBe(id);
      }),
    );
  });

  test('need a hash', () => {
    expect(() => operationIdOf('abc')).toThrow(RangeError);
  });
});

describe('texts that can be stored', () => {
  test('any well-formed text without U+0000', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => isStorable(text) === !text.includes('\0')));
  });

  test.each([
    [{ a: { b: ['x', '\0'] } }, '/a/b/1'],
    [{ a: { 'b\0': 1 } }, '/a'],
    ['\ud800', ''],
    [{ a: 1, b: [null, true, { c: 'fine' }] }, null],
  ])('%j', (value, pointer) => {
    expect(unstorable(value)?.pointer ?? null).toBe(pointer);
  });

  test('nesting without end is refused, not followed', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(unstorable({ a: deep })?.pointer).toBe('/a');
  });
});

describe('host names', () => {
  test.each([
    ['localhost', 'localhost'],
    ['LOCALHOST:3000', 'localhost'],
    ['registrar.example.', 'registrar.example'],
    ['[::1]:3000', '[::1]'],
    ['[0:0:0:0:0:0:0:1]', '[::1]'],
    ['127.1', '127.0.0.1'],
    ['', null],
    ['a b', null],
    ['localhost/evil', null],
    ['user@localhost', null],
    ['localhost#', null],
    [undefined, null],
  ])('%s is %s', (host, name) => {
    expect(hostNameOf(host)).toBe(name);
  });

  test('the own origin is that of the public URL, or of the request', () => {
    expect(ownOrigin('https://registrar.example/', 'localhost:3000')).toBe('https://registrar.example');
    expect(ownOrigin(null, 'LocalHost:3000')).toBe('http://localhost:3000');
  });
});

describe('credentials', () => {
  test('an API key has its form, and its hash knows it', () => {
    const key = newApiKey();
    expect(key).toMatch(apiKeyForm);
    expect(hasHash(key, sha256Hex(key))).toBe(true);
    expect(hasHash(newApiKey(), sha256Hex(key))).toBe(false);
    expect(hasHash(key, 'ab')).toBe(false);
  });

  const key: KeyRecord = {
    keyId: 'k',
    name: 'n',
    role: 'viewer',
    tenantIds: null,
    applicationIds: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2026-02-01T00:00:00.000Z',
    revokedAt: null,
  };
  const expiry = Date.parse('2026-02-01T00:00:00.000Z');

  test.each([
    ['before its end', key, expiry - 1, null],
    ['at its end', key, expiry, 'expired'],
    ['without end', { ...key, expiresAt: null }, expiry * 2, null],
    ['revoked', { ...key, revokedAt: '2026-01-02T00:00:00.000Z' }, expiry - 1, 'revoked'],
  ])('a key %s', (_what, record, now, obstacle) => {
    const found = keyObstacle(record, now);
    if (obstacle === null) expect(found).toBeNull();
    else expect(found).toContain(obstacle);
  });

  test('each role includes the ones before it', () => {
    expect(includesRole('administrator', 'viewer')).toBe(true);
    expect(includesRole('operator', 'operator')).toBe(true);
    expect(includesRole('viewer', 'operator')).toBe(false);
  });
});
