import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FhirBase {
  readonly url: string;
  readonly host: string;
  /** Headers of every request, in order. */
  readonly asked: readonly IncomingHttpHeaders[];
  close(): Promise<void>;
}

/** A FHIR base whose SMART document names the endpoints of a real authorization server; the document may be changed. */
export async function startFhirBase(document: Readonly<Record<string, unknown>>): Promise<FhirBase> {
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers);
    const found = request.url === '/fhir/.well-known/smart-configuration';
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ? document : { resourceType: 'OperationOutcome' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}/fhir`,
    host,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The SMART document of a FHIR server that trusts a Keycloak realm. */
export function keycloakSmartDocument(realmUrl: string): Record<string, unknown> {
  const endpoints = `${realmUrl}/protocol/openid-connect`;
  return {
    issuer: realmUrl,
    jwks_uri: `${endpoints}/certs`,
    authorization_endpoint: `${endpoints}/auth`,
    token_endpoint: `${endpoints}/token`,
    registration_endpoint: `${realmUrl}/clients-registrations/openid-connect`,
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    capabilities: ['launch-standalone', 'client-confidential-symmetric', 'permission-v2', 'sso-openid-connect'],
  };
}
