import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  lintProfile,
  pagesOf,
  profileOf,
  type RegistrationProfile,
} from '../../../../../domain/client/lint/profiles.ts';

const profile = profileOf(['https://api.healthtogo.me/register']) as RegistrationProfile;
const good = {
  client_name: 'Growth Chart',
  redirect_uris: ['https://launch.app.example/callback'],
  scope: 'launch openid',
  contacts: ['smart@app.example'],
  client_uri: 'https://www.app.example/',
  logo_uri: 'https://cdn.example/logo.png',
  tos_uri: 'https://app.example/terms',
  policy_uri: 'https://app.example/privacy',
};

describe('EMR Direct is known by the host of an endpoint or of the issuer', () => {
  test.each<[boolean, (string | null)[]]>([
    [true, ['https://api.healthtogo.me/register', null]],
    [true, [null, 'https://HEALTHTOGO.me:8181/']],
    [true, ['https://interopengine.com/x', 'https://idp.example']],
    [true, [null, 'https://sandbox.emrdirect.com/fhir']],
    [false, ['https://healthtogo.me.evil.example/register']],
    [false, ['https://nothealthtogo.me/register']],
    [false, ['https://ehr.example/healthtogo.me']],
    [false, ['https://healthtogo.me@evil.example/']],
    [false, ['healthtogo.me', null]],
    [false, [null, null]],
  ])('%s: %j', (known, urls) => {
    expect(profileOf(urls)?.vendor === 'EMR Direct').toBe(known);
  });
});

describe('EMR Direct takes', () => {
  test.each<[string, object]>([
    ['complete metadata', {}],
    ['a contact by mailto on the domain of a redirect URI', { contacts: ['mailto:a@launch.app.example'] }],
    ['a contact on a sub-domain', { contacts: ['a@mail.app.example'] }],
    ['one contact of several', { contacts: ['a@other.example', 'a@app.example'] }],
  ])('%s', (_what, changes) => {
    expect(lintProfile({ ...good, ...changes }, profile)).toEqual([]);
  });
});

describe('EMR Direct refuses', () => {
  test.each<[string, object, string, string]>([
    ['no client_uri', { client_uri: undefined }, 'profile-member-missing', '/client_uri'],
    ['no logo', { logo_uri: undefined }, 'profile-member-missing', '/logo_uri'],
    ['no terms', { tos_uri: undefined }, 'profile-member-missing', '/tos_uri'],
    ['no privacy policy', { policy_uri: undefined }, 'profile-member-missing', '/policy_uri'],
    ['a logo by plain http', { logo_uri: 'http://cdn.example/logo.png' }, 'profile-page-not-https', '/logo_uri'],
    ['terms that are no URL', { tos_uri: 'ask us' }, 'profile-page-not-https', '/tos_uri'],
    ['a contact elsewhere', { contacts: ['a@mail.example'] }, 'profile-contact-domain', '/contacts'],
    [
      'a contact on a domain that ends alike',
      { contacts: ['a@notapp.example'] },
      'profile-contact-domain',
      '/contacts',
    ],
    ['a page as only contact', { contacts: ['https://app.example/help'] }, 'profile-contact-domain', '/contacts'],
    ['no contact', { contacts: undefined }, 'profile-contact-domain', '/contacts'],
    [
      'a private-use scheme',
      { redirect_uris: ['https://app.example/callback', 'com.example.app:/callback'] },
      'profile-redirect-uri',
      '/redirect_uris/1',
    ],
    [
      'a loopback address',
      { redirect_uris: ['https://app.example/', 'http://127.0.0.1/'] },
      'profile-redirect-uri',
      '/redirect_uris/1',
    ],
    ['client credentials', { grant_types: ['client_credentials'] }, 'profile-grant-type', '/grant_types'],
  ])('%s', (_what, changes, code, pointer) => {
    expect(lintProfile({ ...good, ...changes }, profile)).toMatchObject([{ severity: 'error', code, pointer }]);
  });
});

test('the pages to look at are those with a URL that can be used', () => {
  expect(pagesOf({ ...good, tos_uri: 'http://app.example/', logo_uri: 7 }, profile)).toEqual([
    { member: 'client_uri', url: good.client_uri },
    { member: 'policy_uri', url: good.policy_uri },
  ]);
});

test('whatever stands in the metadata, nothing is thrown and each finding leads into them', () => {
  const anything = fc.dictionary(
    fc.constantFrom(...Object.keys(good), 'grant_types'),
    fc.oneof(fc.jsonValue(), fc.array(fc.string({ unit: 'binary' })), fc.webUrl()),
  );
  fc.assert(
    fc.property(anything, fc.string({ unit: 'binary' }), (metadata, url) => {
      expect(profileOf([url])).toBeNull();
      for (const { url: page } of pagesOf(metadata, profile)) expect(page).toMatch(/^https:/i);
      for (const { pointer } of lintProfile(metadata, profile)) expect(pointer).toMatch(/^\/[a-z_]+(?:\/\d+)?$/);
    }),
  );
});
