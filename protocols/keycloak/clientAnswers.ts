import type { RetryClass } from '../../domain/failure.ts';
import type { ManagementToken, StoredAnswer } from '../../domain/operations/intent.ts';
import type { Reason } from '../../domain/reasons/index.ts';
import { isObject, readJsonBody, readText } from '../jsonBody.ts';
import { usableClientUri } from '../oauth/clientUri.ts';
import { type ErrorMembers, type Refusal, readErrorMembers, refusal } from '../oauth/errorAnswer.ts';
import { longestToken, sendable } from '../oauth/managementToken.ts';
import { readNumericDate } from '../oauth/numericDate.ts';
import type { ClientOperation } from './clients.ts';
import { clientUrl, isClientId, type KeycloakProvider, type KeycloakRealm } from './realm.ts';
import { initialAccessTokenReason, policyReason } from './refusals.ts';
import { withholdSecrets } from './withheld.ts';

/** Something that the server made other than asked. */
export interface ClientFinding {
  readonly reason: Reason;
  readonly message: string;
}

/** A client as a provider showed it. Everything is the peer's word. */
export interface KeycloakClient {
  readonly kind: 'client';
  readonly clientId: string;
  /** Null: this provider does not say. */
  readonly enabled: boolean | null;
  /** Secret. Null: none was shown. */
  readonly clientSecret: string | null;
  /** Milliseconds since the epoch, UTC; null: never, or not said. */
  readonly secretExpiresAt: number | null;
  /** Secret. Null: none was issued. */
  readonly managementToken: ManagementToken | null;
  /** May be shown: secrets are taken out. */
  readonly shown: Readonly<Record<string, unknown>>;
  /** Secrets of the representation by RFC 6901 pointer. */
  readonly withheld: Readonly<Record<string, string>>;
  readonly findings: readonly ClientFinding[];
}

/** What was sent as authorization; decides what a refusal means. */
export type Authorization = 'anonymous' | 'initial-access-token' | 'registration-access-token' | 'account' | 'client';

export interface ClientContext {
  readonly realm: KeycloakRealm;
  readonly provider: KeycloakProvider;
  readonly operation: ClientOperation;
  /** The client that was asked about; null: a new one whose id the server chooses. */
  readonly clientId: string | null;
  readonly authorization: Authorization;
  /** What was asked for, for findings. */
  readonly asked: Readonly<Record<string, unknown>> | null;
  /** Milliseconds since the epoch, UTC. */
  readonly now: number;
  readonly secretsInPlay: readonly string[];
}

/**
 * The registration access token of an answer, before anybody judges the rest; null when there is none that could be
 * sent. Never throws.
 */
export function extractKeycloakToken(
  answer: StoredAnswer,
  context: Pick<ClientContext, 'realm' | 'provider' | 'clientId'>,
): ManagementToken | null {
  const { realm, provider } = context;
  const body = readJsonBody(answer.body, answer.headers['content-type']);
  const members = body.kind === 'object' ? body.value : cutOff(answer.body);
  const token = readText(members['registrationAccessToken'] ?? members['registration_access_token'], longestToken);
  if (token === null || !sendable(token)) return null;
  const clientId = readId(members) ?? context.clientId;
  const own = usableClientUri(members['registration_client_uri'], [realm.origin]);
  const managed = provider === 'openid-connect' ? provider : 'default';
  return {
    token,
    clientUri: own ?? (clientId === null ? null : clientUrl(realm, managed, clientId)),
    clientId,
    audience: [realm.origin],
    receivedAt: answer.receivedAt,
  };
}

/** Judges the answer to a request about a client. Never throws. */
export function parseClientAnswer(
  answer: StoredAnswer,
  context: ClientContext,
): KeycloakClient | { readonly kind: 'deleted' } | Refusal {
  const isSuccess = answer.status >= 200 && answer.status < 300;
  const body = readJsonBody(answer.body, answer.headers['content-type']);
  if (isSuccess && context.operation === 'delete' && body.kind !== 'html') return { kind: 'deleted' };
  const clientId = isSuccess && body.kind === 'object' ? readId(body.value) : null;
  if (body.kind !== 'object' || clientId === null) return refuse(answer, context, isSuccess ? unusable : null);
  const isAsked = context.clientId === null || clientId === context.clientId;
  // A new client's id is the server's to choose; nobody else's answer is taken for one that exists.
  if (!isAsked && context.operation !== 'create') return refuse(answer, context, unusable);
  return readClient(answer, context, clientId, body.value);
}

function readClient(
  answer: StoredAnswer,
  context: ClientContext,
  clientId: string,
  members: Readonly<Record<string, unknown>>,
): KeycloakClient {
  const { shown, withheld } = withholdSecrets(members, context.secretsInPlay);
  const secret = withheld['/secret'] ?? withheld['/client_secret'] ?? withheld['/credentials/secret'] ?? null;
  const date = readNumericDate(members['client_secret_expires_at']);
  return {
    kind: 'client',
    clientId,
    enabled: typeof members['enabled'] === 'boolean' ? members['enabled'] : null,
    clientSecret: secret,
    secretExpiresAt: date === null || date === 0 ? null : date,
    managementToken: extractKeycloakToken(answer, { ...context, clientId }),
    shown,
    withheld,
    findings: context.operation === 'get' ? [] : findingsOf(context.asked ?? {}, members),
  };
}

