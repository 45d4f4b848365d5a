import type { KeyRecord } from './keys.ts';

/** Sessions of the dashboard, by hash. */
export interface Sessions {
  insertSession(session: { sha256: string; keyId: string; csrfSha256: string; expiresAt: number }): Promise<void>;
  /**
   * Null when unknown, past its end, idle for 30 minutes, or its key is revoked or expired. Touches `lastSeenAt` unless
   * `touch` is false: an open event stream is no activity of a person.
   */
  session(sha256: string, touch?: boolean): Promise<{ key: KeyRecord; csrfSha256: string; expiresAt: string } | null>;
  removeSession(sha256: string): Promise<void>;
}
