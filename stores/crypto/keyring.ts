import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { MasterKey } from './masterKey.ts';
import { createSealer, type Sealer } from './sealer.ts';

export { generateMasterKey, type MasterKey, MasterKeyError, parseMasterKey } from './masterKey.ts';
export { SealError, type SealErrorCode, type Sealer } from './sealer.ts';

/** What is sealed under which derived key (DESIGN section 8). */
export type SealLabel = 'store' | 'escrow' | 'codec';
export type MacLabel = 'audit-mac' | 'idempotency-mac';

/** What the key-check row holds: proves knowledge of a key without telling anything about it. */
export interface KeyCheck {
  readonly keyId: string;
  /** Hex HMAC-SHA256. */
  readonly mac: string;
}

/** Everything that is derived from the master keys. The keys themselves cannot be read back. */
export interface Keyring {
  /** Key id of the newest key, which seals and signs. */
  readonly newestKeyId: string;
  /** Seals with the newest key, opens with any known key. */
  sealer(label: SealLabel): Sealer;
  /** HMAC-SHA256 of the data as hex, by the newest key. */
  mac(label: MacLabel): (data: Uint8Array | string) => string;
  /** Whether a MAC was made by any known key; compared in constant time. */
  verifyMac(label: MacLabel): (data: Uint8Array | string, mac: string) => boolean;
  /** Of the newest key; what a new key-check row is given. */
  checkValue(): KeyCheck;
  /** Whether the key of a key-check row is among the known ones. */
  knows(check: KeyCheck): boolean;
}

const salt = 'smart-registrar/1';
const checkLabel = 'key-check';
const checkText = 'smart-registrar key check';

/** HKDF-SHA256 (RFC 5869) of one master key for one purpose; 32 bytes. */
function derive(key: MasterKey, label: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key.secret, salt, label, 32));
}

function hmac(key: Uint8Array, data: Uint8Array | string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/**
 * @param keys newest first, at least one, as {@link parseMasterKey} answers.
 */
export function createKeyring(keys: readonly MasterKey[]): Keyring {
  const newest = keys[0];
  if (newest === undefined) throw new RangeError('a keyring needs at least one master key');
  const derivedFor = (label: string) => keys.map((key) => ({ keyId: key.keyId, secret: derive(key, label) }));
  const sealers = new Map<SealLabel, Sealer>();
  const matches = (key: Uint8Array, data: Uint8Array | string, mac: string) => {
    const given = Buffer.from(mac, 'hex');
    const expected = hmac(key, data);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  return {
    newestKeyId: newest.keyId,
    sealer(label) {
      const known = sealers.get(label);
      if (known !== undefined) return known;
      const sealer = createSealer(label, derivedFor(label));
      sealers.set(label, sealer);
      return sealer;
    },
    mac(label) {
      const secret = derive(newest, label);
      return (data) => hmac(secret, data).toString('hex');
    },
    verifyMac(label) {
      const derived = derivedFor(label);
      return (data, mac) => derived.some((key) => matches(key.secret, data, mac));
    },
    checkValue: () => ({
      keyId: newest.keyId,
      mac: hmac(derive(newest, checkLabel), checkText).toString('hex'),
    }),
    knows: (check) =>
      keys.some((key) => key.keyId === check.keyId && matches(derive(key, checkLabel), checkText, check.mac)),
  };
}
