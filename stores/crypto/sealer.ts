import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';

/** `rejected`: another key, other additional data, or the bytes were changed. */
export type SealErrorCode = 'not-sealed' | 'unknown-key' | 'rejected';

const messages: Record<SealErrorCode, string> = {
  'not-sealed': 'the data were not sealed by Registrar',
  'unknown-key': 'the data were sealed with a master key that is not configured',
  rejected: 'the sealed data cannot be opened here',
};

/** Says nothing about the data: whoever tampers learns only that it did not work. */
export class SealError extends Error {
  override readonly name = 'SealError';
  readonly code: SealErrorCode;
  constructor(code: SealErrorCode) {
    super(messages[code]);
    this.code = code;
  }
}

/** Authenticated encryption for one purpose. */
export interface Sealer {
  /** @param aad what the data belong to, such as name and version; the same parts are needed to open. */
  seal(plaintext: Uint8Array, aad: readonly string[]): Uint8Array;
  /** Throws {@link SealError}. */
  open(sealed: Uint8Array, aad: readonly string[]): Uint8Array;
}

/** "RGS" and the version of the format: magic, id length, key id, nonce, ciphertext, tag. */
const magic = Uint8Array.of(0x52, 0x47, 0x53, 0x01);
const nonceLength = 12;
const tagLength = 16;
const algorithm = 'aes-256-gcm';

/** Every part with its length before it, so that no two lists of parts give the same bytes. */
function encodeAad(parts: readonly string[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/**
 * AES-256-GCM with random 96-bit nonces (NIST SP 800-38D section 8.2.2).
 *
 * @param keys newest first; 32 bytes each.
 */
export function createSealer(
  label: string,
  keys: readonly { readonly keyId: string; readonly secret: Uint8Array }[],
): Sealer {
  const newest = keys[0];
  if (newest === undefined) throw new RangeError('a sealer needs at least one key');
  const header = Buffer.concat([magic, Uint8Array.of(newest.keyId.length), Buffer.from(newest.keyId, 'latin1')]);
  // Bytes instead of a key object would be checked and copied again for every payload.
  const byId = new Map(keys.map((key) => [key.keyId, createSecretKey(key.secret)]));
  const newestSecret = createSecretKey(newest.secret);
  return {
    seal(plaintext, aad) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv(algorithm, newestSecret, nonce);
      cipher.setAAD(encodeAad([label, newest.keyId, ...aad]));
      return Buffer.concat([header, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, aad) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const idLength = bytes[magic.length] ?? 0;
      const nonceStart = magic.length + 1 + idLength;
      const bodyStart = nonceStart + nonceLength;
      if (!bytes.subarray(0, magic.length).equals(magic) || bytes.length < bodyStart + tagLength)
        throw new SealError('not-sealed');
      const keyId = bytes.toString('latin1', magic.length + 1, nonceStart);
      const secret = byId.get(keyId);
      if (secret === undefined) throw new SealError('unknown-key');
      const decipher = createDecipheriv(algorithm, secret, bytes.subarray(nonceStart, bodyStart), {
        authTagLength: tagLength,
      });
      decipher.setAAD(encodeAad([label, keyId, ...aad]));
      decipher.setAuthTag(bytes.subarray(-tagLength));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(bodyStart, -tagLength)), decipher.final()]);
      } catch {
        throw new SealError('rejected');
      }
    },
  };
}
