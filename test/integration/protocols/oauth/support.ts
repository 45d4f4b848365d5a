import type { StoredAnswer } from '../../../../domain/operations/intent.ts';
import type { GuardedClient, GuardedRequest } from '../../../../protocols/http/client.ts';
import { createGuardedClient } from '../../../../protocols/http/client.ts';
import { parseAllowedHosts, parsePublicUrl } from '../../../../protocols/http/publicUrl.ts';
import type { HealthSystem } from '../../../../sandbox/sandbox.ts';

export const metadata = {
  client_name: 'Integration test',
  redirect_uris: ['https://app.example/callback'],
  scope: 'launch openid fhirUser offline_access patient/Observation.rs',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  contacts: ['ops@app.example'],
};

/** The real guarded client, which may reach these systems and nothing else that is private. */
export function clientFor(systems: readonly HealthSystem[]) {
  const allowedHosts = systems.map((system) => system.host);
  const allowed = parseAllowedHosts(allowedHosts);
  const client = createGuardedClient({ allowedHosts });
  return { client, isAllowedUrl: (url: string) => parsePublicUrl(url, allowed).ok };
}

export async function send(client: GuardedClient, request: GuardedRequest): Promise<StoredAnswer> {
  const { status, headers, body, fetchedAt } = await client.request(request);
  return { status, headers, body, receivedAt: fetchedAt };
}
