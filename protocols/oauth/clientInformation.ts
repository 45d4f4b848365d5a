import type { StoredAnswer } from '../../domain/operations/intent.ts';
import type { Finding } from '../../domain/registration/view.ts';
import { splitScopes } from '../../domain/scopes/scope.ts';
import { encodingsOf } from '../../domain/text/encodings.ts';
import { type AuthMethod, authMethods } from '../../domain/words.ts';
import { readText } from '../jsonBody.ts';
import { usableClientUri } from './clientUri.ts';
import { longestToken, sendable } from './managementToken.ts';
import { isInMilliseconds, readNumericDate } from './numericDate.ts';
import { isNoSecret } from './shownSecret.ts';

/**
 * A client information response (RFC 7591 section 3.2.1), as far as it could be read. Times are milliseconds since the
 * epoch, UTC. `clientSecret` and `registrationAccessToken` are secrets. Everything is the peer's word.
 */
export interface ClientInformation {
  readonly kind: 'client';
  readonly clientId: string;
  /** Null: not in the answer, which after an update means unchanged. */
  readonly clientSecret: string | null;
  /** Null: never when `expiryKnown`, otherwise unknown. */
  readonly secretExpiresAt: number | null;
  readonly expiryKnown: boolean;
  /** When the answer came: what a secret's lifetime counts from. */
  readonly issuedAt: number;
  /** `client_id_issued_at`: age of the client, which may be older than its secret. */
  readonly clientIdIssuedAt: number | null;
  readonly registrationAccessToken: string | null;
  /** Only on an origin of the audience. */
  readonly registrationClientUri: string | null;
  readonly authMethod: AuthMethod;
  /** Null: not shown. */
  readonly redirectUris: readonly string[] | null;
  /** Tokens of `scope`; null: not shown. */
  readonly scope: readonly string[] | null;
  /** The other members, for comparing only: unchecked text of the peer. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly findings: readonly Finding[];
}

export interface ReadingContext {
  /** Milliseconds since the epoch, UTC. */
  readonly now: number;
  /** Origins that management requests may go to: the registration endpoint's, from the approved snapshot. */
  readonly managementOrigins: readonly string[];
  /** The method asked for, believed when the answer shows none. */
  readonly askedAuthMethod?: AuthMethod | undefined;
  /** Secrets that the server knows: none comes out in a text, as none of the answer itself does. */
  readonly secretsInPlay: readonly string[];
}

const secretMembers = new Set(['client_secret', 'registration_access_token']);
const longestClientId = 2048;

/** The client id of a response, or null when it has none that could be used. A number is read as its digits. */
export function readClientId(body: Readonly<Record<string, unknown>>): string | null {
  const value = body['client_id'];
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  const clientId = readText(text, longestClientId);
  // VSCHAR as in RFC 6749 appendix A.1, so that it can stand in a header, a log and a page.
  return clientId !== null && /^[\x20-\x7E]+$/.test(clientId) ? clientId : null;
}

/** Reads all members but the client id, tolerantly: what cannot be read is absent, with a finding. Never throws. */
export function readClientInformation(
  clientId: string,
  body: Readonly<Record<string, unknown>>,
  answer: StoredAnswer,
  context: ReadingContext,
): ClientInformation {
  const findings: Finding[] = [];
  const clientSecret = readSecret(body, 'client_secret', findings);
  const registrationAccessToken = readSecret(body, 'registration_access_token', findings);
  const secrets = [clientSecret, registrationAccessToken, ...context.secretsInPlay]
    .filter((secret) => secret !== null)
    .flatMap(encodingsOf);
  const authMethod = readAuthMethod(body, context, clientSecret, findings);
  const expiry = readExpiry(body, authMethod, clientSecret, findings);
  const redirectUris = readList(body['redirect_uris'], 'redirect_uris', secrets, findings);
  const scope = readScope(body['scope']);
  return {
    kind: 'client',
    clientId,
    clientSecret,
    ...expiry,
    issuedAt: answer.receivedAt,
    clientIdIssuedAt: readNumericDate(body['client_id_issued_at']) || null,
    registrationAccessToken,
    registrationClientUri: readClientUri(body, answer, context, findings),
    authMethod,
    redirectUris,
    scope: readList(scope, 'scope', secrets, findings),
    metadata: Object.fromEntries(Object.entries(body).filter(([name]) => !secretMembers.has(name))),
    findings,
  };
}

