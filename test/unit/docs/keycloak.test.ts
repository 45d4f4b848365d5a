import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { policyReasons, reasons } from '../../../domain/reasons/index.ts';
import { keycloakProviders } from '../../../protocols/keycloak/realm.ts';

const page = readFileSync(new URL('../../../docs/keycloak.md', import.meta.url), 'utf8');
const tokenReasons = Object.keys(reasons).filter((reason) =>
  /^InitialAccessToken(Exhausted|Expired|Revoked|Unreadable|Spent)$/.test(reason),
);

it.each([...policyReasons, ...tokenReasons, 'KeycloakRequestUnanswered', ...keycloakProviders])(
  'the page on Keycloak explains %s',
  (word) => {
    expect(page).toContain(`\`${word}\``);
  },
);
