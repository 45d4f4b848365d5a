import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keycloakSecretName, ledgerSubject } from '../../../../activities/keycloak/names.ts';
import { parseRegistrationId } from '../../../../domain/ids.ts';
import { type KeycloakRealm, keycloakRealmOf } from '../../../../protocols/keycloak/realm.ts';

const realm = keycloakRealmOf('https://id.example.org/auth/realms/smart') as KeycloakRealm;

test('parts that every store takes stand as they are, others keep what can be read', () => {
  expect(keycloakSecretName(realm, 'chart-app', 'client')).toMatch(
    /^keycloak\/id-example-org-a-[0-9a-f]{10}\/smart\/chart-app\/client$/,
  );
  expect(keycloakSecretName(realm, 'https://sp.example.org/saml', 'management')).toMatch(
    /\/https-sp-example-org-saml-[0-9a-f]{10}\/management$/,
  );
});

const longest = keycloakRealmOf('https://a-very-long-host-name.example.org:8443/realms/A%20very%20long%20realm%20name');

test('every name fits every store, and two clients never share one', () => {
  const ids = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(ids, ids, (one, other) => {
      const name = keycloakSecretName(longest as KeycloakRealm, one, 'management');
      // Azure Key Vault: 127 letters, digits and "-", after "/" became "--"; its names know no case.
      expect(name.replaceAll('/', '--')).toMatch(/^[0-9a-z-]{1,127}$/);
      expect(name.split('/').slice(1).join('')).not.toContain('--');
      if (one !== other) expect(keycloakSecretName(longest as KeycloakRealm, other, 'management')).not.toBe(name);
    }),
  );
});

test('what the ledgers know a client by is never a registration', () => {
  expect(ledgerSubject(realm, 'a.b.c.d')).toBe('keycloak/id.example.org/smart/a.b.c.d');
  expect(parseRegistrationId(ledgerSubject(realm, 'a.b.c.d'))).toBeNull();
});
