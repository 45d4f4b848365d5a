import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePublicUrl } from '../../../../protocols/http/publicUrl.ts';
import { parseCapabilityStatement } from '../../../../protocols/smart/capabilityStatement.ts';
import { judgeDocument, smartConfiguration } from '../../../../protocols/smart/document.ts';
import { issuerDocuments, parseIssuerMetadata } from '../../../../protocols/smart/issuerMetadata.ts';
import { findingList, type MemberContext } from '../../../../protocols/smart/members.ts';
import { isSameSite } from '../../../../protocols/smart/site.ts';
import { parseSmartConfiguration } from '../../../../protocols/smart/smartConfiguration.ts';
import { parseUdapMetadata } from '../../../../protocols/smart/udap.ts';

const isAllowedUrl = (url: string) => parsePublicUrl(url).ok;
const issuer = 'https://ehr.example';

function contextOf(relativeUrls: boolean): MemberContext {
  return { base: `${issuer}/r4/`, relativeUrls, isAllowedUrl, list: findingList() };
}

/** Texts that look like what belongs there, and some that only a hostile server writes. */
const anyText = fc.oneof(
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    issuer,
    'https://',
    '//x',
    'https://[::1',
    'http://0x7f.1/',
    'javascript:1',
    `https://h/${'/'.repeat(5000)}`,
  ),
);
const anyValue = fc.oneof(anyText, fc.array(anyText), fc.jsonValue());
const names = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'management_endpoint',
  'jwks_uri',
  'scopes_supported',
  'capabilities',
  'code_challenge_methods_supported',
  'token_endpoint_auth_methods_supported',
  'udap_versions_supported',
  'udap_profiles_supported',
];
const anyDocument = fc.record(Object.fromEntries(names.map((name) => [name, anyValue])), { requiredKeys: [] });
const anyExtension = fc.oneof(
  fc.jsonValue(),
  fc.record({
    url: fc.constantFrom('x/StructureDefinition/oauth-uris', 'x/StructureDefinition/capabilities', 'token'),
    extension: fc.array(fc.record({ url: fc.constantFrom('token', 'register', 'manage'), valueUri: anyValue })),
    valueCode: anyValue,
  }),
);
const anyStatement = fc.record({
  resourceType: fc.constantFrom('CapabilityStatement', 'Conformance', 'Patient'),
  rest: fc.oneof(
    fc.jsonValue(),
    fc.array(fc.record({ security: fc.oneof(fc.jsonValue(), fc.record({ extension: fc.array(anyExtension) })) })),
  ),
});

/** What was read holds no endpoint that the guard would refuse, and its findings are short and ours. */
function expectUsable(parsed: object | null, context: MemberContext): void {
  for (const [name, value] of Object.entries(parsed ?? {})) {
    if (/Endpoint$|^jwksUri$/.test(name) && value !== null) expect(isAllowedUrl(value)).toBe(true);
  }
  for (const { code, message } of context.list.findings) {
    expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(message).toMatch(/^[\x20-\x7E’…]{1,600}$/);
  }
}

describe('no document makes a parser throw', () => {
  it.each([
    ['SMART configuration', true, parseSmartConfiguration],
    [
      'issuer’s metadata',
      false,
      (document, context) => parseIssuerMetadata({ ...document, issuer }, 'openid-configuration', [issuer], context),
    ],
    ['UDAP metadata', false, parseUdapMetadata],
  ] as [string, boolean, (document: Record<string, unknown>, context: MemberContext) => object | null][])(
    '%s',
    (_name, relativeUrls, parse) => {
      fc.assert(
        fc.property(anyDocument, (document) => {
          const context = contextOf(relativeUrls);
          expectUsable(parse(document, context), context);
        }),
      );
    },
  );

  it('CapabilityStatement', () => {
    fc.assert(
      fc.property(anyStatement, (document) => {
        const context = contextOf(true);
        expectUsable(parseCapabilityStatement(document, context), context);
      }),
    );
  });

  it('of another issuer, whatever it says', () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        fc.pre(document['issuer'] !== issuer);
        expect(parseIssuerMetadata(document, 'openid-configuration', [issuer], contextOf(false))).toBeNull();
      }),
    );
  });
});

it('no answer makes its judgement throw', () => {
  const anyBody = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant('['.repeat(200_000)));
  fc.assert(
    fc.property(anyBody, fc.integer({ min: 100, max: 599 }), fc.string({ unit: 'binary' }), (body, status, type) => {
      const reading = judgeDocument(
        {
          status,
          headers: { 'content-type': type, 'retry-after': type },
          body,
          bytes: body.length,
          url: issuer,
          redirects: [],
          fetchedAt: 0,
          sha256: '',
        },
        smartConfiguration,
        findingList(),
      );
      expect(['document', 'absent', 'unavailable']).toContain(reading.kind);
    }),
  );
});

it('no issuer makes us ask anywhere but below its own origin', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      for (const { url } of issuerDocuments(text).documents) {
        expect(new URL(url).origin).toBe(new URL(text).origin);
        expect(url).toContain('/.well-known/');
      }
    }),
  );
});

it('no text makes the comparison of sites throw, and each URL is on its own site', () => {
  fc.assert(
    fc.property(anyText, anyText, (left, right) => {
      expect(isSameSite(left, right, isAllowedUrl)).toBe(isSameSite(right, left, isAllowedUrl));
      expect(isSameSite(left, left, isAllowedUrl)).toBe(URL.canParse(left));
    }),
  );
});
