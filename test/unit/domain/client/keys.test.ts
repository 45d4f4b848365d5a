import { describe, expect, test } from 'vitest';
import { chooseAuthMethod } from '../../../../domain/client/authMethod.ts';
import { bringsOwnKeys, chooseSigningAlgorithm } from '../../../../domain/client/keys.ts';
import type { ClientMetadata } from '../../../../domain/client/metadata.ts';

describe('the algorithm that assertions are signed with', () => {
  test.each([
    ['not told', undefined, 'ES384'],
    ['told as null', null, 'ES384'],
    ['both', ['RS256', 'RS384', 'ES384'], 'ES384'],
    ['RS384 only', ['RS256', 'RS384'], 'RS384'],
    ['neither', ['RS256', 'PS256'], 'ES384'],
    ['none at all', [], 'ES384'],
  ] as const)('%s', (_what, advertised, expected) => {
    expect(chooseSigningAlgorithm(advertised)).toBe(expected);
  });
});

test.each([
  [{}, false],
  [{ jwks: null, jwks_uri: undefined }, false],
  [{ jwks_uri: 'https://app.example/jwks' }, true],
  [{ jwks: { keys: [] } }, true],
])('metadata %j bring their own keys: %s', (metadata, expected) => {
  expect(bringsOwnKeys(metadata)).toBe(expected);
});

describe('the authentication method', () => {
  const own = (token_endpoint_auth_method: string) => ({ token_endpoint_auth_method }) as ClientMetadata;
  test.each([
    ['the metadata’s own counts', own('none'), ['client_secret_basic'], ['client_secret_basic'], 'none'],
    ['own, for asymmetric keys', own('private_key_jwt'), ['none'], null, 'private_key_jwt'],
    [
      'the first preference that is advertised',
      {},
      ['private_key_jwt', 'client_secret_basic'],
      ['client_secret_basic', 'private_key_jwt'],
      'private_key_jwt',
    ],
    [
      'the next preference where the first is not',
      {},
      ['private_key_jwt', 'client_secret_post'],
      ['client_secret_post'],
      'client_secret_post',
    ],
    ['a public client', {}, ['none'], ['client_secret_basic', 'none'], 'none'],
    ['nothing advertised', {}, ['private_key_jwt', 'client_secret_basic'], null, 'client_secret_basic'],
    ['nothing fits', {}, ['private_key_jwt'], ['client_secret_post'], 'private_key_jwt'],
    ['no preference is known', {}, ['tls_client_auth'], ['tls_client_auth'], 'client_secret_basic'],
  ] as const)('%s', (_what, metadata, preferences, advertised, expected) => {
    expect(chooseAuthMethod(metadata as ClientMetadata, preferences, advertised)).toBe(expected);
  });
});
