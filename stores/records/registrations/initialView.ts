import { formatRegistrationId } from '../../../domain/ids.ts';
import type { NewRegistration } from '../../../domain/ports/registrations/newRegistration.ts';
import { type Reason, reasons } from '../../../domain/reasons/index.ts';
import type { Condition, ConditionStatus } from '../../../domain/registration/conditions.ts';
import { clientBindingOf, type RegistrationView } from '../../../domain/registration/view.ts';
import type { ConditionType } from '../../../domain/words.ts';

const initialConditions: readonly (readonly [ConditionType, ConditionStatus, Reason])[] = [
  ['Discovered', 'Unknown', 'Pending'],
  ['Registered', 'Unknown', 'Pending'],
  ['CredentialProved', 'Unknown', 'Pending'],
  ['LaunchProved', 'Unknown', 'NotReported'],
  ['NeedsAttention', 'False', 'NotNeeded'],
];

/** A registration of which nothing is known yet. */
export function initialView(
  tenantId: string,
  registration: NewRegistration,
  revision: number,
  sequence: number,
  at: string,
): RegistrationView {
  const { applicationId, environment, endpointId, fhirBaseUrl, method, shareWith } = registration;
  return {
    registrationId: formatRegistrationId({ tenantId, applicationId, environment, endpointId }),
    tenantId,
    applicationId,
    environment,
    endpointId,
    fhirBaseUrl,
    method,
    ...clientBindingOf(shareWith),
    phase: 'discovering',
    credentialHealth: 'none',
    conditions: initialConditions.map(
      ([type, status, reason]): Condition => ({
        type,
        status,
        reason,
        message: reasons[reason].sentence,
        lastTransitionTime: at,
      }),
    ),
    nextAttemptAt: null,
    discovery: null,
    credential: null,
    scopes: null,
    appliedRevision: null,
    desiredRevision: revision,
    ownRevision: { applied: null, desired: 0 },
    sequence,
  };
}
