import type { RegistrationView } from '../../registration/view.ts';
import type { Page, PageRequest } from '../page.ts';
import type { NewRegistration } from '../registrations/newRegistration.ts';
import type { Visibility } from '../visibility.ts';
import type { AnswerToKeep } from './idempotency.ts';

export interface TenantRecord {
  readonly tenantId: string;
  readonly name: string;
  readonly createdAt: string;
  readonly registrations: readonly { readonly registrationId: string; readonly phase: string }[];
}

/** Health systems, and the registrations that come with them. `actor` (`system` when left out) is audited. */
export interface Tenants {
  /**
   * Tenant, registrations (phase `discovering`, first event `registration.created`), sealed tokens and start requests
   * in one transaction. Rejects with `exists` (field `/tenantId` or `/registrations/{i}`), `unknown-application`
   * and `cannot-share`.
   */
  createTenant(
    tenant: { tenantId: string; name: string; registrations: readonly NewRegistration[] },
    actor: string,
    answer?: AnswerToKeep,
  ): Promise<RegistrationView[]>;
  addRegistrations(
    tenantId: string,
    registrations: readonly NewRegistration[],
    actor: string,
    answer?: AnswerToKeep,
  ): Promise<RegistrationView[]>;
  tenant(tenantId: string, visibility: Visibility): Promise<TenantRecord | null>;
  tenants(visibility: Visibility, page: PageRequest): Promise<Page<TenantRecord>>;
  renameTenant(tenantId: string, name: string, actor?: string): Promise<boolean>;
  /** Only a tenant whose registrations are all retired; `not-empty` otherwise. */
  removeTenant(tenantId: string, actor?: string): Promise<boolean>;
}
