import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changedMembers,
  decideRollout,
  type RolloutSubject,
  sameMember,
  showsUpdate,
} from '../../../../domain/client/rollout.ts';

const client = { authMethod: 'client_secret_basic', manageable: true } as const;
const subject: RolloutSubject = {
  method: 'auto',
  phase: 'active',
  clientBinding: 'own',
  client,
  canRegister: true,
  authMethod: null,
  members: ['redirect_uris'],
};
const unmanaged = { ...client, manageable: false };

describe('a change of metadata', () => {
  it.each<[what: string, Partial<RolloutSubject>, expected: string, reason: string]>([
    ['where RFC 7592 works', {}, 'automatic', 'MetadataUpdatable'],
    ['of an adopted client that can be changed', { method: 'adopt' }, 'automatic', 'MetadataUpdatable'],
    ['that changes nothing', { members: [] }, 'unchanged', 'MetadataUnchanged'],
    ['of a shared client', { clientBinding: 'shared' }, 'unchanged', 'MetadataOfHolder'],
    ['of a client made by hand', { method: 'manual', client: unmanaged, canRegister: false }, 'task', 'MetadataByHand'],
    [
      'of a client made by hand where others could be registered',
      { method: 'manual', client: unmanaged },
      'task',
      'MetadataByHand',
    ],
    ['of an adopted client without a token', { method: 'adopt', client: unmanaged }, 'task', 'MetadataByHand'],
    ['without RFC 7592, where a client can be registered', { client: unmanaged }, 'new_client', 'NewClientInstead'],
    ['without any endpoint', { client: unmanaged, canRegister: false }, 'task', 'MetadataByHand'],
    ['from a secret to a key', { authMethod: 'private_key_jwt', members: [] }, 'new_client', 'AuthMethodFixed'],
    ['that names the method the client has', { authMethod: 'client_secret_basic' }, 'automatic', 'MetadataUpdatable'],
    ['of the software statement', { members: ['software_statement'] }, 'new_client', 'SoftwareStatementFixed'],
    ['before there is a client', { client: null, phase: 'awaiting_token' }, 'automatic', 'MetadataForFirstClient'],
    ['before a person has registered it', { client: null, phase: 'manual_required' }, 'task', 'MetadataByHand'],
  ])('%s: %j', (_, changes, expected, reason) => {
    expect(decideRollout({ ...subject, ...changes })).toEqual({ class: expected, reason });
  });
});

const source = (metadata: Record<string, unknown>, trimScopes = false) => ({ metadata, policies: { trimScopes } });

describe('members that change', () => {
  const before = { client_name: 'A', redirect_uris: ['https://a/1', 'https://a/2'], scope: 'openid launch' };
  it.each<[string, Record<string, unknown>, string[]]>([
    ['none', before, []],
    ['order only', { ...before, redirect_uris: ['https://a/2', 'https://a/1'], scope: 'launch  openid' }, []],
    ['one value', { ...before, redirect_uris: ['https://a/1'] }, ['redirect_uris']],
    [
      'one less, one more',
      { redirect_uris: before.redirect_uris, scope: 'openid launch', logo_uri: 'x' },
      ['client_name', 'logo_uri'],
    ],
    ['the method that the client has', { ...before, token_endpoint_auth_method: 'client_secret_basic' }, []],
    ['another method', { ...before, token_endpoint_auth_method: 'none' }, ['token_endpoint_auth_method']],
  ])('%s', (_, wanted, expected) => {
    expect(changedMembers(source(before), source(wanted), 'client_secret_basic')).toEqual(expected);
  });

  it('count the scopes where others would be left out', () => {
    expect(changedMembers(source(before), source(before, true), 'none')).toEqual(['scope']);
  });

  it('are all of them where it is not known what the client has', () => {
    expect(changedMembers(null, source(before), 'client_secret_basic')).toEqual([
      'client_name',
      'redirect_uris',
      'scope',
    ]);
  });

  it('are the same in both directions, and none between equals', () => {
    const metadata = fc.dictionary(fc.constantFrom('scope', 'contacts', 'jwks', 'x'), fc.jsonValue());
    fc.assert(
      fc.property(metadata, metadata, (one, other) => {
        expect(changedMembers(source(one), source(other), 'none')).toEqual(
          changedMembers(source(other), source(one), 'none'),
        );
        expect(changedMembers(source(one), source(structuredClone(one)), 'none')).toEqual([]);
      }),
    );
  });

  it('are compared without order, in lists and in members', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), fc.infiniteStream(fc.nat()), (texts, _) => {
        expect(sameMember('redirect_uris', texts, [...texts].reverse())).toBe(true);
      }),
    );
    expect(sameMember('jwks', { a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
    expect(sameMember('jwks', [{ a: 1 }, { a: 2 }], [{ a: 2 }, { a: 1 }])).toBe(false);
    expect(sameMember('x', null, undefined)).toBe(false);
  });
});

describe('a client that is read after a lost update', () => {
  const before = { redirect_uris: ['https://a/old'], scope: 'openid', client_name: 'A' };
  const sent = { redirect_uris: ['https://a/new'], scope: 'openid launch', client_name: 'A' };
  it.each<[string, Record<string, unknown>, boolean]>([
    ['shows what was sent', sent, true],
    ['shows what was before', before, false],
    ['shows some of what was sent, and the rest in its own way', { ...sent, scope: 'launch profile' }, true],
    ['shows some of what was sent and some of before', { ...sent, scope: 'openid' }, false],
    ['does not tell', { client_name: 'A' }, false],
    ['shows neither', { redirect_uris: ['https://other/'], scope: 'profile' }, false],
  ])('%s', (_, shown, expected) => {
    expect(showsUpdate(shown, before, sent)).toBe(expected);
  });
});
