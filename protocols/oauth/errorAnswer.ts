import type { RetryClass } from '../../domain/failure.ts';
import { retryClassOf } from '../../domain/failure.ts';
import type { StoredAnswer } from '../../domain/operations/intent.ts';
import type { Reason } from '../../domain/reasons/index.ts';
import { safeText } from '../../domain/text/redaction.ts';
import type { SafeText } from '../../domain/text/safe.ts';
import { isObject, readJsonBody } from '../jsonBody.ts';
import { readRetryAfter } from './numericDate.ts';

/** An answer that says no, or says nothing that can be used. Everything in it may be shown. */
export interface Refusal {
  readonly kind: 'refused';
  readonly reason: Reason;
  readonly message: SafeText;
  readonly status: number;
  readonly retryClass: RetryClass;
  /** Seconds, as the peer asked; bounded by the caller. */
  readonly retryAfterSeconds: number | null;
  /** OAuth error code, where there is one. */
  readonly error: SafeText | null;
  /** Whether the server may have made or changed a client nevertheless. */
  readonly clientMayExist: boolean;
}

/** The error members of an answer (RFC 6749 section 5.2, RFC 6750 section 3, RFC 7591 section 3.2.2, and others). */
export interface ErrorMembers {
  readonly error: string | null;
  readonly description: string | null;
  readonly errorUri: string | null;
  /** Whether the answer asks for a bearer token in `WWW-Authenticate`. */
  readonly wantsBearer: boolean;
}

/** Reads what an error answer says, from its body or its `WWW-Authenticate` header. Never throws. */
export function readErrorMembers(answer: StoredAnswer): ErrorMembers {
  const body = readJsonBody(answer.body, answer.headers['content-type']);
  const members = body.kind === 'object' ? body.value : {};
  const challenge = (answer.headers['www-authenticate'] ?? '').slice(0, 4000);
  // Ory Kratos and Hydra wrap errors in an object ("herodot").
  const nested = isObject(members['error']) ? members['error'] : {};
  return {
    error: firstText(members['error'], nested['id'], nested['status'], attribute(challenge, 'error')),
    description: firstText(
      members['error_description'],
      members['errorMessage'],
      members['message'],
      members['detail'],
      nested['reason'],
      nested['message'],
      attribute(challenge, 'error_description'),
    ),
    errorUri: firstText(members['error_uri']),
    wantsBearer: /(?:^|[\s,])bearer(?:[\s,]|$)/i.test(challenge),
  };
}

/** A refusal with what the peer said, made fit to be shown. `reason` and `retryClass` default by the status. */
export function refusal(
  answer: StoredAnswer,
  members: ErrorMembers,
  judged: { reason: Reason; retryClass?: RetryClass; clientMayExist: boolean; what?: string },
  context: { now: number; secretsInPlay: readonly string[] },
): Refusal {
  const said = judged.what ?? [members.error, members.description].filter((part) => part !== null).join(': ');
  return {
    kind: 'refused',
    reason: judged.reason,
    message: safeText(`${answer.status}${said === '' ? ' without an OAuth error' : ` ${said}`}`, context.secretsInPlay),
    status: answer.status,
    retryClass: judged.retryClass ?? retryClassOf(answer.status),
    retryAfterSeconds: readRetryAfter(answer.headers['retry-after'], context.now),
    error: members.error === null ? null : safeText(members.error, context.secretsInPlay),
    clientMayExist: judged.clientMayExist,
  };
}

function firstText(...values: readonly unknown[]): string | null {
  for (const value of values) {
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  return null;
}

/** An `auth-param` of a challenge (RFC 9110 section 11.2). */
function attribute(challenge: string, name: string): string | null {
  const match = new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"([^"]*)"|([^\\s,"]+))`, 'i').exec(challenge);
  return match?.[1] ?? match?.[2] ?? null;
}
