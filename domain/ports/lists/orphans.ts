import type { Reason } from '../../reasons/index.ts';
import type { Page, PageRequest } from '../page.ts';
import type { Visibility } from '../visibility.ts';

export interface OrphanView {
  readonly orphanId: string;
  readonly registrationId: string;
  readonly tokenEndpoint: string | null;
  readonly registrationEndpoint: string;
  readonly clientId: string | null;
  readonly clientName: string;
  readonly reason: Reason;
  readonly since: string;
  readonly hasManagementToken: boolean;
}

/** The orphan ledger as callers see it. */
export interface OrphanList {
  orphans(visibility: Visibility, page: PageRequest): Promise<Page<OrphanView>>;
}
