import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { clientAvailable, type DiscoveryView } from '../../domain/registration/view.ts';
import type { Dependencies } from '../dependencies.ts';

const everything = { tenantIds: null, applicationIds: null } as const;

/**
 * Notes that the application has a client at this token endpoint already, which another registration holds: where none
 * can be registered by a request, sharing it spares a person the work. Whose it is, is told to those who may see it.
 */
export async function withClientOffer(
  deps: Dependencies,
  { registrationId, applicationId, environment, holderRegistrationId }: RegistrationConfig,
  found: DiscoveryView,
): Promise<DiscoveryView> {
  const { tokenEndpoint, registrationEndpoint } = found;
  if (holderRegistrationId !== null || tokenEndpoint === null || registrationEndpoint !== null) return found;
  const registration = { registrationId, applicationId, environment, tokenEndpoint };
  const [holder] = await deps.records.shareable(registration, everything, 1);
  if (holder === undefined) return found;
  const message = 'The application has a client at this token endpoint already; it can be shared.';
  return { ...found, findings: [...found.findings, { code: clientAvailable, severity: 'info', message }] };
}
