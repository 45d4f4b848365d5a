import { parseRegistrationId } from '../../../domain/ids.ts';
import { credentialHealths, phases } from '../../../domain/words.ts';

/** Orders of the list that the API offers, in the words of the page. */
export const sorts = {
  registrationId: 'Tenant',
  '-registrationId': 'Tenant, descending',
  expiresAt: 'Expiry, soonest first',
  '-expiresAt': 'Expiry, latest first',
  rotationDueAt: 'Next rotation, soonest first',
  '-rotationDueAt': 'Next rotation, latest first',
  '-changedAt': 'Latest change first',
  changedAt: 'Oldest change first',
} as const;
export type Sort = keyof typeof sorts;

/** What the list shows; kept in the address, so that it can be sent to a colleague and the back button works. */
export interface ListQuery {
  readonly phase: string;
  readonly credentialHealth: string;
  readonly needsAttention: boolean;
  readonly q: string;
  readonly sort: Sort;
}

export const emptyQuery: ListQuery = {
  phase: '',
  credentialHealth: '',
  needsAttention: false,
  q: '',
  sort: 'registrationId',
};

export type Route =
  | { readonly page: 'overview'; readonly query: ListQuery }
  | { readonly page: 'registration'; readonly registrationId: string }
  | { readonly page: 'tokens' }
  | { readonly page: 'servers' }
  | { readonly page: 'unknown' };

/** Location hashes of the lists beside the registrations. */
export const listHashes = { tokens: '#/initial-access-tokens', servers: '#/authorization-servers' } as const;

function oneOf(allowed: readonly string[], value: string | null): string {
  return value !== null && allowed.includes(value) ? value : '';
}

/** The page that a location hash names. What it does not understand in a query is left out. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?', 2);
  if (path === '' || path === '/') {
    const fields = new URLSearchParams(search);
    return {
      page: 'overview',
      query: {
        phase: oneOf(phases, fields.get('phase')),
        credentialHealth: oneOf(credentialHealths, fields.get('credentialHealth')),
        needsAttention: fields.get('needsAttention') === 'true',
        q: (fields.get('q') ?? '').slice(0, 200),
        sort: (oneOf(Object.keys(sorts), fields.get('sort')) || emptyQuery.sort) as Sort,
      },
    };
  }
  const registrationId = /^\/registrations\/([^/]+)$/.exec(path)?.[1];
  if (registrationId !== undefined && parseRegistrationId(registrationId) !== null)
    return { page: 'registration', registrationId };
  if (`#${path}` === listHashes.tokens) return { page: 'tokens' };
  if (`#${path}` === listHashes.servers) return { page: 'servers' };
  return { page: 'unknown' };
}

/** Query parameters of a list, without those at rest; as the address and the API both write them. */
export function queryParameters(query: ListQuery): URLSearchParams {
  const parameters = new URLSearchParams();
  if (query.phase !== '') parameters.set('phase', query.phase);
  if (query.credentialHealth !== '') parameters.set('credentialHealth', query.credentialHealth);
  if (query.needsAttention) parameters.set('needsAttention', 'true');
  if (query.q.trim() !== '') parameters.set('q', query.q.trim());
  if (query.sort !== emptyQuery.sort) parameters.set('sort', query.sort);
  return parameters;
}

/** Location hash of the overview with a query. */
export function overviewHash(query: ListQuery): string {
  const parameters = queryParameters(query).toString();
  return parameters === '' ? '#/' : `#/?${parameters}`;
}

/** Location hash of one registration's page. */
export function registrationHash(registrationId: string): string {
  return `#/registrations/${registrationId}`;
}