/** Policies that change a client instead of refusing it. */
function findingsOf(
  asked: Readonly<Record<string, unknown>>,
  made: Readonly<Record<string, unknown>>,
): ClientFinding[] {
  const findings: ClientFinding[] = [];
  if (made['enabled'] === false && asked['enabled'] !== false)
    findings.push({ reason: 'ClientNotEnabled', message: 'The server made the client disabled.' });
  if (made['consentRequired'] === true && asked['consentRequired'] === false)
    findings.push({ reason: 'ConsentRequiredPolicyRefused', message: 'The server set consentRequired to true.' });
  if (made['fullScopeAllowed'] === false && asked['fullScopeAllowed'] === true)
    findings.push({ reason: 'FullScopePolicyRefused', message: 'The server set fullScopeAllowed to false.' });
  return findings;
}

interface Judged {
  readonly reason: Reason;
  readonly retryClass?: RetryClass;
  readonly clientMayExist: boolean;
  readonly what?: string;
}

const unusable: Omit<Judged, 'clientMayExist'> = {
  reason: 'RegistrationAnswerNotUsable',
  retryClass: 'input',
  what: 'an answer that does not show the client',
};

function refuse(answer: StoredAnswer, context: ClientContext, known: Omit<Judged, 'clientMayExist'> | null): Refusal {
  const members = readErrorMembers(answer);
  const judged = known === null ? judge(answer.status, members, context) : { ...known, clientMayExist: true };
  const token = extractKeycloakToken(answer, context);
  const secretsInPlay = [...context.secretsInPlay, ...(token === null ? [] : [token.token])];
  return refusal(answer, members, judged, { now: context.now, secretsInPlay });
}

function judge(status: number, members: ErrorMembers, context: ClientContext): Judged {
  const { operation, authorization } = context;
  const isWrite = operation === 'create' || operation === 'update';
  if (status === 425 || status === 429) return { reason: 'PeerNotAnswering', clientMayExist: false };
  if (status === 408 || status >= 500) return { reason: 'PeerNotAnswering', clientMayExist: isWrite };
  const said = { status, ...members };
  const policy = policyReason(said);
  if (policy !== null) return { reason: policy, clientMayExist: false };
  if (status === 401) return { reason: unauthorized(said, context), retryClass: 'token', clientMayExist: false };
  if (status === 404 && members.error !== null && operation !== 'create')
    return { reason: 'ClientUnknown', clientMayExist: false };
  if (status < 400 || status === 404 || status === 405)
    return { reason: 'RegistrationEndpointNotUsable', retryClass: 'input', clientMayExist: false };
  if (status === 403)
    return {
      reason: authorization === 'account' ? 'ServiceAccountForbidden' : 'RegistrationForbidden',
      clientMayExist: false,
    };
  return { reason: operation === 'update' ? 'UpdateRejected' : 'RegistrationRejected', clientMayExist: false };
}

function unauthorized(said: ErrorMembers & { readonly status: number }, context: ClientContext): Reason {
  switch (context.authorization) {
    case 'anonymous':
      return context.operation === 'create' ? 'InitialAccessTokenNeeded' : 'ManagementRejected';
    case 'initial-access-token':
      return initialAccessTokenReason(said, context.secretsInPlay, context.now) ?? 'InitialAccessTokenRejected';
    case 'registration-access-token':
      return 'ManagementRejected';
    case 'account':
      return 'ServiceAccountRejected';
    case 'client':
      return 'CredentialRejected';
  }
}

/** `clientId` of Keycloak's own form, `client_id` of OpenID Connect, `resource` of an adapter's configuration. */
function readId(members: Readonly<Record<string, unknown>>): string | null {
  const id = readText(members['clientId'] ?? members['client_id'] ?? members['resource'], 255);
  return id !== null && isClientId(id) ? id : null;
}

/** Members of a body that was cut off in the middle. */
function cutOff(text: string): Record<string, unknown> {
  const names = ['registrationAccessToken', 'registration_access_token', 'clientId', 'client_id'];
  return Object.fromEntries(names.map((name) => [name, findMember(text, name)]));
}

function findMember(text: string, name: string): unknown {
  const match = new RegExp(`"${name}"\\s*:\\s*("(?:[^"\\\\\\u0000-\\u001f]|\\\\.){1,${longestToken}}")`).exec(text);
  try {
    const value: unknown = match?.[1] === undefined ? undefined : JSON.parse(match[1]);
    return isObject(value) ? undefined : value;
  } catch {
    return undefined;
  }
}
