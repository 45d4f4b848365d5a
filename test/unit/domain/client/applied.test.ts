import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appliedLimit,
  appliedMembers,
  changedApplied,
  differingMembers,
  fitsState,
  toldMembers,
  unkeptMembers,
} from '../../../../domain/client/applied.ts';
import { encodingsOf } from '../../../../domain/text/encodings.ts';

const sent = { client_name: 'Portal', redirect_uris: ['https://a.example/cb'], scope: 'openid' };

describe('what a client has after an answer', () => {
  it.each<[what: string, shown: Record<string, unknown> | null, expected: Record<string, unknown>]>([
    ['nothing is shown', null, sent],
    ['a part is shown', { client_name: 'Portal' }, sent],
    ['another value is shown', { scope: 'openid profile' }, { ...sent, scope: 'openid profile' }],
    ['null is shown', { scope: null }, { client_name: 'Portal', redirect_uris: sent.redirect_uris }],
    [
      'more is shown',
      { require_auth_time: true, default_max_age: 1 },
      { ...sent, require_auth_time: true, default_max_age: 1 },
    ],
    ['a name in a language is shown', { 'client_name#de': 'Portal' }, { ...sent, 'client_name#de': 'Portal' }],
    [
      'secrets are shown under whatever names',
      { credentials: [{ value: 'b', primary: false }], previous: 'c', apikey: 'd', pin: 4711, x: { y: [1] } },
      sent,
    ],
    [
      'what only the server sets is shown',
      {
        client_id: 'c',
        client_secret: 's',
        client_secret_expires_at: 1,
        client_id_issued_at: 1,
        registration_access_token: 't',
        registration_client_uri: 'https://a.example/c',
      },
      sent,
    ],
    ['another secret is shown', { previous_client_secret: 'b', initial_access_token: 'c', clientPassword: 'd' }, sent],
    ['a switch about tokens is shown', { revoke_refresh_token: true }, { ...sent, revoke_refresh_token: true }],
    ['a secret is shown within', { contacts: [{ mail: 'b', ask: true }] }, { ...sent, contacts: [{ ask: true }] }],
    [
      'a private key is shown',
      { jwks: { keys: [{ kty: 'EC', kid: '1', x: 'x', d: 'private', backup: 'private' }], previous: 'b' } },
      { ...sent, jwks: { keys: [{ kty: 'EC', kid: '1', x: 'x' }] } },
    ],
    ['what no database takes is shown', { logo_uri: 'x\0', tos_uri: '\ud800', contacts: ['\0'] }, sent],
    ['names that are none are shown', { '': 1, 'a b': 1, ['n'.repeat(101)]: 1 }, sent],
  ])('%s', (_, shown, expected) => {
    expect(appliedMembers(sent, shown, [])).toEqual(expected);
  });

  it.each<[what: string, asked: Record<string, unknown>, shown: Record<string, unknown>, expected: unknown]>([
    ['a text', { flow: 'a' }, { flow: 'b' }, { flow: 'b' }],
    ['a number', { x: 1 }, { x: 2 }, { x: 2 }],
    ['what is inside of it', { x: { y: 1 } }, { x: { y: 2, apikey: 'b' } }, { x: { y: 2 } }],
    ['what is inside of a list', { x: [{ d: 1 }, { e: 2 }] }, { x: [{ e: 3, z: 'b' }] }, { x: [{ e: 3 }] }],
    ['no secret', { admin_password: 'a' }, { admin_password: 'b' }, {}],
    ['no secret within', { x: { y: 1, secret: 'a' } }, {}, { x: { y: 1 } }],
  ])('has, of members that the request named, %s', (_, asked, shown, expected) => {
    expect(appliedMembers(asked, shown, [])).toEqual(expected);
  });

  it('names what was left out of it, without what is a secret', () => {
    const shown = {
      ...sent,
      client_id: 'c',
      gone: null,
      previous: 'b',
      jwks: { keys: [], more: 'b' },
      'is-a-secret': 'c',
    };
    const secrets = ['is-a-secret'];
    expect(unkeptMembers(shown, appliedMembers(null, shown, secrets), secrets)).toEqual(['jwks', 'previous']);
  });

  it('was not sent by us', () => {
    expect(appliedMembers(null, { client_name: 'Theirs' }, [])).toEqual({ client_name: 'Theirs' });
  });

  it('has no secret in any encoding, under any name', () => {
    const secret = 'kept-secret/4711+x';
    const forms = encodingsOf(secret).filter((form) => form.length >= 8);
    for (const form of forms)
      expect(appliedMembers(sent, { note: `see ${form}`, deep: { also: [form] } }, forms)).toEqual(sent);
  });

  it('keeps what has the word that a short secret is', () => {
    expect(appliedMembers(sent, null, ['Portal', ''])).toEqual(sent);
  });

  it('is made of whatever a peer shows, and never of its secrets', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (shown) => {
        const made = appliedMembers(sent, { ...shown, client_secret: 'a-secret-of-it' }, ['a-secret-of-it']);
        expect(JSON.stringify(made)).not.toContain('a-secret-of-it');
        expect(Object.keys(made)).not.toContain('client_secret');
      }),
    );
  });

  it('is not what nests without end', () => {
    let nested: unknown = 'x';
    for (let depth = 0; depth < 1000; depth += 1) nested = [nested];
    expect(appliedMembers(sent, { nested }, [])).toEqual(sent);
  });
});

it.each([
  ['little', { a: 'x' }, true],
  ['as much as is kept', { a: 'x'.repeat(appliedLimit - 8) }, true],
  ['more', { a: 'x'.repeat(appliedLimit - 7) }, false],
  ['more in bytes', { a: 'ü'.repeat(appliedLimit / 3) }, false],
])('the state keeps %s: %#', (_, members, expected) => {
  expect(fitsState(members)).toBe(expected);
});

it.each<[what: string, shown: Record<string, unknown>, expected: string[]]>([
  ['nothing', {}, []],
  ['the same in another order', { redirect_uris: ['https://a.example/cb'], scope: 'openid' }, []],
  ['others', { scope: 'openid profile', client_name: null, more: 1 }, ['client_name', 'scope']],
])('an answer shows %s than what was sent', (_, shown, expected) => {
  expect(differingMembers(sent, shown)).toEqual(expected);
});

it('names members that a peer made up by their count only', () => {
  expect(toldMembers(['scope', 'redirect_uris'])).toBe('scope, redirect_uris');
  expect(toldMembers(['scope', 'token 4711', 'https://x'])).toBe('scope, 2 more');
});

describe('a change of metadata', () => {
  const has = {
    client_name: 'Theirs',
    redirect_uris: ['https://a.example/cb', 'https://a.example/2'],
    x: 1,
    logo_uri: 'l',
  };
  const wanted = { ...sent, client_name: 'New' };
  it.each<[whose: string, supplied: boolean, expected: Record<string, unknown>]>([
    ['our own client', false, { ...wanted, x: 1 }],
    ['a client that a person registered', true, { client_name: 'New', redirect_uris: has.redirect_uris, x: 1 }],
  ])('of %s', (_, supplied, expected) => {
    expect(changedApplied(has, wanted, ['client_name', 'logo_uri'], supplied)).toEqual(expected);
  });
});
