import type { Reason } from '../../domain/reasons/index.ts';
import type { Release } from '../../domain/registration/hold.ts';

/** Every problem that the API answers with: its name in `type`, its status and its title (RFC 9457). */
export const problems = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'malformed-header': { status: 400, title: 'A header is malformed' },
  'malformed-request': { status: 400, title: 'The request is malformed' },
  unauthenticated: { status: 401, title: 'Authentication is needed' },
  'origin-not-allowed': { status: 403, title: 'The request comes from another site' },
  'csrf-token-invalid': { status: 403, title: 'The anti-forgery token is missing or wrong' },
  'role-insufficient': { status: 403, title: 'The role of the caller does not allow this' },
  'key-bound': { status: 403, title: 'The key is bound to tenants or applications' },
  'not-found': { status: 404, title: 'Not found' },
  'no-such-route': { status: 404, title: 'There is no such route' },
  'not-acceptable': { status: 406, title: 'There is no form of this that the caller takes' },
  'already-exists': { status: 409, title: 'The id exists already' },
  'not-empty': { status: 409, title: 'The tenant still has registrations' },
  'client-held': { status: 409, title: 'Another registration holds this client' },
  'operation-refused': { status: 409, title: 'The operation is not possible now' },
  'hold-not-released': { status: 409, title: 'The operation does not release what is held' },
  'request-in-progress': { status: 409, title: 'The same request is still being carried out' },
  'peer-refused': { status: 409, title: 'The authorization server refused the request' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The media type is not supported' },
  'wrong-host': { status: 421, title: 'The request is for another host' },
  'validation-failed': { status: 422, title: 'The request does not have the expected form' },
  'cannot-share': { status: 422, title: 'The client cannot be shared' },
  'unknown-application': { status: 422, title: 'The application is not known' },
  'method-unavailable': { status: 422, title: 'The registration method is not available' },
  'not-available': { status: 422, title: 'A later version brings this' },
  'url-not-allowed': { status: 422, title: 'The URL is not allowed' },
  'address-not-allowed': { status: 422, title: 'The address is not allowed' },
  'idempotency-key-reused': { status: 422, title: 'The idempotency key was used for another request' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'bulk-limit': { status: 429, title: 'Too many such operations within an hour' },
  'too-many-streams': { status: 429, title: 'Too many event streams are open' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'Something went wrong in Registrar' },
  'peer-unavailable': { status: 502, title: 'The authorization server did not answer' },
  unavailable: { status: 503, title: 'A part of Registrar does not answer' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ProblemName = keyof typeof problems;

/** One thing that is wrong, with where it is: an RFC 6901 pointer into the body, or a query, path or header name. */
export interface ProblemItem {
  readonly pointer?: string | undefined;
  readonly parameter?: string | undefined;
  readonly message: string;
}

/** Body of every error answer, `application/problem+json` (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance?: string | undefined;
  readonly reason?: Reason | undefined;
  /** Of `hold-not-released`: the operations that do release it; none where nothing is held. */
  readonly releasedBy?: readonly Release[] | undefined;
  readonly errors?: readonly ProblemItem[] | undefined;
}

/** Thrown anywhere in the API to end the request with a problem. Everything in it is shown to the caller. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** Read by Fastify and its plugins. */
  readonly statusCode: number;

  constructor(
    name: ProblemName,
    detail: string,
    more: {
      readonly errors?: readonly ProblemItem[];
      readonly reason?: Reason;
      readonly releasedBy?: readonly Release[];
      readonly instance?: string;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail);
    const { status, title } = problems[name];
    this.statusCode = status;
    this.headers = more.headers ?? {};
    this.problem = {
      type: `urn:smart-registrar:problem:${name}`,
      title,
      status,
      detail,
      ...(more.instance === undefined ? {} : { instance: more.instance }),
      ...(more.reason === undefined ? {} : { reason: more.reason }),
      ...(more.releasedBy === undefined ? {} : { releasedBy: more.releasedBy }),
      ...(more.errors === undefined ? {} : { errors: more.errors }),
    };
  }
}

/** 401 with the scheme that is understood (RFC 6750 section 3). */
export function unauthenticated(detail: string): ProblemError {
  return new ProblemError('unauthenticated', detail, { headers: { 'www-authenticate': 'Bearer realm="registrar"' } });
}

/** What the caller may not see answers the same as what does not exist. */
export function notFound(what: string): ProblemError {
  return new ProblemError('not-found', `There is no such ${what}, or the caller may not see it. Check the id.`);
}
