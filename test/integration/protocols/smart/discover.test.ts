import { afterEach, expect, it } from 'vitest';
import { createGuardedClient, type GuardedClient } from '../../../../protocols/http/client.ts';
import { parseAllowedHosts, parsePublicUrl } from '../../../../protocols/http/publicUrl.ts';
import { discover } from '../../../../protocols/smart/discover.ts';
import { describeWith } from '../../../support/describeWith.ts';
import { type FhirBase, keycloakSmartDocument, startFhirBase } from '../../../support/fhirBase.ts';

let fhirBase: FhirBase | undefined;
let client: GuardedClient | undefined;
afterEach(async () => {
  await client?.close();
  await fhirBase?.close();
});

async function discoverAt(document: Record<string, unknown>, authorizationServer: string) {
  fhirBase = await startFhirBase(document);
  const hosts = [fhirBase.host, new URL(authorizationServer).host];
  client = createGuardedClient({ allowedHosts: hosts });
  const allowed = parseAllowedHosts(hosts);
  return await discover(client, { fhirBaseUrl: fhirBase.url, isAllowedUrl: (url) => parsePublicUrl(url, allowed).ok });
}

describeWith('keycloak', 'discovery at a FHIR base that trusts a Keycloak realm', ({ keycloak }) => {
  const realmUrl = `${keycloak.url}/realms/${keycloak.realm}`;
  const { registration_endpoint: registrationEndpoint, ...withoutRegistration } = keycloakSmartDocument(realmUrl);

  it('is one request when the SMART configuration names the registration endpoint', async () => {
    const view = await discoverAt(keycloakSmartDocument(realmUrl), keycloak.url);
    expect(view).toMatchObject({ registrationEndpoint, registrationSource: 'smart-configuration', findings: [] });
    expect(view.evidence).toHaveLength(1);
  });

  it('finds the registration endpoint in the realm’s own metadata, where it waits for an administrator', async () => {
    const view = await discoverAt(withoutRegistration, keycloak.url);
    const document = `${keycloak.url}/.well-known/oauth-authorization-server/realms/${keycloak.realm}`;
    expect(view).toMatchObject({
      source: 'smart-configuration',
      registrationEndpoint: null,
      registrationSource: 'none',
      candidate: {
        registrationEndpoint,
        source: 'oauth-authorization-server',
        evidenceHash: view.evidence.find(({ url }) => url === document)?.sha256,
      },
    });
    expect(view.findings.map(({ code }) => code)).not.toContain('documents-disagree');
  });

  it('does not use the metadata of a realm that calls itself otherwise', async () => {
    const view = await discoverAt({ ...withoutRegistration, issuer: `${realmUrl}/` }, keycloak.url);
    expect(view).not.toHaveProperty('candidate');
    expect(view.findings.map(({ code }) => code)).toContain('issuer-mismatch');
  });
});
