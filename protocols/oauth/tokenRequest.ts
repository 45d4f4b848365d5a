import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type ClientAuth,
  ClientSecretPost,
  clientCredentialsGrantRequest,
  customFetch,
  generateRandomCodeVerifier,
  None,
  skipStateCheck,
  validateAuthResponse,
} from 'oauth4webapi';
import type { ProbeGrant, ProbeObservation } from '../../domain/credential/probeVerdict.ts';
import type { AuthMethod } from '../../domain/words.ts';
import { readJsonBody } from '../jsonBody.ts';
import { privateKeyJwt } from './clientAssertion.ts';
import type { SigningKey } from './clientKeys.ts';
import { readErrorMembers } from './errorAnswer.ts';

export interface TokenRequest {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly authentication: ClientAuth;
  readonly grant: ProbeGrant;
  /** Registered redirect URI. */
  readonly redirectUri: string;
  readonly fetch: typeof fetch;
}

/**
 * Client authentication by HTTP Basic (RFC 6749 section 2.3.1). Form-encodes as the form serialiser does, which leaves
 * `-`, `_`, `.` and `*` alone: oauth4webapi's own encodes them too, and servers that forget to decode would then
 * refuse every UUID.
 */
export function clientSecretBasic(clientSecret: string): ClientAuth {
  return (_server, client, _body, headers) => {
    const pair = `${formEncoded(client.client_id)}:${formEncoded(clientSecret)}`;
    headers.set('authorization', `Basic ${btoa(pair)}`);
  };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

/**
 * Sends one token request that no user stands behind: an authorization code that never existed, or client credentials.
 * Whatever happens becomes an observation; never throws.
 */
export async function observeTokenRequest(request: TokenRequest): Promise<ProbeObservation> {
  try {
    const response =
      request.grant === 'client_credentials' ? await clientCredentials(request) : await bogusCode(request);
    return observe(response.status, Object.fromEntries(response.headers), await response.text());
  } catch {
    // Errors of the library carry the request and the response; nothing of them is kept.
    return { kind: 'no-answer' };
  }
}

/** What an answer of a token endpoint shows. Never throws. */
export function observe(status: number, headers: Readonly<Record<string, string>>, text: string): ProbeObservation {
  if (status >= 300 && status < 400) return { kind: 'not-oauth', status, what: 'redirect' };
  const body = readJsonBody(text, headers['content-type']);
  if (body.kind === 'html') return { kind: 'not-oauth', status, what: 'html' };
  if (status < 300) {
    const token = body.kind === 'object' && typeof body.value['access_token'] === 'string';
    return token ? { kind: 'tokens', status } : { kind: 'not-oauth', status, what: 'no-token' };
  }
  if (body.kind === 'other') return { kind: 'not-oauth', status, what: 'other' };
  const { error, description, errorUri } = readErrorMembers({ status, headers, body: text, receivedAt: 0 });
  return { kind: 'error', status, error, description, errorUri };
}

function bogusCode(request: TokenRequest): Promise<Response> {
  const { server, client, options } = prepare(request);
  const code = `registrar-probe-${generateRandomCodeVerifier()}`;
  const callback = validateAuthResponse(server, client, new URLSearchParams({ code }), skipStateCheck);
  const verifier = generateRandomCodeVerifier();
  return authorizationCodeGrantRequest(
    server,
    client,
    request.authentication,
    callback,
    request.redirectUri,
    verifier,
    options,
  );
}

function clientCredentials(request: TokenRequest): Promise<Response> {
  const { server, client, options } = prepare(request);
  return clientCredentialsGrantRequest(server, client, request.authentication, {}, options);
}

function prepare(request: TokenRequest) {
  const server: AuthorizationServer = {
    issuer: new URL(request.tokenEndpoint).origin,
    token_endpoint: request.tokenEndpoint,
  };
  // http is judged by the guard: only allow-listed hosts get through it.
  const options = { [customFetch]: request.fetch, [allowInsecureRequests]: true };
  return { server, client: { client_id: request.clientId }, options };
}

/** What a client authenticates with at the token endpoint, by its method. */
export type ClientCredential =
  | { readonly authMethod: Extract<AuthMethod, 'client_secret_basic' | 'client_secret_post'>; readonly secret: string }
  | { readonly authMethod: Extract<AuthMethod, 'private_key_jwt'>; readonly key: SigningKey }
  | { readonly authMethod: Extract<AuthMethod, 'none'> };

/** @param now milliseconds since the epoch, UTC; what an assertion is dated with. */
export function authenticationOf(credential: ClientCredential, tokenEndpoint: string, now: number): ClientAuth {
  switch (credential.authMethod) {
    case 'client_secret_basic':
      return clientSecretBasic(credential.secret);
    case 'client_secret_post':
      return ClientSecretPost(credential.secret);
    case 'private_key_jwt':
      return privateKeyJwt(credential.key, tokenEndpoint, now);
    case 'none':
      return None();
  }
}
