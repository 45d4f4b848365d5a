import { describe, expect, it } from 'vitest';
import { lintClientMetadata } from '../../../domain/client/lint/lint.ts';
import { readRedirectUri } from '../../../domain/client/redirectUri.ts';
import { sayScope } from '../../../domain/scopes/dialect.ts';
import { reportScopes } from '../../../domain/scopes/report.ts';
import { covers, formatScope, parseScope, splitScopes } from '../../../domain/scopes/scope.ts';
import { safeText } from '../../../domain/text/redaction.ts';
import { readWebUrl } from '../../../domain/text/webUrl.ts';
import { readJsonBody } from '../../../protocols/jsonBody.ts';
import { parseReadResponse } from '../../../protocols/oauth/management.ts';
import { extractManagementToken } from '../../../protocols/oauth/managementToken.ts';
import { readNumericDate, readRetryAfter } from '../../../protocols/oauth/numericDate.ts';
import { parseRegistrationResponse } from '../../../protocols/oauth/registration.ts';
import { observe } from '../../../protocols/oauth/tokenRequest.ts';
import { parseCapabilityStatement } from '../../../protocols/smart/capabilityStatement.ts';
import { judgeDocument, smartConfiguration } from '../../../protocols/smart/document.ts';
import { issuerDocuments, parseIssuerMetadata } from '../../../protocols/smart/issuerMetadata.ts';
import { findingList, type MemberContext, readEndpoint, readIssuer } from '../../../protocols/smart/members.ts';
import { repeatsMember } from '../../../protocols/smart/repeatedMember.ts';
import { isSameSite } from '../../../protocols/smart/site.ts';
import { parseSmartConfiguration } from '../../../protocols/smart/smartConfiguration.ts';
import { parseUdapMetadata } from '../../../protocols/smart/udap.ts';

/** No input makes a parser take more than linear time. */
const issuer = 'https://ehr.example';
const contextOf = (): MemberContext => ({
  base: `${issuer}/r4/`,
  relativeUrls: true,
  isAllowedUrl: () => true,
  list: findingList(),
});

describe('looks at a document as often as it is long', () => {
  /** Counts every look at a member or an item, at any depth. */
  function counted<Value extends object>(value: Value, count: { looks: number }): Value {
    return new Proxy(value, {
      get(target, name, receiver) {
        count.looks += 1;
        const found: unknown = Reflect.get(target, name, receiver);
        return typeof found === 'object' && found !== null ? counted(found, count) : found;
      },
    });
  }
  const many = (size: number) => Array.from({ length: size }, (_, index) => `text-${index}`);
  const lists = (size: number) => ({
    issuer,
    scopes_supported: many(size),
    capabilities: many(size),
    code_challenge_methods_supported: many(size),
    token_endpoint_auth_methods_supported: many(size),
    udap_profiles_supported: many(size),
    udap_versions_supported: many(size),
    registration_endpoint: many(size),
  });
  const extension = (url: string, more: object) => ({ url: `x/StructureDefinition/${url}`, ...more });
  const statement = (size: number) => ({
    resourceType: 'CapabilityStatement',
    rest: many(size).map(() => ({
      security: {
        extension: [
          extension('oauth-uris', { extension: [{ url: 'token', valueUri: 'https://' }, { url: 'x' }] }),
          extension('capabilities', { valueCode: 'launch-ehr' }),
        ],
      },
    })),
  });

  it.each<[string, (size: number) => Record<string, unknown>, (document: Record<string, unknown>) => unknown]>([
    ['SMART configuration', lists, (document) => parseSmartConfiguration(document, contextOf())],
    [
      'issuer’s metadata',
      lists,
      (document) => parseIssuerMetadata(document, 'openid-configuration', [issuer], contextOf()),
    ],
    ['UDAP metadata', lists, (document) => parseUdapMetadata(document, contextOf())],
    ['CapabilityStatement', statement, (document) => parseCapabilityStatement(document, contextOf())],
    ['client metadata', (size) => ({ redirect_uris: many(size), contacts: many(size) }), lintClientMetadata],
    [
      'scopes',
      (size) => ({ all: many(size).map((text) => `patient/Observation.rs?a=${text}`) }),
      ({ all }) =>
        reportScopes({
          requested: ['patient/Observation.rs?a=1', 'launch'],
          advertised: all as string[],
          registered: all as string[],
          granted: all as string[],
        }),
    ],
  ])('%s', (_name, make, parse) => {
    const looks = (size: number) => {
      const count = { looks: 0 };
      parse(counted(make(size), count));
      return count.looks;
    };
    const [half, whole] = [looks(400), looks(800)];
    expect(half).toBeGreaterThan(400);
    expect(whole).toBeLessThan(half * 2.1);
  });

  it('JSON text, member by member', () => {
    const looks = (json: string) => {
      let count = 0;
      const text = new Proxy(Object(json) as object, {
        get(target, name) {
          count += 1;
          const found: unknown = Reflect.get(target, name, target);
          return typeof found === 'function' ? found.bind(json) : found;
        },
      });
      repeatsMember(text as unknown as string);
      return count;
    };
    const json = (size: number) =>
      `{${Array.from({ length: size }, (_, index) => `"\\"${index}":[{"a":{}}]`).join(',')}}`;
    expect(looks(json(2000))).toBeLessThan(looks(json(1000)) * 2.2);
    const open = (size: number) => '{"a":'.repeat(size);
    expect(looks(open(2000))).toBeLessThan(looks(open(1000)) * 2.2);
  });
});

