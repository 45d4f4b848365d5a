import type { PublicClientKey } from '../../client/keys.ts';

/** Public keys of clients, published under opaque ids. */
export interface ClientKeyLedger {
  /** Publishes keys of a registration's client under the opaque id of its key set. Idempotent. */
  publishClientKeys(registrationId: string, jwksId: string, keys: readonly PublicClientKey[]): Promise<void>;
  /** Publishes the keys of a registration no more: its client is gone. Idempotent. */
  retireClientKeys(registrationId: string): Promise<void>;
  /** The keys published under an opaque id; null when there are none, or their registration is retired. */
  clientKeys(jwksId: string): Promise<PublicClientKey[] | null>;
  /** Opaque id of the key set of a registration that is not retired; null when Registrar made none. */
  jwksIdOf(registrationId: string): Promise<string | null>;
}
