import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requestedMetadata } from '../../../../domain/client/requested.ts';
import { bareEndpointsOf, endpointsOf } from '../../../../domain/entity/endpoints.ts';
import { configOf, discoveryOf, stateOf } from '../../../support/entity.ts';
import { anyScope } from '../../../support/scopeArbitraries.ts';

test('a step that sends no metadata is given all that its requests go by, and no long lists', () => {
  const scopesSupported = [...Array.from({ length: 200 }, (_, index) => `patient/A${index}.rs`), 'offline_access'];
  const offered = { scopesSupported, capabilities: ['launch-ehr'], tokenEndpointAuthMethods: ['client_secret_basic'] };
  const state = stateOf({ discovery: discoveryOf(offered) });
  const bare = { scopesSupported: ['offline_access'], capabilities: null };
  expect(bareEndpointsOf(state)).toEqual({ ...endpointsOf(state), ...bare });
  expect(JSON.stringify(bareEndpointsOf(state)).length).toBeLessThan(1_000);
});

const scopes = fc.array(fc.oneof(anyScope, fc.constantFrom('offline_access', 'online_access', 'openid', 'launch')));

test('a proof may ask for the same grants by it', () => {
  fc.assert(
    fc.property(scopes, fc.option(scopes), fc.boolean(), (asked, scopesSupported, trimScopes) => {
      const { metadata, policies } = configOf();
      const config = configOf({
        metadata: { ...metadata, scope: asked.join(' ') },
        policies: { ...policies, trimScopes },
      });
      const state = stateOf({ discovery: discoveryOf({ scopesSupported }) });
      const grants = (endpoints: ReturnType<typeof endpointsOf>) =>
        requestedMetadata(config, endpoints, null)['grant_types'];
      expect(grants(bareEndpointsOf(state))).toEqual(grants(endpointsOf(state)));
    }),
    { numRuns: 500 },
  );
});
