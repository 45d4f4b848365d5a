import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientUrl, isClientId, keycloakRealmOf, providerOf } from '../../../../protocols/keycloak/realm.ts';

const smart = {
  name: 'smart',
  origin: 'https://id.example.org',
  issuer: 'https://id.example.org/realms/smart',
  tokenEndpoint: 'https://id.example.org/realms/smart/protocol/openid-connect/token',
  registrations: 'https://id.example.org/realms/smart/clients-registrations',
  admin: 'https://id.example.org/admin/realms/smart',
};

describe('the realm of a URL', () => {
  test.each([
    'https://id.example.org/realms/smart',
    'https://id.example.org/realms/smart/',
    'https://id.example.org:443/realms/smart',
    'https://id.example.org/realms/smart/clients-registrations/openid-connect',
    'https://id.example.org/realms/smart/clients-registrations/openid-connect/a%2Fb',
    'https://id.example.org/realms/smart/protocol/openid-connect/token',
    'https://id.example.org/realms/smart/.well-known/openid-configuration',
    'https://id.example.org/admin/realms/smart/clients-initial-access',
  ])('%s', (url) => {
    expect(keycloakRealmOf(url)).toEqual(smart);
  });

  test('below a context path, with a name that is encoded', () => {
    expect(keycloakRealmOf('http://localhost:8080/auth/realms/my%20realm')).toEqual({
      name: 'my realm',
      origin: 'http://localhost:8080',
      issuer: 'http://localhost:8080/auth/realms/my%20realm',
      tokenEndpoint: 'http://localhost:8080/auth/realms/my%20realm/protocol/openid-connect/token',
      registrations: 'http://localhost:8080/auth/realms/my%20realm/clients-registrations',
      admin: 'http://localhost:8080/auth/admin/realms/my%20realm',
    });
  });

  test.each([
    'https://id.example.org/oauth2/default',
    'https://id.example.org/realms/',
    'https://id.example.org/realms/smart/users',
    'https://id.example.org/realms/a%2Fb',
    'https://id.example.org/realms/%E0%A4%A',
    'https://user:pw@id.example.org/realms/smart',
    'https://id.example.org/realms/smart#x',
    'ftp://id.example.org/realms/smart',
    'realms/smart',
    '',
  ])('none: %s', (url) => {
    expect(keycloakRealmOf(url)).toBeNull();
  });

  test('never throws, and its addresses stay on the origin', () => {
    const path = fc.array(fc.oneof(fc.constantFrom('realms', 'admin', 'auth', '..', '%2e%2e', '%'), fc.string()), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          path.map((parts) => `https://id.example.org/${parts.join('/')}`),
        ),
        (url) => {
          const realm = keycloakRealmOf(url);
          if (realm === null) return;
          for (const address of [realm.issuer, realm.tokenEndpoint, realm.registrations, realm.admin])
            expect(new URL(address).origin).toBe(realm.origin);
        },
      ),
    );
  });

  test('a client id stays one segment below its provider', () => {
    const realm = keycloakRealmOf(smart.issuer);
    if (realm === null) throw new Error('no realm');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (clientId) => {
        fc.pre(isClientId(clientId));
        const url = new URL(clientUrl(realm, 'default', clientId));
        expect(url.pathname.split('/').slice(0, -1).join('/')).toBe('/realms/smart/clients-registrations/default');
        expect(providerOf(url.href)).toBe('default');
        expect(decodeURIComponent(url.pathname.split('/').at(-1) ?? '')).toBe(clientId);
      }),
    );
  });

  test.each(['.', '..', '', ' a', 'a\nb', 'a\u202eb', 'x'.repeat(256)])('no client id: %j', (text) => {
    expect(isClientId(text)).toBe(false);
  });
});
