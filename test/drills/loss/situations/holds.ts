import type { Reason } from '../../../../domain/reasons/index.ts';
import { honest, type Refusal } from '../../../support/peers/behaviour.ts';
import { attends, discover, heldFor, isActive, isHealthy, mended, overwrite, retryMended, verify } from '../acts.ts';
import { ask, type Situation } from '../situation.ts';

const badRequest = (error: string): Refusal => ({ status: 400, error });
/** As Keycloak words it. */
const policy = (details: string): Refusal => ({
  status: 403,
  error: 'insufficient_scope',
  description: `Policy 'Of ours' rejected request to client-registration service. Details: ${details}`,
});

/** What a server refuses a registration with, and what is held then. */
const refusals: readonly (readonly [name: string, refusal: Refusal, reason: Reason])[] = [
  ['rejected', badRequest('invalid_client_metadata'), 'RegistrationRejected'],
  ['forbidden', { status: 403 }, 'RegistrationForbidden'],
  ['statement', badRequest('invalid_software_statement'), 'SoftwareStatementRejected'],
  ['unapproved', badRequest('unapproved_software_statement'), 'SoftwareStatementNotApproved'],
  ['hosts', policy('Host not trusted.'), 'TrustedHostsPolicyRefused'],
  ['consent', policy('consentRequired must be on'), 'ConsentRequiredPolicyRefused'],
  ['mappers', policy('ProtocolMapper type not allowed'), 'ProtocolMappersPolicyRefused'],
  ['scopes', policy('Not permitted to use specified clientScope'), 'ClientScopesPolicyRefused'],
  ['full-scope', policy('Not permitted to enable fullScopeAllowed'), 'FullScopePolicyRefused'],
  ['full-realm', policy("It's allowed to have max 200 clients per realm"), 'MaxClientsPolicyRefused'],
  ['enabling', policy('Not permitted to enable client'), 'ClientDisabledPolicyRefused'],
  ['policy', policy('Not this one'), 'RegistrationPolicyRefused'],
];

function refusedWith([name, register, reason]: (typeof refusals)[number], index: number): Situation {
  return {
    name,
    behaviour: { ...honest, register },
    // Where a token was sent, another one is not what helps.
    registration: { initialAccessToken: `iat-of-${name}` },
    begins: heldFor(reason),
    reached: heldFor(reason),
    later: index % 2 === 0 ? mended(discover) : retryMended,
    ends: isActive,
    laterWrites: 1,
  };
}

/** Registrations that a server refused, each in its own words. */
export const refused: readonly Situation[] = refusals.map(refusedWith);

/** Other registrations that wait for a person, each for a reason that names its own way out. */
export const holds: readonly Situation[] = [
  {
    name: 'not-acceptable',
    behaviour: honest,
    registration: {
      clientMetadata: { scope: 'openid offline_access patient/*.rs', grant_types: ['authorization_code'] },
    },
    begins: heldFor('ClientMetadataNotAcceptable'),
    reached: heldFor('ClientMetadataNotAcceptable'),
    later: (subject, stage) =>
      ask(subject, stage, '', { clientMetadata: { scope: 'openid patient/*.rs' } }, { method: 'PATCH' }),
    ends: isActive,
    laterWrites: 1,
  },
  {
    name: 'unanswered',
    behaviour: { ...honest, register: 'goes-silent' },
    begins: attends('registering', 'RegistrationUnanswered'),
    reached: attends('registering', 'RegistrationUnanswered'),
    others: discover,
    later: retryMended,
    ends: isActive,
    laterWrites: 1,
  },
  {
    name: 'not-usable',
    behaviour: { ...honest, register: 'without-id' },
    begins: heldFor('RegistrationAnswerNotUsable'),
    reached: heldFor('RegistrationAnswerNotUsable'),
    others: discover,
    later: retryMended,
    ends: isActive,
    laterWrites: 1,
  },
  {
    name: 'elsewhere',
    behaviour: { ...honest, register: 'same-client' },
    holder: 'beside',
    begins: heldFor('ClientHeldElsewhere'),
    reached: heldFor('ClientHeldElsewhere'),
    others: discover,
    later: retryMended,
    ends: isActive,
    laterWrites: 1,
  },
  {
    name: 'conflict',
    behaviour: honest,
    async bring(subject, stage) {
      await stage.spoilSecret(subject.registrationId);
      await verify(subject, stage);
    },
    reached: heldFor('SecretStoreConflict'),
    others: discover,
    later: overwrite,
    ends: (view) => isHealthy(view) && view.hold === undefined,
  },
];
