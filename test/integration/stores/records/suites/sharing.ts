import { describe, expect, it } from 'vitest';
import type { RegistrationView } from '../../../../../domain/registration/view.ts';
import { discoveryOf } from '../../../../support/entity.ts';
import { aRegistration, everything, type Fixture, nextEvent, onboard, uniqueId } from '../fixture.ts';

export function sharingSuite(fixture: () => Fixture): void {
  describe('shared clients', () => {
    const wokenOf = async (view: RegistrationView) =>
      (await fixture().records.wakeRequests(1000)).filter(
        ({ registrationId }) => registrationId === view.registrationId,
      );

    /** A holder that is active, and one that shares its client and is in a phase. */
    async function pair(phase: RegistrationView['phase'] = 'active') {
      const { records } = fixture();
      const { tenantId, applicationId, views } = await onboard(fixture());
      const activated = nextEvent(views[0]!, { phase: 'active', discovery: discoveryOf() });
      await records.recordTransition(activated);
      const holder = activated.view;
      const other = uniqueId('tenant');
      const given = aRegistration(applicationId, { shareWith: holder.registrationId });
      const [created] = await records.createTenant({ tenantId: other, name: 'Other', registrations: [given] }, 'key:a');
      const moved = nextEvent(created!, { phase });
      await records.recordTransition(moved);
      return { tenantId, applicationId, holder, sharer: moved.view };
    }

    it('name their holder in view, configuration and count until they are retired', async () => {
      const { records } = fixture();
      const { holder, sharer } = await pair();
      expect(sharer).toMatchObject({ clientBinding: 'shared', holderRegistrationId: holder.registrationId });
      expect(await records.config(sharer.registrationId)).toMatchObject({
        holderRegistrationId: holder.registrationId,
      });
      expect(await records.config(holder.registrationId)).toMatchObject({ holderRegistrationId: null });
      expect(await records.countSharers(holder.registrationId)).toBe(1);
      await records.recordTransition(nextEvent(sharer, { phase: 'retired' }));
      expect(await records.countSharers(holder.registrationId)).toBe(0);
    });

    it.each([
      ['credential.rotated', 'active', 1],
      ['registration.activated', 'verifying', 1],
      ['registration.activated', 'awaiting_enablement', 1],
      ['credential.proved', 'active', 0],
      ['credential.rotated', 'retired', 0],
      ['credential.rotated', 'discovering', 0],
    ] as const)('are to be proved after %s of the holder: one that is %s %i times', async (type, phase, times) => {
      const { records } = fixture();
      const { holder, sharer } = await pair(phase);
      const event = nextEvent(holder, {}, { type });
      await records.recordTransition(event);
      await records.recordTransition(event);
      const woken = await wokenOf(sharer);
      expect(woken).toHaveLength(times);
      expect(await wokenOf(holder)).toEqual([]);
      for (const { operationId } of woken) await records.removeWakeRequest(operationId);
      expect(await wokenOf(sharer)).toEqual([]);
    });

    it('are woken one after the other, and for a kept credential with another end only', async () => {
      const { records, db } = fixture();
      const { applicationId, views } = await onboard(fixture());
      const holder = nextEvent(views[0]!, { phase: 'active', discovery: discoveryOf() });
      await records.recordTransition(holder);
      for (let index = 0; index < 4; index += 1) {
        const given = aRegistration(applicationId, { shareWith: views[0]!.registrationId });
        const tenant = { tenantId: uniqueId('tenant'), name: 'T', registrations: [given] };
        const [created] = await records.createTenant(tenant, 'key:a');
        await records.recordTransition(nextEvent(created!, { phase: 'active' }));
      }
      const sharers = db
        .selectFrom('registrations')
        .select('registration_id')
        .where('holder_registration_id', '=', views[0]!.registrationId);
      const waits = async () => {
        const rows = await db
          .selectFrom('wake_requests')
          .select('not_before')
          .where('registration_id', 'in', sharers)
          .orderBy('not_before')
          .execute();
        return rows.map(({ not_before }) => not_before!.getTime() - rows[0]!.not_before!.getTime());
      };
      await records.recordTransition(nextEvent(holder.view, {}, { type: 'credential.rotation-deferred' }));
      expect(await waits()).toEqual([]);
      const kept = nextEvent(
        { ...holder.view, sequence: holder.view.sequence + 1 },
        {},
        { type: 'credential.rotated' },
      );
      await records.recordTransition(kept);
      expect(await waits()).toEqual([0, 250, 500, 750]);
      await db.deleteFrom('wake_requests').where('registration_id', 'in', sharers).execute();
      const credential = { expiresAt: '2027-02-19T09:00:00.000Z', ref: { name: 'n', versionId: 'v' } } as never;
      await records.recordTransition(nextEvent(kept.view, { credential }, { type: 'credential.rotation-deferred' }));
      expect(await waits()).toHaveLength(4);
    });

    it.each<[string, (names: Awaited<ReturnType<typeof pair>>) => object, string]>([
      ['nobody', () => ({ shareWith: 'no.such.registration.main' }), 'there is no such registration'],
      ['a sharer', ({ sharer }) => ({ shareWith: sharer.registrationId }), 'share with that one'],
      [
        'another environment',
        ({ holder }) => ({ shareWith: holder.registrationId, environment: 'test2' }),
        'another environment',
      ],
    ])('cannot be shared with %s', async (_what, given, why) => {
      const { records } = fixture();
      const names = await pair();
      const registrations = [
        aRegistration(names.applicationId),
        aRegistration(names.applicationId, { endpointId: 'b', ...given(names) }),
      ];
      const tenant = { tenantId: uniqueId('tenant'), name: 'New', registrations };
      await expect(records.createTenant(tenant, 'key:a')).rejects.toMatchObject({
        code: 'cannot-share',
        pointer: '/registrations/1/shareWith',
        message: expect.stringContaining(why),
      });
      expect(await records.tenant(tenant.tenantId, everything)).toBeNull();
    });

    it('cannot be shared with a holder of another application, or one that retires', async () => {
      const { records } = fixture();
      const { holder, applicationId } = await pair();
      const foreign = await onboard(fixture());
      const shareWith = holder.registrationId;
      const add = (id: string) =>
        records.addRegistrations(foreign.tenantId, [aRegistration(id, { shareWith, endpointId: 'b' })], 'key:a');
      await expect(add(foreign.applicationId)).rejects.toMatchObject({ code: 'cannot-share' });
      await records.recordTransition(nextEvent(holder, { phase: 'retiring' }));
      await expect(add(applicationId)).rejects.toMatchObject({ message: expect.stringContaining('it is retiring') });
    });

    it('are offered where the application has an active client of its own at the token endpoint', async () => {
      const { records } = fixture();
      const { holder, applicationId, tenantId } = await pair();
      const asked = {
        registrationId: `${uniqueId('t')}.${applicationId}.production.main`,
        applicationId,
        environment: 'production',
        tokenEndpoint: discoveryOf().tokenEndpoint ?? '',
      };
      expect(await records.shareable(asked, everything, 10)).toEqual([holder.registrationId]);
      expect(await records.shareable({ ...asked, registrationId: holder.registrationId }, everything, 10)).toEqual([]);
      expect(
        await records.shareable({ ...asked, tokenEndpoint: 'https://other.example/token' }, everything, 10),
      ).toEqual([]);
      expect(await records.shareable({ ...asked, environment: 'test2' }, everything, 10)).toEqual([]);
      const bound = (id: string) => ({ tenantIds: [id], applicationIds: null });
      expect(await records.shareable(asked, bound(tenantId), 10)).toEqual([holder.registrationId]);
      expect(await records.shareable(asked, bound('another'), 10)).toEqual([]);
    });
  });
}
