import { hash } from 'node:crypto';
import type { GuardedClient, GuardedRequest, GuardedResponse } from '../../../../protocols/http/client.ts';
import { HttpGuardError } from '../../../../protocols/http/httpGuardError.ts';

export const fetchedAt = Date.parse('2026-11-21T10:00:00Z');
export const fhirBaseUrl = 'https://ehr.example/r4';

export type Scripted =
  | { status?: number; body: unknown; type?: string; headers?: Record<string, string>; redirectedFrom?: string }
  | HttpGuardError;

const notFound: Scripted = { status: 404, body: '' };

/** A guarded client without network that answers by path below the FHIR base or by whole URL, and keeps what was asked. */
export function scriptedPeer(answers: Readonly<Record<string, Scripted>>): {
  client: GuardedClient;
  asked: GuardedRequest[];
} {
  const asked: GuardedRequest[] = [];
  const request = async (given: GuardedRequest): Promise<GuardedResponse> => {
    asked.push(given);
    const scripted = answers[given.url.slice(fhirBaseUrl.length + 1)] ?? answers[given.url] ?? notFound;
    if (scripted instanceof HttpGuardError) throw scripted;
    const body = typeof scripted.body === 'string' ? scripted.body : JSON.stringify(scripted.body);
    return {
      status: scripted.status ?? 200,
      headers: { 'content-type': scripted.type ?? 'application/json', ...scripted.headers },
      body,
      bytes: Buffer.byteLength(body),
      url: given.url,
      redirects: scripted.redirectedFrom === undefined ? [] : [scripted.redirectedFrom],
      fetchedAt,
      sha256: hash('sha256', body),
    };
  };
  const unused = () => {
    throw new Error('not part of discovery');
  };
  return {
    client: { request, fetchFor: unused, checkUrl: unused, saturation: () => null, openAhead: unused, close: unused },
    asked,
  };
}

export const smartDocument = {
  issuer: 'https://ehr.example',
  authorization_endpoint: 'https://ehr.example/authorize',
  token_endpoint: 'https://ehr.example/token',
  registration_endpoint: 'https://ehr.example/register',
  grant_types_supported: ['authorization_code'],
  capabilities: ['launch-ehr', 'client-confidential-symmetric'],
  code_challenge_methods_supported: ['S256'],
  scopes_supported: ['openid', 'launch'],
};

const oauthUris = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';

export function statementOf(uris: Record<string, string>, resourceType = 'CapabilityStatement'): unknown {
  const extension = Object.entries(uris).map(([url, valueUri]) => ({ valueUri, url }));
  return { resourceType, rest: [{ mode: 'server', security: { extension: [{ extension, url: oauthUris }] } }] };
}
