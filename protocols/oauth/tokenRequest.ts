import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type ClientAuth,
  ClientSecretPost,
  clientCredentialsGrantRequest,
  customFetch,
  generateRandomCodeVerifier,
  introspectionRequest,
  None,
  pushedAuthorizationRequest,
  refreshTokenGrantRequest,
  skipStateCheck,
  validateAuthResponse,
} from 'oauth4webapi';
import type { ProbeObservation } from '../../domain/credential/probeAnswer.ts';
import type { ProbeForm } from '../../domain/credential/probeForms.ts';
import type { AuthMethod } from '../../domain/words.ts';
import { readJsonBody } from '../jsonBody.ts';
import { privateKeyJwt } from './clientAssertion.ts';
import type { SigningKey } from './clientKeys.ts';
import { readErrorMembers } from './errorAnswer.ts';

export interface ProbeRequest {
  readonly tokenEndpoint: string;
  /** Where the form goes to, when it is not the token endpoint. */
  readonly endpoint: string;
  readonly clientId: string;
  readonly authentication: ClientAuth;
  readonly form: ProbeForm;
  /** Registered redirect URI. */
  readonly redirectUri: string;
  /** Of client credentials, which SMART Backend Services must ask with; empty = none. */
  readonly scope: string;
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
 * Sends one request that no user stands behind: with a code or a refresh token that never existed, or client
 * credentials. Whatever happens becomes an observation; never throws.
 */
export async function observeProbe(request: ProbeRequest): Promise<ProbeObservation> {
  try {
    const response = await senders[request.form](request);
    return observe(response.status, Object.fromEntries(response.headers), await response.text(), request.form);
  } catch {
    // Errors of the library carry the request and the response; nothing of them is kept.
    return { kind: 'no-answer' };
  }
}

/** What an answer to a probe shows. Never throws. */
export function observe(
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string,
  form: ProbeForm = 'authorization_code',
): ProbeObservation {
  if (status >= 300 && status < 400) return { kind: 'not-oauth', status, what: 'redirect' };
  const body = readJsonBody(text, headers['content-type']);
  if (body.kind === 'html') return { kind: 'not-oauth', status, what: 'html' };
  if (status < 300) {
    const members = body.kind === 'object' ? body.value : {};
    if (typeof members['access_token'] === 'string') return { kind: 'tokens', status };
    const accepted =
      (form === 'introspection' && typeof members['active'] === 'boolean') ||
      (form === 'pushed_request' && typeof members['request_uri'] === 'string');
    return accepted ? { kind: 'accepted', status } : { kind: 'not-oauth', status, what: 'no-token' };
  }
  if (body.kind === 'other') return { kind: 'not-oauth', status, what: 'other' };
  const { error, description, errorUri } = readErrorMembers({ status, headers, body: text, receivedAt: 0 });
  return { kind: 'error', status, error, description, errorUri };
}

const senders: Readonly<Record<ProbeForm, (request: ProbeRequest) => Promise<Response>>> = {
  authorization_code: (request) => {
    const { server, client, options } = prepare(request);
    const callback = validateAuthResponse(server, client, new URLSearchParams({ code: bogus() }), skipStateCheck);
    const verifier = generateRandomCodeVerifier();
    const { authentication, redirectUri } = request;
    return authorizationCodeGrantRequest(server, client, authentication, callback, redirectUri, verifier, options);
  },
  refresh_token: (request) => {
    const { server, client, options } = prepare(request);
    return refreshTokenGrantRequest(server, client, request.authentication, bogus(), options);
  },
  client_credentials: (request) => {
    const { server, client, options } = prepare(request);
    const parameters = request.scope === '' ? {} : { scope: request.scope };
    return clientCredentialsGrantRequest(server, client, request.authentication, parameters, options);
  },
  introspection: (request) => {
    const { server, client, options } = prepare(request);
    return introspectionRequest(server, client, request.authentication, bogus(), options);
  },
  pushed_request: (request) => {
    const { server, client, options } = prepare(request);
    // A response type that no server has: where it is judged, nothing is begun.
    const parameters = { response_type: 'registrar-probe', redirect_uri: request.redirectUri, state: bogus() };
    return pushedAuthorizationRequest(server, client, request.authentication, parameters, options);
  },
};

function bogus(): string {
  return `registrar-probe-${generateRandomCodeVerifier()}`;
}

function prepare(request: ProbeRequest) {
  const server: AuthorizationServer = {
    issuer: new URL(request.tokenEndpoint).origin,
    token_endpoint: request.tokenEndpoint,
    introspection_endpoint: request.endpoint,
    pushed_authorization_request_endpoint: request.endpoint,
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
