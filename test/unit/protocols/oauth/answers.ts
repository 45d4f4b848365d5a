import fc from 'fast-check';
import type { StoredAnswer } from '../../../../domain/operations/intent.ts';

export const receivedAt = Date.parse('2026-11-21T10:00:00Z');

/** An answer as stored; an object body is sent as JSON. */
export function answerOf(status: number, body: unknown, headers: Record<string, string> = {}): StoredAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? {} : { 'content-type': 'application/json' };
  return { status, headers: { ...type, ...headers }, body: text, receivedAt };
}

const memberNames = [
  'client_id',
  'client_secret',
  'client_secret_expires_at',
  'client_id_issued_at',
  'registration_access_token',
  'registration_client_uri',
  'token_endpoint_auth_method',
  'redirect_uris',
  'scope',
  'error',
  'error_description',
] as const;

const body = fc.oneof(
  fc.dictionary(fc.constantFrom(...memberNames), fc.jsonValue()).map((value) => JSON.stringify(value)),
  fc.jsonValue().map((value) => `\uFEFF${JSON.stringify(value)}`),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '<html>', '{"client_id":', '[]', 'null', '"x"'),
);

/** Whatever a peer may send. */
export const anyAnswer: fc.Arbitrary<StoredAnswer> = fc.record({
  status: fc.oneof(
    fc.constantFrom(200, 201, 204, 302, 400, 401, 403, 404, 429, 500),
    fc.integer({ min: 100, max: 599 }),
  ),
  headers: fc.dictionary(
    fc.constantFrom('content-type', 'location', 'retry-after', 'www-authenticate'),
    fc.string({ unit: 'binary' }),
  ),
  body,
  receivedAt: fc.constant(receivedAt),
});
