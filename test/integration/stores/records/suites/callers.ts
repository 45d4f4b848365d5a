import { describe, expect, it } from 'vitest';
import type { RegistrationView } from '../../../../../domain/registration/view.ts';
import {
  anApplication,
  aRegistration,
  everything,
  type Fixture,
  nextEvent,
  onboard,
  oneRegistration,
  uniqueId,
} from '../fixture.ts';

const minute = 60 * 1000;
const day = 24 * 60 * minute;

export function callerSuite(fixture: () => Fixture): void {
  describe('applications', () => {
    it('get a revision for each change', async () => {
      const { records } = fixture();
      const applicationId = uniqueId('app');
      expect(await records.application(applicationId)).toBeNull();
      const first = await records.putApplication(applicationId, anApplication(), 'key:admin');
      expect(first).toMatchObject({ created: true, record: { applicationId, revision: 1 } });
      expect(await records.putApplication(applicationId, anApplication())).toEqual({ ...first, created: false });
      const changed = anApplication({ launchUris: ['https://app.example/launch'] });
      const second = await records.putApplication(applicationId, changed);
      expect(second).toMatchObject({ created: false, record: { revision: 2, application: changed } });
      expect(await records.application(applicationId)).toEqual(second.record);
    });

    it('are listed as far as the caller may see them', async () => {
      const { records } = fixture();
      const ids = [uniqueId('app'), uniqueId('app'), uniqueId('app')].toSorted();
      for (const id of ids) await records.putApplication(id, anApplication());
      const visibility = { tenantIds: null, applicationIds: ids.slice(0, 2) };
      const first = await records.applications(visibility, { limit: 1 });
      expect(first.items.map((item) => item.applicationId)).toEqual([ids[0]]);
      const second = await records.applications(visibility, { limit: 1, cursor: first.nextCursor });
      expect(second.items.map((item) => item.applicationId)).toEqual([ids[1]]);
      expect(second.nextCursor).toBeUndefined();
      expect((await records.applications({ ...everything, applicationIds: [] }, { limit: 5 })).items).toEqual([]);
    });
  });

  describe('tenants', () => {
    it('come with registrations that nothing is known of', async () => {
      const { records, clock } = fixture();
      const { tenantId, applicationId, views } = await onboard(fixture(), { initialAccessToken: 'iat' });
      const at = new Date(clock.now()).toISOString();
      const condition = (type: string, status: string, reason: string, message: string) => ({
        type,
        status,
        reason,
        message,
        lastTransitionTime: at,
      });
      expect(views).toEqual([
        {
          registrationId: `${tenantId}.${applicationId}.production.main`,
          tenantId,
          applicationId,
          environment: 'production',
          endpointId: 'main',
          fhirBaseUrl: 'https://ehr.example/fhir',
          method: 'auto',
          clientBinding: 'own',
          phase: 'discovering',
          credentialHealth: 'none',
          conditions: [
            condition('Discovered', 'Unknown', 'Pending', 'Not yet tried.'),
            condition('Registered', 'Unknown', 'Pending', 'Not yet tried.'),
            condition('CredentialProved', 'Unknown', 'Pending', 'Not yet tried.'),
            condition('LaunchProved', 'Unknown', 'NotReported', 'No launch has been reported yet.'),
            condition('NeedsAttention', 'False', 'NotNeeded', 'Nothing needs a person.'),
          ],
          nextAttemptAt: null,
          discovery: null,
          credential: null,
          scopes: null,
          appliedRevision: null,
          desiredRevision: 1,
          ownRevision: { applied: null, desired: 0 },
          sequence: 1,
        },
      ]);
      expect(await records.tenant(tenantId, everything)).toEqual({
        tenantId,
        name: `Clinic ${tenantId}`,
        createdAt: at,
        registrations: [{ registrationId: views[0]?.registrationId, phase: 'discovering' }],
      });
    });

    it('leave nothing behind when one registration is refused', async () => {
      const { records } = fixture();
      const { applicationId } = await onboard(fixture());
      const tenantId = uniqueId('tenant');
      const position = await records.lastPosition();
      const create = (...registrations: ReturnType<typeof aRegistration>[]) =>
        records.createTenant({ tenantId, name: 'n', registrations }, 'system');
      const good = aRegistration(applicationId);
      await expect(create(good, aRegistration('no-such-app'))).rejects.toMatchObject({
        code: 'unknown-application',
        pointer: '/registrations/1/applicationId',
      });
      await expect(create(good, good)).rejects.toMatchObject({ code: 'exists', pointer: '/registrations/1' });
      expect(await records.tenant(tenantId, everything)).toBeNull();
      expect(await records.lastPosition()).toBe(position);
      expect(await create(good)).toHaveLength(1);
      await expect(create()).rejects.toMatchObject({ code: 'exists', pointer: '/tenantId' });
    });

    it('take more registrations later', async () => {
      const { records } = fixture();
      const { tenantId, applicationId, views } = await onboard(fixture());
      const more = [aRegistration(applicationId, { endpointId: 'second' }), aRegistration(applicationId)];
      const both = records.addRegistrations(tenantId, more, 'system');
      await expect(both).rejects.toMatchObject({ code: 'exists', pointer: '/registrations/1' });
      const unknown = records.addRegistrations(uniqueId('tenant'), more, 'system');
      await expect(unknown).rejects.toMatchObject({ code: 'not-found' });
      await records.addRegistrations(tenantId, more.slice(0, 1), 'system');
      const { registrations } = (await records.tenant(tenantId, everything))!;
      expect(registrations.map(({ registrationId }) => registrationId)).toEqual([
        views[0]?.registrationId,
        `${tenantId}.${applicationId}.production.second`,
      ]);
    });

    it('take very many registrations at once', async () => {
      const { views } = await onboard(
        fixture(),
        ...Array.from({ length: 1001 }, (_, index) => ({ endpointId: `e${index}`, initialAccessToken: 'iat' })),
      );
      expect(views).toHaveLength(1001);
    });

    it('are renamed, and removed once everything is retired', async () => {
      const { records } = fixture();
      const { tenantId, applicationId, views } = await onboard(fixture());
      const view = views[0]!;
      expect(await records.renameTenant(tenantId, 'New name', 'key:admin')).toBe(true);
      expect(await records.renameTenant(uniqueId('tenant'), 'x')).toBe(false);
      expect((await records.tenant(tenantId, everything))?.name).toBe('New name');
      await expect(records.removeTenant(tenantId)).rejects.toMatchObject({ code: 'not-empty' });
      await records.recordTransition(nextEvent(view, { phase: 'retired' }, { type: 'registration.retired' }));
      expect(await records.removeTenant(tenantId, 'key:admin')).toBe(true);
      expect(await records.removeTenant(tenantId)).toBe(false);
      expect(await records.tenant(tenantId, everything)).toBeNull();
      expect(await records.registration(view.registrationId, everything)).toBeNull();
      expect((await records.events(view.registrationId, { limit: 5 })).items).toHaveLength(2);
      const again = { tenantId, name: 'Again', registrations: [aRegistration(applicationId)] };
      expect(await records.createTenant(again, 'system')).toMatchObject([{ sequence: 3, phase: 'discovering' }]);
      expect((await records.entityStart(view.registrationId))?.sequence).toBe(3);
    });

    it('are not removed while a request is not settled', async () => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const { registrationId, tenantId } = view;
      const intentId = crypto.randomUUID();
      const intent = {
        intentId,
        registrationId,
        operationId: intentId,
        endpoint: 'https://as.example/r',
        clientName: 'n',
      };
      await records.prepareIntent({ ...intent, kind: 'register', clientId: null });
      await records.recordTransition(nextEvent(view, { phase: 'retired' }));
      await expect(records.removeTenant(tenantId)).rejects.toMatchObject({ code: 'not-empty' });
      await records.settleIntent(intentId, 'not-sent', null);
      expect(await records.removeTenant(tenantId)).toBe(true);
    });
  });

  describe('keys and sessions', () => {
    async function aKey(expiresAt: number | null = null) {
      const key = {
        keyId: uniqueId('key'),
        name: 'ci',
        role: 'operator',
        sha256: uniqueId('hash'),
        tenantIds: ['t1'],
        applicationIds: null,
        expiresAt,
      } as const;
      return { sha256: key.sha256, record: await fixture().records.insertKey(key, 'key:admin') };
    }
    async function aSession(keyId: string, expiresAt = fixture().clock.now() + 8 * 60 * minute) {
      const sha256 = uniqueId('session');
      await fixture().records.insertSession({ sha256, keyId, csrfSha256: 'csrf', expiresAt });
      return sha256;
    }

    it('finds a key by its hash, revoked or not', async () => {
      const { records, clock } = fixture();
      const { sha256, record } = await aKey(clock.now() + day);
      expect(record).toMatchObject({ role: 'operator', tenantIds: ['t1'], applicationIds: null, revokedAt: null });
      expect(await records.keyByHash(sha256)).toEqual(record);
      expect(await records.keyByHash('other')).toBeNull();
      expect(await records.revokeKey(record.keyId)).toBe(true);
      expect(await records.keyByHash(sha256)).toEqual({ ...record, revokedAt: new Date(clock.now()).toISOString() });
      expect(await records.revokeKey(uniqueId('key'))).toBe(false);
      const same = { ...record, role: 'viewer', sha256: uniqueId('hash'), expiresAt: null } as const;
      await expect(records.insertKey(same)).rejects.toMatchObject({ code: 'exists' });
    });

    it('lists keys page by page', async () => {
      const { records, clock } = fixture();
      const made: string[] = [];
      for (let count = 0; count < 5; count += 1) {
        made.push((await aKey()).record.keyId);
        clock.move(count % 2);
      }
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await records.keys({ limit: 2, cursor });
        seen.push(...page.items.map(({ keyId }) => keyId));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(expect.arrayContaining(made));
    });

    it('ends a session when idle, at its end, when removed and with its key', async () => {
      const { records, clock } = fixture();
      const { record } = await aKey();
      const sha256 = await aSession(record.keyId);
      expect(await records.session(sha256)).toMatchObject({ key: record, csrfSha256: 'csrf' });
      for (let count = 0; count < 3; count += 1) {
        clock.move(30 * minute - 1);
        expect(await records.session(sha256)).not.toBeNull();
      }
      clock.move(30 * minute);
      expect(await records.session(sha256)).toBeNull();

      const watched = await aSession(record.keyId);
      clock.move(20 * minute);
      // An open event stream is no activity of a person.
      expect(await records.session(watched, false)).not.toBeNull();
      clock.move(10 * minute);
      expect(await records.session(watched)).toBeNull();

      const short = await aSession(record.keyId, clock.now() + minute);
      clock.move(minute);
      expect(await records.session(short)).toBeNull();

      const removed = await aSession(record.keyId);
      await records.removeSession(removed);
      expect(await records.session(removed)).toBeNull();

      const revoked = await aSession(record.keyId);
      await records.revokeKey(record.keyId);
      expect(await records.session(revoked)).toBeNull();

      const expiring = await aKey(clock.now() + minute);
      const dying = await aSession(expiring.record.keyId);
      expect(await records.session(dying)).not.toBeNull();
      clock.move(minute);
      expect(await records.session(dying)).toBeNull();
    });
  });

  describe('idempotency', () => {
    const aRow = () => ({ principal: 'key:1', route: 'POST /v1/tenants', key: crypto.randomUUID() });

    it('answers a repeated request from its row', async () => {
      const { records, clock } = fixture();
      const row = aRow();
      const begin = (requestMac = 'mac') => records.beginIdempotent({ ...row, requestMac });
      expect(await begin()).toEqual({ kind: 'fresh' });
      expect(await begin()).toEqual({ kind: 'in-progress' });
      expect(await begin('other')).toEqual({ kind: 'mismatch' });
      await records.completeIdempotent(row, 202, { tenantId: 't' });
      await records.completeIdempotent(row, 500, { late: true });
      expect(await begin()).toEqual({ kind: 'stored', status: 202, body: { tenantId: 't' } });
      expect(await begin('other')).toEqual({ kind: 'mismatch' });
      clock.move(day - 1);
      expect(await begin()).toMatchObject({ kind: 'stored' });
      clock.move(1);
      expect(await begin('other')).toEqual({ kind: 'fresh' });
    });

    it('gives one of two first tries the request', async () => {
      const { records } = fixture();
      const row = { ...aRow(), requestMac: 'mac' };
      const kinds = await Promise.all([records.beginIdempotent(row), records.beginIdempotent(row)]);
      expect(kinds.map(({ kind }) => kind).toSorted()).toEqual(['fresh', 'in-progress']);
    });

    it('takes an abandoned try over after a minute, and forgets a failed one', async () => {
      const { records, clock } = fixture();
      const row = { ...aRow(), requestMac: 'mac' };
      await records.beginIdempotent(row);
      clock.move(minute - 1);
      expect(await records.beginIdempotent(row)).toEqual({ kind: 'in-progress' });
      clock.move(1);
      expect(await records.beginIdempotent({ ...row, requestMac: 'other' })).toEqual({ kind: 'mismatch' });
      expect(await records.beginIdempotent(row)).toEqual({ kind: 'fresh' });
      await records.abandonIdempotent(row);
      expect(await records.beginIdempotent({ ...row, requestMac: 'other' })).toEqual({ kind: 'fresh' });
    });

    it('keeps the answer in the transaction of the change', async () => {
      const { records } = fixture();
      const { applicationId } = await onboard(fixture());
      const tenantId = uniqueId('tenant');
      const [done, failed] = [aRow(), aRow()];
      for (const row of [done, failed]) await records.beginIdempotent({ ...row, requestMac: 'mac' });
      const body = (created: readonly RegistrationView[]) => ({ ids: created.map((view) => view.registrationId) });
      const tenant = { tenantId, name: 'n', registrations: [aRegistration(applicationId)] };
      await records.createTenant(tenant, 'system', { ...done, status: 202, body });
      await expect(records.createTenant(tenant, 'system', { ...failed, status: 202, body })).rejects.toThrow();
      expect(await records.beginIdempotent({ ...done, requestMac: 'mac' })).toEqual({
        kind: 'stored',
        status: 202,
        body: { ids: [`${tenantId}.${applicationId}.production.main`] },
      });
      expect(await records.beginIdempotent({ ...failed, requestMac: 'mac' })).toEqual({ kind: 'in-progress' });
    });
  });
}
