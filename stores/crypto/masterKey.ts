import { randomBytes } from 'node:crypto';

/** One key of `REGISTRAR_MASTER_KEY`. Secret. */
export interface MasterKey {
  /** Written beside everything that the key seals, so that old keys stay usable. Not secret. */
  readonly keyId: string;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

/** The text is not a list of master keys. The message says which entry and why, never what it holds. */
export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError';
}

const keyIdRule = /^[A-Za-z0-9._-]{1,32}$/;
const base64Rule = /^[A-Za-z0-9+/]{43}=?$/;

function parseEntry(entry: string, position: number): MasterKey {
  const which = `REGISTRAR_MASTER_KEY entry ${position}`;
  const separator = entry.indexOf(':');
  if (separator < 0) throw new MasterKeyError(`${which} has no ":"; write id:base64, where base64 holds 32 bytes`);
  const keyId = entry.slice(0, separator);
  if (!keyIdRule.test(keyId))
    throw new MasterKeyError(`${which} has no usable id; use 1 to 32 characters of A-Z, a-z, 0-9, ".", "_" and "-"`);
  const encoded = entry.slice(separator + 1);
  if (!base64Rule.test(encoded))
    throw new MasterKeyError(`${which} is not base64 of exactly 32 bytes; make one with: openssl rand -base64 32`);
  return { keyId, secret: new Uint8Array(Buffer.from(encoded, 'base64')) };
}

/**
 * Reads `REGISTRAR_MASTER_KEY`: `id:base64 of 32 bytes[,older…]`, newest first (DESIGN section 8).
 * Throws {@link MasterKeyError}.
 */
export function parseMasterKey(text: string): MasterKey[] {
  const keys = text
    .trim()
    .split(',')
    .map((entry, index) => parseEntry(entry.trim(), index + 1));
  const ids = new Set(keys.map((key) => key.keyId));
  if (ids.size !== keys.length) throw new MasterKeyError('REGISTRAR_MASTER_KEY uses the same id for two keys');
  return keys;
}

/** A new random key as text that {@link parseMasterKey} reads. Secret. */
export function generateMasterKey(): string {
  return `${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}`;
}
