import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createKeyring,
  generateMasterKey,
  MasterKeyError,
  parseMasterKey,
  SealError,
} from '../../../../stores/crypto/keyring.ts';

const keyA = `a:${Buffer.alloc(32, 1).toString('base64')}`;
const keyB = `b:${Buffer.alloc(32, 2).toString('base64')}`;
const keyring = (text: string) => createKeyring(parseMasterKey(text));
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof SealError) return error.code;
    throw error;
  }
  return 'opened';
}

describe('parseMasterKey', () => {
  it('reads keys, newest first', () => {
    expect(parseMasterKey(`${keyB}, ${keyA}\n`).map((key) => key.keyId)).toEqual(['b', 'a']);
    expect(parseMasterKey(keyA)[0]?.secret).toEqual(new Uint8Array(32).fill(1));
  });

  it('reads what generateMasterKey makes, and two are never the same', () => {
    const [first, second] = [generateMasterKey(), generateMasterKey()];
    expect(first).not.toBe(second);
    expect(parseMasterKey(first)[0]?.secret).toHaveLength(32);
  });

  it.each([
    ['', /entry 1 has no ":"/],
    [`${keyA},`, /entry 2 has no ":"/],
    [`:${Buffer.alloc(32).toString('base64')}`, /entry 1 has no usable id/],
    [`k k:${Buffer.alloc(32).toString('base64')}`, /entry 1 has no usable id/],
    [`k:${Buffer.alloc(31).toString('base64')}`, /exactly 32 bytes/],
    [`k:${Buffer.alloc(33).toString('base64')}`, /exactly 32 bytes/],
    ['k:not base64 at all', /exactly 32 bytes/],
    [`${keyA},${keyA}`, /same id/],
  ])('refuses %j', (given, message) => {
    expect(() => parseMasterKey(given)).toThrow(MasterKeyError);
    expect(() => parseMasterKey(given)).toThrow(message);
  });

  it('never repeats what it was given in an error', () => {
    expect(() => parseMasterKey('k:topsecret')).not.toThrow(/topsecret/);
  });
});

describe('sealer', () => {
  it('opens what it sealed, for any data and any parts', () => {
    const sealer = keyring(keyA).sealer('store');
    fc.assert(
      fc.property(fc.uint8Array(), fc.array(fc.string({ unit: 'binary' })), (data, aad) => {
        expect(new Uint8Array(sealer.open(sealer.seal(data, aad), aad))).toEqual(data);
      }),
    );
  });

  it('hides the plaintext and never makes the same bytes twice', () => {
    const sealer = keyring(keyA).sealer('store');
    const sealed = sealer.seal(bytes('planted-secret'), []);
    expect(Buffer.from(sealed).includes('planted-secret')).toBe(false);
    expect(Buffer.from(sealer.seal(bytes('planted-secret'), []))).not.toEqual(Buffer.from(sealed));
  });

  it('refuses data of other parts, even when their text joins to the same', () => {
    const sealer = keyring(keyA).sealer('store');
    const sealed = sealer.seal(bytes('x'), ['ab', 'c']);
    for (const parts of [['a', 'bc'], ['abc'], ['ab', 'c', ''], ['c', 'ab'], []])
      expect(codeOf(() => sealer.open(sealed, parts))).toBe('rejected');
  });

  it('refuses data of another label', () => {
    const ring = keyring(keyA);
    const sealed = ring.sealer('store').seal(bytes('x'), ['n']);
    expect(codeOf(() => ring.sealer('escrow').open(sealed, ['n']))).toBe('rejected');
  });

  it('refuses every single changed byte and every shortened text', () => {
    const sealer = keyring(keyA).sealer('store');
    const sealed = sealer.seal(bytes('secret'), ['n']);
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Uint8Array.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(codeOf(() => sealer.open(changed, ['n']))).not.toBe('opened');
      expect(codeOf(() => sealer.open(sealed.subarray(0, index), ['n']))).not.toBe('opened');
    }
  });

  it('names what is wrong without naming the data', () => {
    const sealer = keyring(keyA).sealer('store');
    expect(codeOf(() => sealer.open(bytes('plain text that nobody sealed'), []))).toBe('not-sealed');
    const other = keyring(keyB).sealer('store').seal(bytes('x'), []);
    expect(codeOf(() => sealer.open(other, []))).toBe('unknown-key');
    const sameId = keyring(`a:${Buffer.alloc(32, 9).toString('base64')}`)
      .sealer('store')
      .seal(bytes('x'), []);
    expect(codeOf(() => sealer.open(sameId, []))).toBe('rejected');
  });

  it('opens what an older key sealed and seals with the newest', () => {
    const old = keyring(keyA).sealer('codec').seal(bytes('kept'), ['n']);
    const both = keyring(`${keyB},${keyA}`).sealer('codec');
    expect(text(both.open(old, ['n']))).toBe('kept');
    expect(
      codeOf(() =>
        keyring(keyA)
          .sealer('codec')
          .open(both.seal(bytes('new'), []), []),
      ),
    ).toBe('unknown-key');
  });
});

describe('mac', () => {
  it('is hex HMAC-SHA256, different per label and key', () => {
    const mac = keyring(keyA).mac('audit-mac')('line');
    expect(mac).toMatch(/^[0-9a-f]{64}$/);
    expect(keyring(keyA).mac('audit-mac')(bytes('line'))).toBe(mac);
    expect(keyring(keyA).mac('idempotency-mac')('line')).not.toBe(mac);
    expect(keyring(keyB).mac('audit-mac')('line')).not.toBe(mac);
  });

  it('is verified against older keys too', () => {
    const mac = keyring(keyA).mac('audit-mac')('line');
    const verify = keyring(`${keyB},${keyA}`).verifyMac('audit-mac');
    expect(verify('line', mac)).toBe(true);
    expect(verify('other', mac)).toBe(false);
    expect(keyring(keyB).verifyMac('audit-mac')('line', mac)).toBe(false);
    expect(verify('line', 'zz')).toBe(false);
    expect(verify('line', '')).toBe(false);
  });
});

describe('key check', () => {
  it('knows its own keys, newest and older, and no other', () => {
    const check = keyring(keyA).checkValue();
    expect(check.keyId).toBe('a');
    expect(keyring(`${keyB},${keyA}`).knows(check)).toBe(true);
    expect(keyring(keyB).knows(check)).toBe(false);
  });

  it('refuses another key under a known id', () => {
    const check = keyring(keyA).checkValue();
    expect(keyring(`a:${Buffer.alloc(32, 9).toString('base64')}`).knows(check)).toBe(false);
  });
});
