import { randomUUID } from 'node:crypto';
import { clientMetadata } from './work.ts';

/** The three requests of an onboarding by `fetch`, without anything that Registrar guards. */
export interface Endpoints {
  readonly registration: string;
  readonly token: string;
}

export interface Client {
  readonly id: string;
  readonly secret: string;
}

async function json(response: Response, status: number): Promise<Record<string, string>> {
  const body = (await response.json()) as Record<string, string>;
  if (response.status !== status) throw new Error(`a peer answered ${response.status}: ${JSON.stringify(body)}`);
  return body;
}

function post(url: string, type: string, authorization: string, body: string): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': type, authorization }, body });
}

/** Reads the SMART configuration. */
export async function discover(fhirBase: string): Promise<Endpoints> {
  const document = `${fhirBase}/.well-known/smart-configuration`;
  const discovered = await json(await fetch(document, { headers: { accept: 'application/json' } }), 200);
  const { registration_endpoint: registration = '', token_endpoint: token = '' } = discovered;
  return { registration, token };
}

/** RFC 7591 section 3.1. */
export async function register(endpoint: string, initialAccessToken: string): Promise<Client> {
  const metadata = JSON.stringify(clientMetadata);
  const answer = await post(endpoint, 'application/json', `Bearer ${initialAccessToken}`, metadata);
  const { client_id: id = '', client_secret: secret = '' } = await json(answer, 201);
  return { id, secret };
}

/** Proves the secret by a code that nobody issued (RFC 6749 section 5.2: `invalid_grant`). */
export async function requestToken(endpoint: string, { id, secret }: Client): Promise<void> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: `bench-${randomUUID()}`,
    redirect_uri: clientMetadata.redirect_uris[0] ?? '',
    code_verifier: randomUUID(),
  });
  const basic = `Basic ${btoa(`${id}:${secret}`)}`;
  await json(await post(endpoint, 'application/x-www-form-urlencoded', basic, form.toString()), 400);
}
