import { createHash } from 'node:crypto';

/**
 * Version id of what an intent stores: the same after every restart, so that a repeated put is a no-op. Made from the
 * intent id, as generation numbers repeat when a client is registered anew.
 *
 * @returns a UUID of version 8 (RFC 9562 section 5.8), 36 characters; AWS takes 32 to 64.
 */
export function versionIdOf(intentId: string, part: 'management' | 'client' | 'keys'): string {
  const digest = createHash('sha256').update(`smart-registrar version id\0${part}\0${intentId}`).digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** Version id of a content, so that the same one is the same version whoever stores it; see {@link versionIdOf}. */
export function versionIdOfContent(content: string, part: 'management' | 'client'): string {
  return versionIdOf(createHash('sha256').update(content).digest('hex'), part);
}
