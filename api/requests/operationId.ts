import { randomUUID } from 'node:crypto';

/** Id of an operation that nobody will ask for twice. */
export const randomOperationId: () => string = randomUUID;

/** A UUID (version 8, RFC 9562 section 5.8) made from a keyed hash in hex, at least 128 bits of it. */
export function operationIdOf(mac: string): string {
  const hex = mac.slice(0, 32);
  if (!/^[0-9a-f]{32}$/.test(hex)) throw new RangeError('a hash of at least 32 lower-case hex digits is needed');
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
