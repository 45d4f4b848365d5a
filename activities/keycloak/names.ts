import { createHash } from 'node:crypto';
import type { KeycloakRealm } from '../../protocols/keycloak/realm.ts';

/** Subject of ledger rows about clients that no registration holds; never a registration id, which has no slash. */
export const ledgerPrefix = 'keycloak/';

/** Under which the ledgers know a client, or one that has no id yet. */
export function ledgerSubject(realm: KeycloakRealm, client: string): string {
  return `${ledgerPrefix}${realm.origin.replace(/^https?:\/\//, '')}/${realm.name}/${client}`;
}

/**
 * Name of the secret of a client: `keycloak/{server}/{realm}/{client}/client`, and `…/management` for its registration
 * access token. Parts hold what every store takes, a store without upper case included: of other texts a part keeps
 * what can be read and adds a hash.
 */
export function keycloakSecretName(realm: KeycloakRealm, clientId: string, half: 'client' | 'management'): string {
  const server = realm.issuer.replace(/^https?:\/\//, '').replace(/\/realms\/[^/]*$/, '');
  return ['keycloak', part(server, 16), part(realm.name, 16), part(clientId, 36), half].join('/');
}

function part(text: string, longest: number): string {
  if (text.length <= longest && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text)) return text;
  const readable = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-|-$/g, '');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 10);
  return readable === '' ? hash : `${readable}-${hash}`;
}
