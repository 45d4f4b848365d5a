import { describe, expect, it } from 'vitest';
import { issuerDocuments } from '../../../../protocols/smart/issuerMetadata.ts';

describe('where the metadata of an issuer may be', () => {
  it.each([
    [
      'an issuer with a path: inserted, OpenID appended, appended',
      'https://as.example/realms/one',
      [
        'https://as.example/.well-known/oauth-authorization-server/realms/one',
        'https://as.example/realms/one/.well-known/openid-configuration',
        'https://as.example/realms/one/.well-known/oauth-authorization-server',
      ],
    ],
    [
      'without a path both RFC 8414 places are one',
      'https://as.example',
      [
        'https://as.example/.well-known/oauth-authorization-server',
        'https://as.example/.well-known/openid-configuration',
      ],
    ],
    [
      'a trailing slash is left out',
      'https://as.example/one/',
      [
        'https://as.example/.well-known/oauth-authorization-server/one',
        'https://as.example/one/.well-known/openid-configuration',
        'https://as.example/one/.well-known/oauth-authorization-server',
      ],
    ],
    [
      'the URL of a document is not appended to',
      'https://as.example/one/.well-known/openid-configuration',
      ['https://as.example/one/.well-known/openid-configuration'],
    ],
    [
      'the URL of a document by RFC 8414 neither',
      'https://as.example/.well-known/oauth-authorization-server/one',
      ['https://as.example/.well-known/oauth-authorization-server/one'],
    ],
    ['a query makes no issuer', 'https://as.example/one?tenant=1', []],
    ['a fragment neither', 'https://as.example/one#x', []],
    ['nor does another scheme', 'urn:one', []],
    ['nor a user name', 'https://u@as.example', []],
  ])('%s', (_name, issuer, urls) => {
    expect(issuerDocuments(issuer).documents.map(({ url }) => url)).toEqual(urls);
  });

  it.each([
    ['https://as.example/one/', ['https://as.example/one/']],
    [
      'https://as.example/one/.well-known/openid-configuration',
      ['https://as.example/one/.well-known/openid-configuration', 'https://as.example/one'],
    ],
    [
      'https://as.example/.well-known/oauth-authorization-server/one',
      ['https://as.example/.well-known/oauth-authorization-server/one', 'https://as.example/one'],
    ],
  ])('the issuer %s may be called so in its document', (issuer, identifiers) => {
    expect(issuerDocuments(issuer).identifiers).toEqual(identifiers);
  });
});
