import { expect, test } from 'vitest';
import { requestedMetadata } from '../../../../domain/client/requested.ts';

const offer = { scopesSupported: null, capabilities: null, tokenEndpointAuthMethods: null };
const policies = { allowReplace: false, allowAnonymous: false, allowIssuerEndpoint: false, trimScopes: false };

const requested = (changes: Readonly<Record<string, unknown>>) =>
  requestedMetadata({ metadata: { client_name: 'App', ...changes }, authMethods: [], policies }, offer, 'none');

// RFC 7591 section 2.1: response types and grant types correspond; strict servers answer invalid_client_metadata.
test.each<[what: string, changes: Readonly<Record<string, unknown>>, responseTypes: readonly string[]]>([
  ['an application for users', { scope: 'launch openid' }, ['code']],
  ['a backend service', { scope: 'system/*.rs', grant_types: ['client_credentials'] }, []],
  ['a backend service that exchanges tokens too', { grant_types: ['client_credentials', 'urn:x:token-exchange'] }, []],
  ['both in one', { grant_types: ['authorization_code', 'client_credentials'] }, ['code']],
  ['what somebody wrote', { grant_types: ['client_credentials'], response_types: ['code'] }, ['code']],
])('the response types of %s are those of its grants', (_what, changes, responseTypes) => {
  expect(requested(changes)['response_types']).toEqual(responseTypes);
});
