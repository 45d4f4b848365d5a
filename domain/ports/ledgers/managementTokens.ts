import type { ManagementToken } from '../../operations/intent.ts';

/** Registration access tokens as they were received (RFC 7592). */
export interface ManagementTokenJournal {
  /** The newest ten of each client, newest first. */
  managementTokens(registrationId: string): Promise<ManagementToken[]>;
  journalManagementToken(registrationId: string, token: ManagementToken): Promise<void>;
  /** Marks a token that a server answered 401 to. One that is received again is good again. */
  rejectManagementToken(registrationId: string, token: string): Promise<void>;
}
