import type { Reason } from '../../domain/reasons/index.ts';
import { isObject } from '../jsonBody.ts';

/** What a refusal of Keycloak's client registration says: `error` and `error_description`. */
export interface SaidByKeycloak {
  readonly status: number;
  readonly error: string | null;
  readonly description: string | null;
}

/** How Keycloak words every refusal by a client registration policy; the name is the administrator's to change. */
const policySentence = /^Policy '(.{0,300}?)' rejected request to client-registration service\. Details: (.*)$/s;

/** What each policy says, whatever its administrator calls it. */
const policyDetails: readonly (readonly [RegExp, Reason])[] = [
  [/^Host not trusted|^UR[IL] (?:doesn't match any trusted|is malformed)/, 'TrustedHostsPolicyRefused'],
  [/consentRequired/, 'ConsentRequiredPolicyRefused'],
  [/^ProtocolMapper type|^Missing id for mapper|^No existing mapper model/, 'ProtocolMappersPolicyRefused'],
  [/clientScope|client scope/i, 'ClientScopesPolicyRefused'],
  [/fullScopeAllowed/, 'FullScopePolicyRefused'],
  [/max \d+ clients/, 'MaxClientsPolicyRefused'],
  [/^Not permitted to enable client/, 'ClientDisabledPolicyRefused'],
];

/** The names that Keycloak gives, where the details are those of another version. */
const policyNames: Readonly<Record<string, Reason>> = {
  'Trusted Hosts': 'TrustedHostsPolicyRefused',
  'Consent Required': 'ConsentRequiredPolicyRefused',
  'Allowed Protocol Mapper Types': 'ProtocolMappersPolicyRefused',
  'Allowed Client Scopes': 'ClientScopesPolicyRefused',
  'Allowed Client Templates': 'ClientScopesPolicyRefused',
  'Full Scope Disabled': 'FullScopePolicyRefused',
  'Max Clients Limit': 'MaxClientsPolicyRefused',
  'Client Disabled': 'ClientDisabledPolicyRefused',
};

/** The client registration policy that refused, as reason; null when the refusal is no policy's. Never throws. */
export function policyReason(said: SaidByKeycloak): Reason | null {
  if (said.status !== 403) return null;
  const match = policySentence.exec((said.description ?? '').slice(0, 2000));
  if (match === null) return null;
  const [, name = '', details = ''] = match;
  const byDetails = policyDetails.find(([pattern]) => pattern.test(details))?.[1];
  return byDetails ?? (Object.hasOwn(policyNames, name) ? policyNames[name] : undefined) ?? 'RegistrationPolicyRefused';
}

const tokenSentences: Readonly<Record<string, Reason>> = {
  'No remaining count on initial access token': 'InitialAccessTokenExhausted',
  'Expired initial access token': 'InitialAccessTokenExpired',
  'Initial Access Token not found': 'InitialAccessTokenRevoked',
  'Failed decode token': 'InitialAccessTokenUnreadable',
};

/**
 * Why Keycloak refuses an initial access token; null when it says something else. Keycloak 26.7 says "Failed decode
 * token" of an expired one too, so the token that was sent is read for its end. `now` in milliseconds since the epoch.
 */
export function initialAccessTokenReason(said: SaidByKeycloak, sent: readonly string[], now: number): Reason | null {
  const { status, description } = said;
  if (status !== 401 || description === null || !Object.hasOwn(tokenSentences, description)) return null;
  const reason = tokenSentences[description] ?? null;
  const isPast = sent.some((token) => (endOf(token) ?? Number.POSITIVE_INFINITY) <= now);
  return reason === 'InitialAccessTokenUnreadable' && isPast ? 'InitialAccessTokenExpired' : reason;
}

/** `exp` of a JSON Web Token in milliseconds, unverified: it explains, it does not decide. 0 is Keycloak's "never". */
function endOf(token: string): number | null {
  const payload = token.split('.')[1];
  if (payload === undefined || payload.length > 20_000) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const exp = isObject(claims) ? claims['exp'] : null;
    return typeof exp === 'number' && exp > 0 ? exp * 1000 : null;
  } catch {
    return null;
  }
}
