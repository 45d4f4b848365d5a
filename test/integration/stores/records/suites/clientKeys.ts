import { describe, expect, it } from 'vitest';
import { privateJwkMembers } from '../../../../../domain/client/lint/keys.ts';
import { type Fixture, nextEvent, onboard, oneRegistration } from '../fixture.ts';

const jwksId = (letter: string) => `${letter}-${crypto.randomUUID()}`;
const aKey = (kid: string, more: Record<string, unknown> = {}) => ({
  kid,
  alg: 'ES384',
  jwk: { kty: 'EC', crv: 'P-384', x: 'eA', y: 'eQ', kid, alg: 'ES384', use: 'sig', ...more },
});

export function clientKeySuite(fixture: () => Fixture): void {
  describe('keys of clients', () => {
    it('are published once each, under an id that is theirs alone', async () => {
      const { records } = fixture();
      const { registrationId } = await oneRegistration(fixture());
      const id = jwksId('a');
      const keys = [aKey('one'), { ...aKey('two'), alg: 'RS384' }];
      for (const _again of [1, 2]) await records.publishClientKeys(registrationId, id, keys);
      expect(await records.clientKeys(id)).toEqual(keys);
      expect(await records.jwksIdOf(registrationId)).toBe(id);
      expect(await records.clientKeys(jwksId('b'))).toBeNull();
      expect(await records.jwksIdOf('nobody.app.production.main')).toBeNull();
    });

    it('are published no more when they or their registration are retired', async () => {
      const { records } = fixture();
      const [one, other] = [await oneRegistration(fixture()), await oneRegistration(fixture())];
      const ids = [jwksId('c'), jwksId('d')] as const;
      await records.publishClientKeys(one.registrationId, ids[0], [aKey('one')]);
      await records.publishClientKeys(other.registrationId, ids[1], [aKey('other')]);
      for (const _again of [1, 2]) await records.retireClientKeys(one.registrationId);
      expect(await records.clientKeys(ids[0])).toBeNull();
      expect(await records.clientKeys(ids[1])).toEqual([aKey('other')]);
      await records.recordTransition(nextEvent(other, { phase: 'retired' }));
      expect(await records.clientKeys(ids[1])).toBeNull();
    });

    it('go with their tenant', async () => {
      const { records, db } = fixture();
      const { tenantId, views } = await onboard(fixture());
      const [view] = views;
      if (view === undefined) throw new Error('one registration was asked for');
      const id = jwksId('e');
      await records.publishClientKeys(view.registrationId, id, [aKey('one')]);
      await records.recordTransition(nextEvent(view, { phase: 'retired' }));
      expect(await records.removeTenant(tenantId)).toBe(true);
      const tables = db.withTables<{ client_keys: { jwks_id: string } }>();
      expect(await tables.selectFrom('client_keys').select('jwks_id').where('jwks_id', '=', id).execute()).toEqual([]);
    });

    it.each(privateJwkMembers)('with the private member "%s" are refused by the database itself', async (member) => {
      const { records } = fixture();
      const { registrationId } = await oneRegistration(fixture());
      const id = jwksId('f');
      const keys = [aKey('one', { [member]: 'private' })];
      await expect(records.publishClientKeys(registrationId, id, keys)).rejects.toMatchObject({ code: 'failed' });
      expect(await records.clientKeys(id)).toBeNull();
    });
  });
}
