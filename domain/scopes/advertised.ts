import type { ScopeOffer } from './dialect.ts';
import { scopeSet } from './set.ts';

/**
 * Whether a server advertises a scope, by meaning: in `scopes_supported`, or by a capability that is of no use without
 * it (SMART App Launch 2.2, "SMART's Capabilities"). Where there is no `scopes_supported` nothing is said about any
 * scope, and every one counts as advertised.
 */
export function isAdvertised({ capabilities, scopesSupported }: ScopeOffer): (scope: string) => boolean {
  if (scopesSupported === null) return () => true;
  const implied = (capabilities ?? []).flatMap((capability) => scopesOfCapability.get(capability) ?? []);
  const advertised = scopeSet([...scopesSupported, ...implied]);
  return (scope) => advertised.covers(scope);
}

const scopesOfCapability: ReadonlyMap<string, readonly string[]> = new Map([
  ['launch-ehr', ['launch']],
  ['context-standalone-patient', ['launch/patient']],
  ['context-standalone-encounter', ['launch/encounter']],
  ['sso-openid-connect', ['openid', 'fhirUser']],
  ['permission-offline', ['offline_access']],
  ['permission-online', ['online_access']],
]);
