import { documentNames } from '../../domain/discovery/document.ts';
import type { Evidence } from '../../domain/registration/view.ts';
import { safeText } from '../../domain/text/redaction.ts';
import type { GuardedClient } from '../http/client.ts';
import { bodyLimits } from '../http/limits.ts';
import { type DocumentKind, type DocumentRead, type Reading, readDocument } from './document.ts';
import {
  findingsOf,
  type MemberContext,
  type ParsedEndpoints,
  readEndpoint,
  readListMember,
  readTextMember,
} from './members.ts';

/** A place where an issuer's metadata may be. */
export interface IssuerDocument {
  readonly url: string;
  readonly source: 'oauth-authorization-server' | 'openid-configuration';
}

export interface IssuerDocuments {
  /** In the order in which they are tried; empty when the text cannot be an issuer identifier. */
  readonly documents: readonly IssuerDocument[];
  /** What the `issuer` member of a document may be. */
  readonly identifiers: readonly string[];
}

/**
 * RFC 8414 section 3.1 (segment between host and path), then OpenID Connect Discovery 1.0 section 4 (appended), then
 * RFC 8414 appended. An issuer that is the URL of a metadata document already is read as it is. Pure; never throws.
 */
export function issuerDocuments(issuer: string): IssuerDocuments {
  const url = URL.parse(issuer);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || /[?#]/.test(issuer)) {
    return { documents: [], identifiers: [] };
  }
  const known = /\/\.well-known\/(oauth-authorization-server|openid-configuration)(?=\/|$)/.exec(issuer);
  if (known?.[1] !== undefined) {
    const source = known[1] as IssuerDocument['source'];
    const identifier = issuer.slice(0, known.index) + issuer.slice(known.index + known[0].length);
    return { documents: [{ url: url.href, source }], identifiers: [issuer, identifier] };
  }
  const path = url.pathname.replace(/\/$/, '');
  const documents: IssuerDocument[] = [
    { url: `${url.origin}/.well-known/oauth-authorization-server${path}`, source: 'oauth-authorization-server' },
    { url: `${url.origin}${path}/.well-known/openid-configuration`, source: 'openid-configuration' },
  ];
  const appended = `${url.origin}${path}/.well-known/oauth-authorization-server`;
  if (path !== '') documents.push({ url: appended, source: 'oauth-authorization-server' });
  return { documents, identifiers: [issuer] };
}

/**
 * Authorization server metadata (RFC 8414 section 2; OpenID Connect Discovery 1.0 section 3). Null, with a finding,
 * when it is of another issuer than the one asked for: it must not be used (RFC 8414 section 3.3). Never throws.
 */
export function parseIssuerMetadata(
  document: Readonly<Record<string, unknown>>,
  source: IssuerDocument['source'],
  identifiers: readonly string[],
  context: MemberContext,
): ParsedEndpoints | null {
  const { list } = context;
  const issuer = document['issuer'];
  if (typeof issuer !== 'string' || !identifiers.includes(issuer)) {
    list.add(
      'issuer-mismatch',
      'warning',
      'the document is not of the issuer that was asked for; it is not used (RFC 8414 section 3.3).',
    );
    return null;
  }
  const endpoint = (name: string) => readEndpoint(document[name], name, context);
  return {
    source,
    tokenEndpoint: endpoint('token_endpoint'),
    authorizationEndpoint: endpoint('authorization_endpoint'),
    registrationEndpoint: endpoint('registration_endpoint'),
    managementEndpoint: endpoint('management_endpoint'),
    issuer: readTextMember(issuer, 'issuer', list),
    jwksUri: endpoint('jwks_uri'),
    introspectionEndpoint: endpoint('introspection_endpoint'),
    pushedRequestEndpoint: endpoint('pushed_authorization_request_endpoint'),
    scopesSupported: readListMember(document['scopes_supported'], 'scopes_supported', list),
    capabilities: null,
    tokenEndpointAuthMethods: readListMember(
      document['token_endpoint_auth_methods_supported'],
      'token_endpoint_auth_methods_supported',
      list,
    ),
    tokenEndpointAuthSigningAlgs: readListMember(
      document['token_endpoint_auth_signing_alg_values_supported'],
      'token_endpoint_auth_signing_alg_values_supported',
      list,
    ),
  };
}

/**
 * Reads the issuer's metadata from the first place that has it. A host that does not answer is not asked again. Never
 * throws; the reading is the most hopeful of those that failed. What the guard refuses is a finding here, as an issuer is only a peer's claim.
 */
export async function readIssuerMetadata(
  client: GuardedClient,
  issuer: string,
  evidence: Evidence[],
  context: MemberContext,
  signal: AbortSignal,
): Promise<DocumentRead> {
  const { documents, identifiers } = issuerDocuments(issuer);
  const failed: Reading[] = [];
  for (const { url, source } of documents) {
    const kind: DocumentKind = { ...jsonDocument, name: documentNames[source], code: source };
    const request = { method: 'GET', url, headers: { accept: kind.accept }, maxBytes: kind.maxBytes, signal } as const;
    const reading = await readDocument(() => client.request(request), kind, evidence, context.list);
    if (reading.kind === 'document') {
      const list = findingsOf(context.list, documentNames[source]);
      const parsed = parseIssuerMetadata(reading.value, source, identifiers, { ...context, relativeUrls: false, list });
      if (parsed !== null) return { name, reading, endpoints: { ...parsed, sha256: reading.sha256 } };
      failed.push({ kind: 'absent', what: 'of another issuer' });
      continue;
    }
    failed.push(reading);
    if (reading.kind === 'not-allowed' || (reading.kind === 'unavailable' && reading.silent)) break;
  }
  return { name, reading: noteMissing(failed, context), endpoints: null };
}

const name = 'metadata of the issuer';
const jsonDocument = { accept: 'application/json', maxBytes: bodyLimits.standard };

function noteMissing(failed: readonly Reading[], { list }: MemberContext): Reading {
  const told = failed.flatMap((reading) => (reading.kind === 'document' ? [] : [reading.what])).join('; ');
  const refused = failed.find(({ kind }) => kind === 'not-allowed');
  if (refused !== undefined) {
    list.add('issuer-metadata-not-allowed', 'warning', `The issuer’s metadata may not be read: ${safeText(told)}.`);
    return { kind: 'absent', what: told };
  }
  const away = failed.find(({ kind }) => kind === 'unavailable');
  const what = told === '' ? 'the issuer is no issuer identifier' : told;
  list.add(
    away === undefined ? 'issuer-metadata-not-found' : 'issuer-metadata-unavailable',
    'info',
    `No metadata of the issuer: ${safeText(what)}.`,
  );
  return away ?? { kind: 'absent', what };
}
