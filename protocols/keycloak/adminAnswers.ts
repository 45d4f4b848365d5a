import { type RetryClass, retryClassOf } from '../../domain/failure.ts';
import type { StoredAnswer } from '../../domain/operations/intent.ts';
import type { Reason } from '../../domain/reasons/index.ts';
import { safeText } from '../../domain/text/redaction.ts';
import type { SafeText } from '../../domain/text/safe.ts';
import { isObject, readJsonBody, readText } from '../jsonBody.ts';
import { readErrorMembers } from '../oauth/errorAnswer.ts';
import { longestToken, sendable } from '../oauth/managementToken.ts';

/** An answer that gives nothing. Everything in it may be shown. */
export interface AdminRefusal {
  readonly kind: 'refused';
  readonly reason: Reason;
  readonly retryClass: RetryClass;
  readonly status: number;
  readonly message: SafeText;
}

/** An initial access token as Keycloak lists it; the token itself is shown once, when it is issued. */
export interface ListedInitialAccessToken {
  readonly id: string;
  /** Milliseconds since the epoch, UTC. */
  readonly issuedAt: number;
  /** Null: never. */
  readonly expiresAt: number | null;
  /** Registrations that it was issued for, and those that are left. */
  readonly count: number;
  readonly remainingCount: number;
}

/** A client as an administrator sees it, without its secrets. */
export interface AdminClient {
  /** Keycloak's own id, which the administrator API asks for. */
  readonly uuid: string;
  readonly clientId: string;
  readonly enabled: boolean;
}

type Parsed<Value> = ({ readonly kind: 'ok' } & Value) | AdminRefusal;

/** Answer of the token endpoint (RFC 6749 section 5.1). `lifetimeSeconds` is at least 0. Never throws. */
export function parseBearerResponse(
  answer: StoredAnswer,
  secretsInPlay: readonly string[],
): Parsed<{ readonly token: string; readonly lifetimeSeconds: number }> {
  const members = objectOf(answer);
  if (answer.status !== 200 || members === null) return refuse(answer, secretsInPlay);
  const token = readToken(members['access_token']);
  if (token === null) return refuse(answer, secretsInPlay);
  const { expires_in: lifetime } = members;
  const isLifetime = typeof lifetime === 'number' && Number.isFinite(lifetime) && lifetime > 0;
  return { kind: 'ok', token, lifetimeSeconds: isLifetime ? lifetime : 0 };
}

/** Answer to `POST clients-initial-access`. `token` is a secret. Never throws. */
export function parseIssuedTokenResponse(
  answer: StoredAnswer,
  secretsInPlay: readonly string[],
): Parsed<{ readonly token: string; readonly listed: ListedInitialAccessToken }> {
  const members = isSuccess(answer) ? objectOf(answer) : null;
  const token = readToken(members?.['token']);
  const listed = readListed(members);
  if (token === null || listed === null) return refuse(answer, secretsInPlay);
  return { kind: 'ok', token, listed };
}

/** Answer to `GET clients-initial-access`; unreadable entries are left out. Never throws. */
export function parseTokenListResponse(
  answer: StoredAnswer,
  secretsInPlay: readonly string[],
): Parsed<{ readonly tokens: readonly ListedInitialAccessToken[] }> {
  const items = isSuccess(answer) ? arrayOf(answer) : null;
  if (items === null) return refuse(answer, secretsInPlay);
  return { kind: 'ok', tokens: items.map(readListed).filter((listed) => listed !== null) };
}

/** Answer to `DELETE clients-initial-access/{id}`; one that is gone already is revoked as well. Never throws. */
export function parseRevocationResponse(answer: StoredAnswer, secretsInPlay: readonly string[]): Parsed<object> {
  const isGone = isSuccess(answer) || (answer.status === 404 && objectOf(answer) !== null);
  return isGone ? { kind: 'ok' } : refuse(answer, secretsInPlay);
}

