import type { RetryClass } from '../../domain/failure.ts';
import type { StoredAnswer } from '../../domain/operations/intent.ts';
import type { Reason } from '../../domain/reasons/index.ts';
import type { AudienceSecret } from '../http/audience.ts';
import type { GuardedRequest } from '../http/client.ts';
import { bodyLimits } from '../http/limits.ts';
import { isObject, type JsonBody, readJsonBody } from '../jsonBody.ts';
import { policyReason } from '../keycloak/refusals.ts';
import {
  type ClientInformation,
  type ReadingContext,
  readClientId,
  readClientInformation,
} from './clientInformation.ts';
import { type Refusal, readErrorMembers, refusal } from './errorAnswer.ts';
import { metadataToSend } from './metadataToSend.ts';
import { secretsIn } from './registration.ts';

/** Where and with what a client is managed: `registration_client_uri` and the registration access token. */
export interface ManagementAccess {
  readonly clientUri: string;
  readonly token: AudienceSecret;
}

/** Client read request (RFC 7592 section 2.1). Repeatable. */
export function readRequest(access: ManagementAccess): GuardedRequest {
  return managementRequest('GET', access);
}

/**
 * Client update request (RFC 7592 section 2.2): replaces everything, so the whole metadata go with it. The client
 * secret is left out, as some servers refuse it.
 */
export function updateRequest(
  access: ManagementAccess & { readonly clientId: string; readonly metadata: Readonly<Record<string, unknown>> },
): GuardedRequest {
  const request = managementRequest('PUT', access);
  return {
    ...request,
    headers: { ...request.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: access.clientId, ...metadataToSend(access.metadata) }),
  };
}

/** Client delete request (RFC 7592 section 2.3). Repeatable. */
export function deleteRequest(access: ManagementAccess): GuardedRequest {
  return managementRequest('DELETE', access);
}

function managementRequest(method: 'GET' | 'PUT' | 'DELETE', access: ManagementAccess): GuardedRequest {
  return {
    method,
    url: access.clientUri,
    headers: { accept: 'application/json' },
    credential: { secret: access.token, scheme: 'bearer' },
    maxBytes: bodyLimits.registrationAnswer,
    followRedirects: false,
  };
}

/** `unchanged`: the server took the request and shows nothing of the client. */
export type ParsedManagement = ClientInformation | { readonly kind: 'unchanged' } | Refusal;

export interface ManagementContext extends ReadingContext {
  /** The client that was asked about. */
  readonly clientId: string;
}

/**
 * Judges the answer to a read request. `ManagementRejected`: the token is dead, or the client is gone; nobody can tell
 * which (RFC 7592 section 2.1). Never throws.
 */
export function parseReadResponse(answer: StoredAnswer, context: ManagementContext): ClientInformation | Refusal {
  const parsed = parseClient(answer, context);
  return parsed ?? refuse(answer, context, judgeStatus(answer.status, 'ManagementRejected'));
}

/** Judges the answer to an update request. A 204 means that it was taken. Never throws. */
export function parseUpdateResponse(answer: StoredAnswer, context: ManagementContext): ParsedManagement {
  const parsed = parseClient(answer, context);
  if (parsed !== null) return parsed;
  if (answer.status === 204) return { kind: 'unchanged' };
  return refuse(answer, context, judgeStatus(answer.status, 'UpdateRejected'));
}

export type ParsedDeletion =
  | { readonly kind: 'deleted' }
  /** The server no longer knows the client, or never did; or it does not manage clients any more. */
  | { readonly kind: 'gone' }
  | Refusal;

/**
 * Judges the answer to a delete request: 204 as specified, any 2xx that tells of no error and 404, 410 tolerated. Never
 * throws.
 */
export function parseDeleteResponse(answer: StoredAnswer, context: ManagementContext): ParsedDeletion {
  const { status } = answer;
  const body = readJsonBody(answer.body, answer.headers['content-type']);
  const html = body.kind === 'html';
  if (status >= 200 && status < 300 && !html && !tellsError(body)) return { kind: 'deleted' };
  if ((status === 404 || status === 410) && !html) return { kind: 'gone' };
  const judged = judgeStatus(status, 'RetireNotSupported');
  const reason = judged.reason === 'RotationNotSupported' ? 'RetireNotSupported' : judged.reason;
  return refuse(answer, context, { ...judged, reason });
}

function parseClient(answer: StoredAnswer, context: ManagementContext): ClientInformation | Refusal | null {
  if (answer.status < 200 || answer.status >= 300 || answer.status === 204) return null;
  const body = readJsonBody(answer.body, answer.headers['content-type']);
  const told = body.kind === 'object' ? readClientId(body.value) : null;
  // Its status alone would say that a change was made.
  if (told === null && tellsError(body)) return null;
  const clientId = body.kind === 'object' ? (told ?? context.clientId) : null;
  if (body.kind === 'object' && clientId === context.clientId) {
    return readClientInformation(clientId, body.value, answer, context);
  }
  const what = describe(body);
  // Nothing was refused: its end was lost.
  if (answer.cutOff === true && body.kind !== 'object')
    return refuse(answer, context, {
      reason: 'PeerNotAnswering',
      retryClass: 'transient',
      what: 'an answer without its end',
    });
  return refuse(answer, context, { reason: 'RegistrationAnswerNotUsable', retryClass: 'input', what });
}

/** Some servers, and what stands before them, answer 200 to whatever they refuse. */
function tellsError(body: JsonBody): boolean {
  if (body.kind !== 'object') return false;
  const { error } = body.value;
  return (typeof error === 'string' && error !== '') || isObject(error);
}

function describe(body: JsonBody): string {
  if (body.kind === 'object') return 'the answer is about another client';
  return body.kind === 'html' ? 'an HTML page' : 'no JSON object';
}

function judgeStatus(status: number, refused: Reason): { reason: Reason; retryClass?: RetryClass } {
  if (status === 405 || status === 501) return { reason: 'RotationNotSupported', retryClass: 'input' };
  if (status === 401) return { reason: 'ManagementRejected' };
  if (status === 404 || status === 410) return { reason: 'ManagementRejected', retryClass: 'token' };
  if (status === 408 || status === 425 || status === 429 || status >= 500) return { reason: 'PeerNotAnswering' };
  return { reason: refused, retryClass: 'input' };
}

function refuse(
  answer: StoredAnswer,
  context: ManagementContext,
  judged: { reason: Reason; retryClass?: RetryClass; what?: string },
): Refusal {
  const secretsInPlay = [...context.secretsInPlay, ...secretsIn(answer)];
  const members = readErrorMembers(answer);
  const policy = policyReason({ status: answer.status, ...members });
  return refusal(
    answer,
    members,
    { clientMayExist: true, ...judged, ...(policy === null ? {} : { reason: policy }) },
    { now: context.now, secretsInPlay },
  );
}
