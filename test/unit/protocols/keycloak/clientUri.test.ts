import { expect, test } from 'vitest';
import { isKeycloakClientUri } from '../../../../protocols/keycloak/clientUri.ts';

test.each([
  ['https://login.example/realms/smart/clients-registrations/openid-connect/client-1', true],
  ['https://login.example/auth/realms/smart/clients-registrations/openid-connect/client-1?a=b', true],
  ['https://login.example/realms/smart/clients-registrations/default/client-1', false],
  ['https://login.example/register/client-1', false],
  ['not a URL', false],
])('%s', (uri, expected) => {
  expect(isKeycloakClientUri(uri)).toBe(expected);
});
