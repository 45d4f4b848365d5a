import type { ManagementToken, StoredAnswer } from '../../domain/operations/intent.ts';
import { readJsonBody, readText } from '../jsonBody.ts';
import { usableClientUri } from './clientUri.ts';

/** Longest registration access token taken, in characters; some are JWTs. */
export const longestToken = 16_384;

/**
 * The registration access token of an answer (RFC 7592 section 3), even when nothing else of the answer can be judged:
 * a token that is lost costs a person's work. Run it before judging. Never throws; null when there is none that could
 * be sent. `clientUri` is null unless it is on one of the `audience` origins.
 */
export function extractManagementToken(
  answer: StoredAnswer,
  argument: { readonly audience: readonly string[]; readonly clientId?: string | null },
): ManagementToken | null {
  const members = readMembers(answer);
  const token = readText(members['registration_access_token'], longestToken);
  if (token === null || !sendable(token)) return null;
  const location = answer.headers['location'];
  return {
    token,
    clientUri:
      usableClientUri(members['registration_client_uri'], argument.audience) ??
      usableClientUri(answer.status === 201 ? location : undefined, argument.audience),
    clientId: readText(members['client_id'], 2048) ?? argument.clientId ?? null,
    audience: argument.audience,
    receivedAt: answer.receivedAt,
  };
}

/** Whether a text can stand in an Authorization header: visible ASCII without spaces (RFC 6750 section 2.1, tolerant). */
export function sendable(token: string): boolean {
  return /^[\x21-\x7E]+$/.test(token);
}

function readMembers(answer: StoredAnswer): Readonly<Record<string, unknown>> {
  const body = readJsonBody(answer.body, answer.headers['content-type']);
  if (body.kind === 'object') return body.value;
  // A body cut off in the middle, or wrapped in something else, still shows its members.
  const names = ['registration_access_token', 'registration_client_uri', 'client_id'] as const;
  return Object.fromEntries(names.map((name) => [name, findMember(answer.body, name)]));
}

function findMember(text: string, name: string): string | null {
  const match = new RegExp(`"${name}"\\s*:\\s*("(?:[^"\\\\\\u0000-\\u001f]|\\\\.){1,${longestToken}}")`).exec(text);
  if (match?.[1] === undefined) return null;
  try {
    const value: unknown = JSON.parse(match[1]);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}