/** Answer to `GET clients?clientId=`; null when the realm has no such client. Never throws. */
export function parseClientLookupResponse(
  answer: StoredAnswer,
  clientId: string,
  secretsInPlay: readonly string[],
): Parsed<{ readonly client: AdminClient | null }> {
  const items = isSuccess(answer) ? arrayOf(answer) : null;
  if (items === null) return refuse(answer, secretsInPlay);
  const found = items.find((item) => isObject(item) && item['clientId'] === clientId);
  if (!isObject(found)) return { kind: 'ok', client: null };
  const uuid = readText(found['id'], 100);
  if (uuid === null || !isPathId(uuid) || typeof found['enabled'] !== 'boolean') return refuse(answer, secretsInPlay);
  return { kind: 'ok', client: { uuid, clientId, enabled: found['enabled'] } };
}

/** Answer to `POST clients/{uuid}/registration-access-token`. `token` is a secret. Never throws. */
export function parseReissueResponse(
  answer: StoredAnswer,
  clientId: string,
  secretsInPlay: readonly string[],
): Parsed<{ readonly token: string }> {
  const members = isSuccess(answer) ? objectOf(answer) : null;
  const token = readToken(members?.['registrationAccessToken']);
  if (token === null || members?.['clientId'] !== clientId) return refuse(answer, secretsInPlay);
  return { kind: 'ok', token };
}

/** Whether a text may stand as an id in a path of the administrator API. */
export function isPathId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text);
}

function refuse(answer: StoredAnswer, secretsInPlay: readonly string[]): AdminRefusal {
  const { status } = answer;
  const { error, description } = readErrorMembers(answer);
  const said = [error, description].filter((part) => part !== null).join(': ');
  const text = isSuccess(answer) ? 'not the expected answer' : said === '' ? 'without an error' : said;
  const unusable = isSuccess(answer) || (status >= 300 && status < 400);
  return {
    kind: 'refused',
    reason: reasonOf(status, error),
    retryClass: unusable ? 'input' : retryClassOf(status),
    status,
    // What came with a success may hold a secret that nobody knows yet: none of it is told.
    message: safeText(`${status} ${text}`, secretsInPlay),
  };
}

const refusedClients: ReadonlySet<string | null> = new Set(['invalid_client', 'unauthorized_client', 'invalid_grant']);

function reasonOf(status: number, error: string | null): Reason {
  if (status === 401 || (status === 400 && refusedClients.has(error))) return 'ServiceAccountRejected';
  if (status === 403) return 'ServiceAccountForbidden';
  return retryClassOf(status) === 'transient' ? 'PeerNotAnswering' : 'ServiceAccountAnswerNotUsable';
}

function isSuccess({ status }: StoredAnswer): boolean {
  return status >= 200 && status < 300;
}

function objectOf(answer: StoredAnswer): Readonly<Record<string, unknown>> | null {
  const body = readJsonBody(answer.body, answer.headers['content-type']);
  return body.kind === 'object' ? body.value : null;
}

function arrayOf(answer: StoredAnswer): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(answer.body);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function readToken(value: unknown): string | null {
  const token = readText(value, longestToken);
  return token !== null && sendable(token) ? token : null;
}

/** Keycloak counts in seconds; an `expiration` of 0 is never. */
function readListed(value: unknown): ListedInitialAccessToken | null {
  if (!isObject(value)) return null;
  const { id, timestamp, expiration, count, remainingCount } = value;
  if (typeof id !== 'string' || !isPathId(id)) return null;
  if (![timestamp, expiration, count, remainingCount].every(isWhole)) return null;
  const issuedAt = Number(timestamp) * 1000;
  return {
    id,
    issuedAt,
    expiresAt: expiration === 0 ? null : issuedAt + Number(expiration) * 1000,
    count: Number(count),
    remainingCount: Number(remainingCount),
  };
}

/** Whole seconds up to the year 9999. */
function isWhole(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 253_402_300_799;
}
