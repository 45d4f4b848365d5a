import type { Role } from '../../words.ts';
import type { Page, PageRequest } from '../page.ts';

export interface KeyRecord {
  readonly keyId: string;
  readonly name: string;
  readonly role: Role;
  readonly tenantIds: readonly string[] | null;
  readonly applicationIds: readonly string[] | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** API keys, by their hash. `actor` (`system` when left out) is audited. */
export interface Keys {
  insertKey(
    key: {
      keyId: string;
      name: string;
      role: Role;
      sha256: string;
      tenantIds: readonly string[] | null;
      applicationIds: readonly string[] | null;
      expiresAt: number | null;
    },
    actor?: string,
  ): Promise<KeyRecord>;
  /** By SHA-256 (hex) of the whole key; revoked and expired ones are returned too: the caller judges. */
  keyByHash(sha256: string): Promise<KeyRecord | null>;
  keys(page: PageRequest): Promise<Page<KeyRecord>>;
  /** Ends its sessions too. */
  revokeKey(keyId: string, actor?: string): Promise<boolean>;
}
