import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { RegistrationView } from '../../../../../domain/registration/view.ts';
import { anApplication, everything, type Fixture, nextEvent, onboard } from '../fixture.ts';

const limit = 100;

/** Revisions that are wanted, and what a registration sets itself. */
export function changeSuite(fixture: () => Fixture): void {
  const registeredWith = (view: RegistrationView, applied: number, ownApplied = 0) =>
    nextEvent(view, { appliedRevision: applied, ownRevision: { applied: ownApplied, desired: 0 } });

  describe('a new revision of the application', () => {
    it('is wanted by each of its registrations at once, in the list as alone, and records no event', async () => {
      const { records } = fixture();
      const { views, applicationId } = await onboard(fixture(), { endpointId: 'a' }, { endpointId: 'b' });
      for (const view of views) await records.recordTransition(registeredWith(view, 1));
      await records.putApplication(applicationId, anApplication({ launchUris: ['https://app.example/launch'] }));
      const { items } = await records.registrations({ applicationId }, everything, { limit });
      expect(
        items.map(({ appliedRevision, desiredRevision, sequence }) => [appliedRevision, desiredRevision, sequence]),
      ).toEqual([
        [1, 2, 2],
        [1, 2, 2],
      ]);
      for (const item of items) expect(await records.registration(item.registrationId, everything)).toEqual(item);
    });

    it('stays wanted when an entity that does not know it records its view', async () => {
      const { records } = fixture();
      const { views, applicationId } = await onboard(fixture());
      const first = registeredWith(views[0]!, 1);
      await records.recordTransition(first);
      await records.putApplication(applicationId, anApplication({ launchUris: ['https://app.example/launch'] }));
      await records.recordTransition(nextEvent(first.view));
      const view = await records.registration(first.registrationId, everything);
      expect(view).toMatchObject({ appliedRevision: 1, desiredRevision: 2, sequence: 3 });
    });

    it('is not wanted by what is retired', async () => {
      const { records } = fixture();
      const { views, applicationId } = await onboard(fixture());
      const retired = nextEvent(views[0]!, { phase: 'retired' });
      await records.recordTransition(retired);
      await records.putApplication(applicationId, anApplication({ launchUris: ['https://app.example/launch'] }));
      expect(await records.registration(retired.registrationId, everything)).toMatchObject({ desiredRevision: 1 });
      expect((await records.rolloutRows(applicationId, everything, { limit })).items).toEqual([]);
    });

    it('leaves the former ones to be read', async () => {
      const { records } = fixture();
      const { applicationId } = await onboard(fixture());
      await records.putApplication(applicationId, anApplication({ launchUris: ['https://app.example/launch'] }));
      expect((await records.applicationRevision(applicationId, 1))?.launchUris).toEqual([]);
      expect((await records.applicationRevision(applicationId, 2))?.launchUris).toHaveLength(1);
      expect(await records.applicationRevision(applicationId, 3)).toBeNull();
    });
  });

  describe('what a registration sets itself', () => {
    it('is taken back whole when it was refused, and stays once another change followed', async () => {
      const { records } = fixture();
      const { views } = await onboard(fixture(), {});
      const registered = registeredWith(views[0]!, 1);
      const { registrationId } = registered;
      const ref = { store: 'database', name: 'n', versionId: 'v' };
      const credential = { clientId: 'client-1', ref } as RegistrationView['credential'];
      await records.recordTransition(nextEvent(views[0]!, { ...registered.view, credential }));
      const settings = { clientMetadata: { software_id: 'x' } };
      const before = await records.ownSettings(registrationId);
      await records.putOwnSettings(registrationId, 0, settings, 'key:test');
      await records.takeBackOwnSettings(registrationId, 1, 'key:test');
      expect(await records.ownSettings(registrationId)).toEqual(before);
      await records.putOwnSettings(registrationId, 0, settings);
      await records.putOwnSettings(registrationId, 1, { policies: { trimScopes: true } });
      await records.takeBackOwnSettings(registrationId, 1);
      expect(await records.ownSettings(registrationId)).toMatchObject({ revision: 2 });
      expect(await records.config(registrationId, { revision: null, ownRevision: 1 })).toMatchObject({
        metadata: { software_id: 'x' },
      });
    });

    it('is kept in revisions, and the metadata that the client has stay theirs', async () => {
      const { records } = fixture();
      const { views } = await onboard(fixture(), { clientMetadata: { software_id: 'first' } });
      const registered = registeredWith(views[0]!, 1);
      const { registrationId } = registered;
      expect(await records.ownSettings(registrationId)).toEqual({
        revision: 0,
        settings: { clientMetadata: { software_id: 'first' } },
      });
      const settings = {
        clientMetadata: { software_id: 'second' },
        rotationPolicy: { renewBefore: 'P2D' },
        policies: { allowReplace: true, trimScopes: true },
      };
      expect(await records.putOwnSettings(registrationId, 0, settings, 'key:test')).toBe(true);
      expect(await records.ownSettings(registrationId)).toEqual({ revision: 1, settings });
      expect(await records.config(registrationId)).toMatchObject({
        ownRevision: 1,
        metadata: { software_id: 'second' },
      });

      await records.recordTransition(registered);
      expect(await records.config(registrationId)).toMatchObject({
        ownRevision: 0,
        metadata: { software_id: 'first' },
        rotationPolicy: { renewBefore: 'P2D' },
        policies: { allowReplace: true, trimScopes: false },
      });
      expect(await records.registration(registrationId, everything)).toMatchObject({
        ownRevision: { applied: 0, desired: 1 },
      });
      await records.recordTransition(nextEvent(registered.view, { ownRevision: { applied: 1, desired: 0 } }));
      expect(await records.config(registrationId)).toMatchObject({ ownRevision: 1, policies: { trimScopes: true } });
    });

    it('is written by one of two that change it at once', async () => {
      const { records } = fixture();
      const { views } = await onboard(fixture());
      const { registrationId } = views[0]!;
      const both = ['a', 'b'].map((id) =>
        records.putOwnSettings(registrationId, 0, { clientMetadata: { software_id: id } }),
      );
      expect((await Promise.all(both)).filter(Boolean)).toHaveLength(1);
      expect((await records.ownSettings(registrationId))?.revision).toBe(1);
      expect(await records.putOwnSettings('nobody.app.production.main', 0, {})).toBe(false);
      expect(await records.ownSettings('nobody.app.production.main')).toBeNull();
    });

    it('is audited by names, with who changed it', async () => {
      const { records, db } = fixture();
      const { views, tenantId } = await onboard(fixture(), { clientMetadata: { software_id: 'first' } });
      const settings = { clientMetadata: { software_id: 'second', policy_uri: 'https://app.example/policy' } };
      await records.putOwnSettings(views[0]!.registrationId, 0, settings, 'key:admin');
      const row = await db
        .selectFrom('audit')
        .selectAll()
        .where('subject_kind', '=', 'tenant')
        .where('subject_id', '=', tenantId)
        .where('type', '=', 'tenant.registration-changed')
        .executeTakeFirstOrThrow();
      expect(row.actor).toBe('key:admin');
      expect(row.changes).toEqual({
        ownRevision: { from: 0, to: 1 },
        members: {
          from: ['clientMetadata/software_id'],
          to: ['clientMetadata/policy_uri', 'clientMetadata/software_id'],
        },
        changed: { from: null, to: ['clientMetadata/policy_uri', 'clientMetadata/software_id'] },
      });
    });

    it('goes with the tenant', async () => {
      const { records, db } = fixture();
      const { views, tenantId } = await onboard(fixture());
      await records.putOwnSettings(views[0]!.registrationId, 0, { policies: { allowReplace: true } });
      await records.recordTransition(nextEvent(views[0]!, { phase: 'retired' }));
      expect(await records.removeTenant(tenantId)).toBe(true);
      const { rows } =
        await sql`select 1 from registration_settings where registration_id = ${views[0]!.registrationId}`.execute(db);
      expect(rows).toEqual([]);
    });
  });

  describe('the rows of a rollout', () => {
    it('say what each client has and can, page by page, to those who may see them', async () => {
      const { records } = fixture();
      const credential = {
        clientId: 'c',
        authMethod: 'client_secret_post',
        ref: { store: 'database', name: 'n', versionId: 'v' },
        issuedAt: '2026-11-21T09:00:00.000Z',
        expiresAt: null,
        expiryKnown: true,
        clientExpiresAt: null,
        rotationDueAt: null,
        strategy: 'none',
        manageable: true,
        provedAt: null,
      } as const;
      const { views, applicationId, tenantId } = await onboard(
        fixture(),
        { endpointId: 'a' },
        { endpointId: 'b' },
        { endpointId: 'c' },
      );
      await records.recordTransition(nextEvent(views[1]!, { appliedRevision: 1, credential, phase: 'active' }));
      await records.putOwnSettings(views[1]!.registrationId, 0, { clientMetadata: { software_id: 'x' } });
      const first = await records.rolloutRows(applicationId, everything, { limit: 2 });
      expect(first.items).toMatchObject([
        { registrationId: views[0]!.registrationId, client: null, appliedRevision: null },
        {
          registrationId: views[1]!.registrationId,
          client: { authMethod: 'client_secret_post', manageable: true },
          appliedRevision: 1,
          appliedOwn: { clientMetadata: null },
          own: { clientMetadata: { software_id: 'x' } },
          canRegister: false,
        },
      ]);
      const rest = await records.rolloutRows(applicationId, everything, { limit: 2, cursor: first.nextCursor });
      expect(rest.items.map(({ registrationId }) => registrationId)).toEqual([views[2]!.registrationId]);
      expect(rest.nextCursor).toBeUndefined();
      const other = { tenantIds: ['other'], applicationIds: null };
      expect((await records.rolloutRows(applicationId, other, { limit })).items).toEqual([]);
      expect(
        (await records.rolloutRows(applicationId, { tenantIds: [tenantId], applicationIds: null }, { limit })).items,
      ).toHaveLength(3);
    });
  });

  describe('an intent', () => {
    it('says which metadata its update sends', async () => {
      const { records } = fixture();
      const { views } = await onboard(fixture());
      const given = {
        registrationId: views[0]!.registrationId,
        operationId: randomUUID(),
        kind: 'update',
        endpoint: 'https://as.example',
        clientName: 'x',
        clientId: 'c',
      } as const;
      const metadata = { revision: 2, ownRevision: 1 };
      const prepared = await records.prepareIntent({ ...given, intentId: randomUUID(), metadata });
      expect(await records.intent(prepared.intentId)).toMatchObject({ metadata });
      await records.settleIntent(prepared.intentId, 'applied', { kind: 'unchanged' });
      const rotating = await records.prepareIntent({ ...given, intentId: randomUUID() });
      expect(rotating.metadata).toBeNull();
    });
  });
}