function readSecret(body: Readonly<Record<string, unknown>>, name: string, findings: Finding[]): string | null {
  const value = body[name];
  if (value === undefined || value === null || value === '') return null;
  const text = readText(value, longestToken);
  if (name === 'client_secret' && text !== null && isNoSecret(text)) {
    const message = 'The answer shows a mask or a hash in place of the client secret; it counts as not shown.';
    findings.push(finding('client-secret-not-shown', 'warning', message));
    return null;
  }
  if (text !== null && (name === 'client_secret' || sendable(text))) return text;
  findings.push(finding(`${kebab(name)}-not-usable`, 'error', `The answer has a "${name}" that cannot be used.`));
  return null;
}

function readAuthMethod(
  body: Readonly<Record<string, unknown>>,
  context: ReadingContext,
  clientSecret: string | null,
  findings: Finding[],
): AuthMethod {
  const value = body['token_endpoint_auth_method'];
  const known = authMethods.find((method) => method === value);
  if (known !== undefined) {
    if (context.askedAuthMethod !== undefined && known !== context.askedAuthMethod) {
      const message = `The server registered the authentication method ${known} instead of ${context.askedAuthMethod}.`;
      findings.push(finding('auth-method-differs', 'info', message));
    }
    return known;
  }
  if (value !== undefined && value !== null) {
    const message = 'The server registered a token endpoint authentication method that Registrar does not know.';
    findings.push(finding('auth-method-not-supported', 'error', message));
  }
  // RFC 7591 section 2: client_secret_basic where none is named.
  return context.askedAuthMethod ?? (clientSecret === null ? 'none' : 'client_secret_basic');
}

function readExpiry(
  body: Readonly<Record<string, unknown>>,
  authMethod: AuthMethod,
  clientSecret: string | null,
  findings: Finding[],
): { secretExpiresAt: number | null; expiryKnown: boolean } {
  const value = body['client_secret_expires_at'];
  if (authMethod === 'none' || authMethod === 'private_key_jwt') {
    if (clientSecret !== null) {
      const message = `The server issued a secret to a client that authenticates by ${authMethod}; it is kept and not used.`;
      findings.push(finding('client-secret-not-used', 'warning', message));
    }
    // Nothing that such a client authenticates with expires.
    return { secretExpiresAt: null, expiryKnown: true };
  }
  if (value === undefined || value === null || value === '') return { secretExpiresAt: null, expiryKnown: false };
  const time = readNumericDate(value);
  if (time === null) {
    findings.push(
      finding('secret-expiry-not-readable', 'warning', 'client_secret_expires_at cannot be read as a time.'),
    );
    return { secretExpiresAt: null, expiryKnown: false };
  }
  if (time === 0) return { secretExpiresAt: null, expiryKnown: true };
  if (isInMilliseconds(value)) {
    const message = 'client_secret_expires_at is in milliseconds; RFC 7591 asks for seconds. It was read as such.';
    findings.push(finding('secret-expiry-in-milliseconds', 'info', message));
  }
  return { secretExpiresAt: time, expiryKnown: true };
}

function readClientUri(
  body: Readonly<Record<string, unknown>>,
  answer: StoredAnswer,
  context: ReadingContext,
  findings: Finding[],
): string | null {
  const value = body['registration_client_uri'];
  const shown = value !== undefined && value !== null && value !== '';
  const uri = usableClientUri(value, context.managementOrigins);
  if (uri !== null) return uri;
  if (shown) {
    const message = 'registration_client_uri is not on the origin of the registration endpoint; it is not used.';
    findings.push(finding('registration-client-uri-not-usable', 'warning', message));
    return null;
  }
  return answer.status === 201 ? usableClientUri(answer.headers['location'], context.managementOrigins) : null;
}

/** A space-separated text as specified, or the list that some servers make of it. */
function readScope(value: unknown): readonly unknown[] | null {
  if (typeof value === 'string') return splitScopes(value.slice(0, longestScope));
  return Array.isArray(value) ? value : null;
}

const longestScope = 50_000;
const mostItems = 500;
const longestItem = 2000;

/** A list of visible texts; a string counts as a list of one. What is unreadable or shows a secret is left out. */
function readList(value: unknown, name: string, secrets: readonly string[], findings: Finding[]): string[] | null {
  if (value === undefined || value === null) return null;
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const readable = items.filter(
    (item): item is string =>
      typeof item === 'string' &&
      item !== '' &&
      item.length <= longestItem &&
      /^[^\p{C}\s]+$/u.test(item) &&
      !secrets.some((secret) => item.includes(secret)),
  );
  if (readable.length < items.length || readable.length > mostItems) {
    findings.push(
      finding(`${kebab(name)}-partly-not-readable`, 'warning', `Some of "${name}" in the answer cannot be read.`),
    );
  }
  return readable.slice(0, mostItems);
}

function kebab(name: string): string {
  return name.replaceAll('_', '-');
}

function finding(code: string, severity: Finding['severity'], message: string): Finding {
  return { code, severity, message };
}