describe('reads a long text of any pattern', () => {
  // What backtracks, or looks at the rest again for each character, takes 10^10 steps: more than a test has time for.
  const length = 100_000;
  const repeated = [
    ...[
      'a',
      'A',
      '0',
      '.',
      '/',
      '@',
      ':',
      '%',
      '-',
      '_',
      ' ',
      '\t',
      '\u200b',
      '#',
      '*',
      '&',
      '\\',
      '"',
      '<',
      '[',
      '{"a":',
    ],
    ...[
      'a.',
      'a@',
      '@a.',
      '/.',
      '?a=b&',
      '%41',
      'rs ',
      'patient/*.rs ',
      ', ',
      'ey.',
      'https://',
      '.well-known/',
      '\\"',
    ],
  ];
  const context = { now: 0, clientId: 'a', managementOrigins: [issuer], secretsInPlay: ['planted-secret'] };
  const answer = (text: string) => ({
    status: 201,
    headers: { 'content-type': text.slice(0, 8000), location: text },
    body: JSON.stringify({ client_id: 'a', scope: text, error_description: text, registration_client_uri: text }),
    receivedAt: 0,
  });
  const readers: [string, (text: string) => unknown][] = [
    [
      'scopes',
      (text) => [
        splitScopes(text).map((scope) => formatScope(parseScope(scope))),
        sayScope(text, 'v1'),
        covers(text, text),
      ],
    ],
    ['redirect URIs', readRedirectUri],
    ['web URLs', readWebUrl],
    ['endpoints', (text) => readEndpoint(text, 'token_endpoint', contextOf())],
    ['issuers', (text) => [readIssuer(text, contextOf()), issuerDocuments(text)]],
    ['sites', (text) => isSameSite(text, issuer, () => false)],
    ['JSON', (text) => [readJsonBody(text, text), repeatsMember(text)]],
    [
      'documents',
      (text) =>
        judgeDocument(
          {
            status: 200,
            headers: { 'content-type': text },
            body: text,
            bytes: text.length,
            url: issuer,
            redirects: [],
            fetchedAt: 0,
            sha256: '',
          },
          smartConfiguration,
          findingList(),
        ),
    ],
    [
      'lists and texts of documents',
      (text) => parseSmartConfiguration({ issuer: text, scopes_supported: text, capabilities: [text] }, contextOf()),
    ],
    [
      'client metadata',
      (text) =>
        lintClientMetadata({
          client_name: text,
          scope: text,
          redirect_uris: [text],
          contacts: [text],
          client_uri: text,
          jwks_uri: text,
          software_statement: text,
        }),
    ],
    ['registration answers', (text) => parseRegistrationResponse(answer(text), { ...context, tokenSent: false })],
    ['read answers', (text) => parseReadResponse(answer(text), context)],
    [
      'bare answers',
      (text) => parseRegistrationResponse({ ...answer(text), body: text }, { ...context, tokenSent: true }),
    ],
    ['management tokens', (text) => extractManagementToken({ ...answer(text), body: text }, { audience: [issuer] })],
    ['token answers', (text) => observe(400, { 'content-type': 'application/json' }, answer(text).body)],
    ['dates', (text) => [readNumericDate(text), readRetryAfter(text, 0)]],
    ['safe text', (text) => safeText(text, ['planted-secret'])],
  ];

  /** What stands before the pattern, for readers that give up at once otherwise. */
  const starts: Readonly<Record<string, string>> = {
    scopes: 'patient/Observation.rs?',
    'client metadata': 'a@',
    JSON: '{"a":"',
    documents: '{"a":"',
  };

  it.each(readers)(
    '%s',
    (name, read) => {
      for (const fragment of repeated) {
        const pattern = fragment.repeat(length / fragment.length);
        expect(() => read(`${pattern}\u0000`)).not.toThrow();
        expect(() => read(`${starts[name] ?? 'https://ehr.example/'}${pattern}@`)).not.toThrow();
      }
    },
    30_000,
  );
});
