import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../../domain/credential/proofDecision.ts';
import type { Visibility } from '../../../../../domain/ports/visibility.ts';
import { explain } from '../../../../../domain/reasons/index.ts';
import type { Condition } from '../../../../../domain/registration/conditions.ts';
import type { EventType, RegistrationView } from '../../../../../domain/registration/view.ts';
import { toRfc3339 } from '../../../../../domain/time/clock.ts';
import { createProofQueue } from '../../../../../stores/records/proofs/queue.ts';
import { discoveryOf } from '../../../../support/entity.ts';
import { aRegistration, everything, type Fixture, nextEvent, onboard, uniqueId } from '../fixture.ts';

const day = 86_400_000;
const t0 = Date.parse('2026-11-21T09:00:00.000Z');
const versionOf = (digit: string) => digit.repeat(32);

/** The watch's queue, and the rows that transitions make in it. */
export function proofSuite(fixture: () => Fixture): void {
  const queue = () => createProofQueue({ db: fixture().db });

  async function record(
    view: RegistrationView,
    changes: Partial<RegistrationView>,
    type: EventType = 'registration.phase-changed',
  ): Promise<RegistrationView> {
    const event = nextEvent(view, changes, { type });
    await fixture().records.recordTransition(event);
    return event.view;
  }

  const proved = (status: 'True' | 'False'): Condition[] => [
    {
      type: 'CredentialProved',
      status,
      reason: status === 'True' ? 'ProofSucceeded' : 'CredentialRejected',
      message: 'm',
      lastTransitionTime: '2026-11-21T09:00:00.000Z',
    },
  ];

  function withCredential(view: RegistrationView, host: string, version = versionOf('a')): Partial<RegistrationView> {
    return {
      phase: 'active',
      credentialHealth: 'healthy',
      conditions: proved('True'),
      discovery: discoveryOf({
        tokenEndpoint: `https://${host}/token`,
        evidence: [
          { url: 'https://e/d', sha256: '1'.repeat(64), fetchedAt: '2026-11-21T09:00:00.000Z', status: 200, bytes: 1 },
        ],
      }),
      credential: {
        clientId: 'client-1',
        authMethod: 'client_secret_basic',
        ref: { store: 'database', name: `smart/${view.registrationId}/client`, versionId: version },
        issuedAt: '2026-11-21T09:00:00.000Z',
        expiresAt: '2027-02-19T09:00:00.000Z',
        expiryKnown: true,
        clientExpiresAt: null,
        rotationDueAt: null,
        strategy: 'update',
        provedAt: '2026-11-21T09:00:00.000Z',
      },
    };
  }

  const freshHost = () => `${uniqueId('as')}.example`;

  async function active(host = freshHost()): Promise<RegistrationView> {
    const { views } = await onboard(fixture());
    return await record(views[0]!, withCredential(views[0]!, host));
  }

  const rowOf = (view: RegistrationView) =>
    fixture().db.selectFrom('proofs').selectAll().where('registration_id', '=', view.registrationId).executeTakeFirst();

  /** Leases until the registration is among them: other tests' rows may be due too. */
  async function lease(view: RegistrationView, now: number, owner = 'w1') {
    const rows = await queue().leaseProofs({ now, owner }, 1_000);
    return rows.find(({ registrationId }) => registrationId === view.registrationId);
  }

  async function result(view: RegistrationView, now: number, verdict: Verdict, version = versionOf('a'), owner = 'w1') {
    const { registrationId } = view;
    const next = { nextDue: now + day, intervalDays: 2 };
    return await queue().recordProof(
      { now, owner },
      {
        registrationId,
        versionId: version,
        verdict,
        next,
        unprovedBefore: now - 10 * day,
      },
    );
  }

  const wakesOf = async (view: RegistrationView) =>
    (
      await fixture()
        .db.selectFrom('wake_requests')
        .select('kind')
        .where('registration_id', '=', view.registrationId)
        .orderBy('kind')
        .execute()
    ).map(({ kind }) => kind);

  describe('the watch’s queue', () => {
    it('has a row from the first proved credential to retirement', async () => {
      const { views } = await onboard(fixture());
      const waiting = await record(views[0]!, { phase: 'verifying' });
      expect(await rowOf(waiting)).toBeUndefined();
      const view = await record(waiting, withCredential(waiting, freshHost()));
      expect(await rowOf(view)).toMatchObject({
        version_id: versionOf('a'),
        client_id: 'client-1',
        verdict: 'good',
        interval_days: 1,
        document_read_at: new Date(t0),
      });
      await record(view, { phase: 'retired' });
      expect(await rowOf(view)).toBeUndefined();
    });

    it('gives a due row to one worker, and to another when its lease is over', async () => {
      const view = await active();
      expect(await lease(view, t0 + day / 2)).toBeUndefined();
      const [one, two] = await Promise.all([lease(view, t0 + day, 'w1'), lease(view, t0 + day, 'w2')]);
      expect([one, two].filter((row) => row !== undefined)).toHaveLength(1);
      expect(await lease(view, t0 + day + 60_000, 'w3')).toBeUndefined();
      expect(await lease(view, t0 + day + 180_001, 'w3')).toMatchObject({
        tokenEndpoint: view.discovery?.tokenEndpoint,
        verdict: 'good',
        shared: false,
        issuedAt: t0,
        endsAt: t0 + 90 * day,
      });
      // The one that was overtaken writes nothing.
      expect((await result(view, t0 + day, 'rejected', versionOf('a'), 'w1')).written).toBe(false);
      expect(await wakesOf(view)).toEqual([]);
    });

    it.each<[string, Partial<RegistrationView>]>([
      ['rotating', { credentialHealth: 'rotating' }],
      ['suspended', { phase: 'suspended' }],
      ['retiring', { phase: 'retiring' }],
      ['verifying', { phase: 'verifying' }],
    ])('leaves alone what is %s', async (_what, changes) => {
      const view = await record(await active(), changes);
      expect(await lease(view, t0 + 30 * day)).toBeUndefined();
      const documents = await queue().leaseDocuments({ now: t0 + 60 * day, owner: 'w1' }, 1_000);
      expect(documents.some(({ registrationId }) => registrationId === view.registrationId)).toBe(false);
    });

    it('wakes the entity for what tells nothing, ten days after the last good proof, until it shows that', async () => {
      const view = await active();
      const asking = async (days: number) => {
        await lease(view, t0 + days * day);
        return (await result(view, t0 + days * day, 'inconclusive')).woken;
      };
      await lease(view, t0 + day);
      await result(view, t0 + day, 'good');
      expect([await asking(2), await asking(11), await asking(11.1)]).toEqual([false, false, true]);
      await fixture().db.deleteFrom('wake_requests').where('registration_id', '=', view.registrationId).execute();
      const conditions = view.conditions.map((one) =>
        one.type === 'CredentialProved' ? { ...one, status: 'Unknown' as const } : one,
      );
      await record(view, { conditions, credentialHealth: 'unknown' });
      expect(await asking(12.5)).toBe(false);
      await lease(view, t0 + 14 * day);
      expect(await result(view, t0 + 14 * day, 'good')).toMatchObject({ woken: true });
    });

    it('wakes the entity for another verdict only, once, in the transaction that writes it', async () => {
      const view = await active();
      await lease(view, t0 + day);
      expect(await result(view, t0 + day, 'good')).toMatchObject({ written: true, woken: false });
      await lease(view, t0 + 2 * day);
      expect(await result(view, t0 + 2 * day, 'inconclusive')).toMatchObject({ written: true, woken: false });
      expect(await rowOf(view)).toMatchObject({ verdict: 'good', proved_at: new Date(t0 + day) });
      await lease(view, t0 + 3 * day);
      expect(await result(view, t0 + 3 * day, 'rejected')).toMatchObject({ written: true, woken: true });
      expect(await wakesOf(view)).toEqual(['verify']);
      await lease(view, t0 + 4 * day);
      expect(await result(view, t0 + 4 * day, 'rejected')).toMatchObject({ woken: false });
      expect(await rowOf(view)).toMatchObject({ verdict: 'rejected', lease_owner: null });
      // Nothing of it is in the state or the audit.
      const { records } = fixture();
      const events = await records.events(view.registrationId, { limit: 100 });
      expect(events.items).toHaveLength(2);
    });

    it('drops the result of a credential that was replaced meanwhile', async () => {
      const host = freshHost();
      const view = await active(host);
      await lease(view, t0 + day);
      await record(view, withCredential(view, host, versionOf('b')));
      expect((await result(view, t0 + day, 'rejected')).written).toBe(false);
      expect(await rowOf(view)).toMatchObject({ version_id: versionOf('b'), verdict: 'good' });
      expect(await wakesOf(view)).toEqual([]);
    });

    it('takes the entity’s own verdict', async () => {
      const view = await active();
      const rejected = await record(view, { credentialHealth: 'rejected', conditions: proved('False') });
      expect(await rowOf(rejected)).toMatchObject({ verdict: 'rejected', interval_days: 1 });
      const again = await record(rejected, { credentialHealth: 'healthy', conditions: proved('True') });
      expect(await rowOf(again)).toMatchObject({ verdict: 'good' });
    });

    it('wakes the entity again where it still says otherwise', async () => {
      const view = await active();
      const { records } = fixture();
      for (const [index, woken] of [true, true].entries()) {
        const now = t0 + (index + 1) * day;
        await lease(view, now);
        expect(await result(view, now, 'rejected')).toMatchObject({ woken });
        for (const one of await records.wakeRequests(1_000)) await records.removeWakeRequest(one.operationId);
      }
      await record(view, { credentialHealth: 'rejected', conditions: proved('False') });
      await lease(view, t0 + 3 * day);
      expect(await result(view, t0 + 3 * day, 'rejected')).toMatchObject({ written: true, woken: false });
    });

    it('shows when the watch proved last, with no row of the audit', async () => {
      const view = await active();
      const { registrationId } = view;
      const shown = async () => {
        const one = await fixture().records.registration(registrationId, everything);
        const page = await fixture().records.registrations({ q: registrationId }, everything, { limit: 10 });
        expect(page.items).toEqual([one]);
        return one?.credential?.provedAt;
      };
      expect(await shown()).toBe('2026-11-21T09:00:00.000Z');
      await lease(view, t0 + day);
      await result(view, t0 + day, 'good');
      expect(await shown()).toBe('2026-11-22T09:00:00.000Z');
      // Not of another version, and not of an older time.
      await record(view, withCredential(view, freshHost(), versionOf('c')));
      expect(await shown()).toBe('2026-11-21T09:00:00.000Z');
      const events = await fixture().records.events(registrationId, { limit: 100 });
      expect(events.items).toHaveLength(3);
    });

    it('counts a proof of the entity as one of its own', async () => {
      const host = freshHost();
      const view = await active(host);
      const { credential } = withCredential(view, host);
      const provedAt = new Date(t0 + day - 1_000).toISOString();
      await record(view, { credential: { ...credential!, provedAt } }, 'credential.proved');
      expect(await lease(view, t0 + day)).toBeUndefined();
      expect(await lease(view, t0 + 2 * day)).toBeDefined();
    });

    it('reads the documents of what waits for a person, and proves nothing of it', async () => {
      const { views } = await onboard(fixture());
      const { discovery } = withCredential(views[0]!, freshHost());
      const view = await record(views[0]!, { phase: 'manual_required', discovery: discovery! });
      expect(await rowOf(view)).toMatchObject({ version_id: null, next_due: null, document_read_at: new Date(t0) });
      const due = await queue().leaseDocuments({ now: t0 + 8 * day, owner: 'w1' }, 1_000);
      const found = due.find(({ registrationId }) => registrationId === view.registrationId);
      expect(found).toMatchObject({ fhirBaseUrl: view.fhirBaseUrl, changedAt: t0 });
      expect(await lease(view, t0 + 30 * day)).toBeUndefined();
      // Its first credential is proved from then on.
      const next = await record(view, withCredential(view, freshHost()));
      expect(await rowOf(next)).toMatchObject({ version_id: versionOf('a'), verdict: 'good' });
      expect(await lease(next, t0 + day)).toBeDefined();
      // What registers is not watched.
      const gone = await record(next, { phase: 'registering', credential: null });
      expect(await rowOf(gone)).toBeUndefined();
    });

    it('wakes the entity for other documents only', async () => {
      const view = await active();
      const { registrationId } = view;
      const now = t0 + 8 * day;
      const leased = async (at: number) =>
        (await queue().leaseDocuments({ now: at, owner: 'w1' }, 1_000)).find(
          (row) => row.registrationId === registrationId,
        );
      const row = await leased(now);
      expect(row).toMatchObject({ changedAt: t0, documentHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
      const read = (at: number, hash: string | null) =>
        queue().recordDocuments({ now: at, owner: 'w1' }, { registrationId, hash, nextDue: at + 7 * day });
      expect(await read(now, row!.documentHash)).toEqual({ woken: false });
      await leased(now + 8 * day);
      expect(await read(now + 8 * day, null)).toEqual({ woken: false });
      await leased(now + 16 * day);
      expect(await read(now + 16 * day, 'f'.repeat(64))).toEqual({ woken: true });
      expect(await wakesOf(view)).toEqual(['discover']);
      expect(await rowOf(view)).toMatchObject({ document_changed_at: new Date(now + 16 * day) });
      // A later transition still carries the older reading: it does not count.
      await record(view, { needsAttention: false } as never);
      expect(await rowOf(view)).toMatchObject({ document_hash: 'f'.repeat(64) });
    });

    it('pauses the proofs of an origin whose verdicts turn bad together, and wakes no more for it', async () => {
      const host = freshHost();
      const views = [];
      for (let index = 0; index < 5; index += 1) views.push(await active(host));
      const now = t0 + day;
      for (const view of views)
        expect(await lease(view, now).then(() => rowOf(view))).toMatchObject({ lease_owner: 'w1' });
      const results = [];
      for (const view of views) results.push(await result(view, now, 'rejected'));
      expect(results.map(({ woken, pauseBegan }) => [woken, pauseBegan])).toEqual([
        [true, false],
        [true, false],
        [false, true],
        [false, false],
        [false, false],
      ]);
      expect(await rowOf(views[4]!)).toMatchObject({ verdict: 'good', next_due: new Date(now + 3_600_000) });
      const paused = {
        origin: `https://${host}`,
        reason: 'OriginVerdictsBad',
        message: explain('OriginVerdictsBad'),
        pausedUntil: toRfc3339(now + 3_600_000),
        registrations: 5,
      };
      const shownTo = async (visibility: Visibility) => {
        const { pausedOrigins } = await fixture().records.summary(visibility);
        expect(await fixture().records.pausedOrigins(visibility)).toEqual(pausedOrigins);
        return pausedOrigins.filter(({ origin }) => origin === paused.origin);
      };
      expect(await shownTo(everything)).toEqual([paused]);
      // A count is over what the caller may see, and who sees no registration there is not told of the server.
      const { tenantId } = views[0]!;
      expect(await shownTo({ tenantIds: [tenantId], applicationIds: null })).toEqual([{ ...paused, registrations: 1 }]);
      expect(await shownTo({ tenantIds: ['nobody'], applicationIds: null })).toEqual([]);
      const due = { next_due: toRfc3339(now) };
      await fixture()
        .db.updateTable('proofs')
        .set(due)
        .where('registration_id', '=', views[4]!.registrationId)
        .execute();
      expect(await lease(views[4]!, now + 1_000)).toBeUndefined();
      expect(await lease(views[4]!, now + 3_600_001)).toBeDefined();
    });

    it('spreads what is due at a server that has no room', async () => {
      const host = freshHost();
      const views = [];
      for (let index = 0; index < 4; index += 1) views.push(await active(host));
      const now = t0 + day;
      for (const view of views) await lease(view, now);
      await queue().spreadProofs({ now, owner: 'w1' }, `https://${host}`, now + 10_000, 3_000);
      const due = await Promise.all(views.map(async (view) => (await rowOf(view))?.next_due?.getTime()));
      expect(due.toSorted()).toEqual([10_000, 13_000, 16_000, 19_000].map((wait) => now + wait));
    });

    it('proves all sharers after a rotation, within an hour, and else a sample of them', async () => {
      const host = freshHost();
      const { applicationId, views } = await onboard(fixture());
      const holder = await record(views[0]!, withCredential(views[0]!, host));
      const sharers: RegistrationView[] = [];
      for (let index = 0; index < 12; index += 1) {
        const given = aRegistration(applicationId, { shareWith: holder.registrationId });
        const [created] = await fixture().records.createTenant(
          { tenantId: uniqueId('t'), name: 'T', registrations: [given] },
          'key:a',
        );
        sharers.push(await record(created!, withCredential(holder, host)));
      }
      const rows = async () => await Promise.all(sharers.map(async (view) => (await rowOf(view))!));
      expect((await rows()).filter((row) => row.next_due === null).length).toBeGreaterThan(6);
      await record(holder, withCredential(holder, host, versionOf('b')), 'credential.rotated');
      for (const row of await rows()) {
        expect(row).toMatchObject({ version_id: versionOf('b'), verdict: 'good', interval_days: 1 });
        expect(row.next_due!.getTime()).toBeLessThanOrEqual(t0 + 1_000 + 3_600_000);
      }
      // What a sharer records later with the version it knows does not bring the old one back.
      await record(sharers[0]!, {});
      expect(await rowOf(sharers[0]!)).toMatchObject({ version_id: versionOf('b') });
      // Where the wake was lost, the watch's proof of what the sharer does not show wakes it again.
      const lost = sharers[1]!;
      await fixture().db.deleteFrom('wake_requests').where('registration_id', '=', lost.registrationId).execute();
      const now = t0 + 2 * 3_600_000;
      await lease(lost, now);
      expect(await result(lost, now, 'good', versionOf('b'))).toMatchObject({ written: true, woken: true });
      expect(await wakesOf(lost)).toEqual(['verify']);
    });
  });
}
