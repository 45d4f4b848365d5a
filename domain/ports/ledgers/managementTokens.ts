import type { ManagementToken } from '../../operations/intent.ts';

/** Registration access tokens as they were received (RFC 7592). */
export interface ManagementTokenJournal {
  /** Journal of received tokens, newest first. */
  managementTokens(registrationId: string): Promise<ManagementToken[]>;
  journalManagementToken(registrationId: string, token: ManagementToken): Promise<void>;
}
