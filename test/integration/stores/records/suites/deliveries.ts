import { type Kysely, sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { setDatabaseClock } from '../../../../../stores/records/clock.ts';
import type { Database } from '../../../../../stores/records/records.ts';
import { aRegistration, type Fixture, nextEvent, onboard, oneRegistration } from '../fixture.ts';

const start = Date.parse('2027-01-01T00:00:00.000Z');

/** What waits for entities, and what finds those that are gone, on every database. */
export function deliverySuite(fixture: () => Fixture): void {
  const clock = (at: number) => setDatabaseClock(fixture().db, at);
  afterEach(() => setDatabaseClock(fixture().db, null));

  describe('rows that wait for entities', () => {
    it.each(['start_requests', 'wake_requests', 'token_wake_requests', 'operations'])(
      '%s that failed wait twice as long each time, ten minutes at most, and do not hide others',
      async (table) => {
        const { db } = fixture();
        const { views } = await onboard(fixture(), { endpointId: 'a' }, { endpointId: 'b' });
        const [a, b] = views.map((view) => view.registrationId) as [string, string];
        const { due, putOff } = await waitingIn(table, [a, b]);
        await clock(start);
        expect(await due()).toEqual([a, b]);
        const waits: number[] = [];
        for (let now = start, tries = 0; tries < 9; tries += 1) {
          await clock(now);
          await putOff(a);
          expect(await due()).toEqual([b]);
          const { rows } = await sql<{ wait: number }>`
            select extract(epoch from not_before - now_of_registrar())::float8 as wait from ${sql.table(table)}
            where registration_id = ${a}`.execute(db);
          waits.push(rows[0]?.wait ?? 0);
          now += (rows[0]?.wait ?? 0) * 1000;
        }
        expect(waits).toEqual([10, 20, 40, 80, 160, 320, 600, 600, 600]);
        await clock(start + 10 * 3_600_000);
        expect((await due()).toSorted()).toEqual([a, b]);
      },
    );

    /** Two rows in a table, and how they are asked for and put off. */
    async function waitingIn(table: string, ids: readonly string[]) {
      const { records, db, clock: processClock } = fixture();
      const mine = (rows: readonly { readonly registrationId: string }[]) =>
        rows.map(({ registrationId }) => registrationId).filter((id) => ids.includes(id));
      const at = '2026-01-01T00:00:00.000Z';
      switch (table) {
        case 'start_requests':
          return {
            due: async () => (await records.unstarted(100_000)).filter((id) => ids.includes(id)),
            putOff: (id: string) => records.putOffStart(id),
          };
        case 'wake_requests':
          for (const id of ids)
            await db
              .insertInto('wake_requests')
              .values({ operation_id: `wake ${id}`, registration_id: id, reason: 'r', requested_at: at })
              .execute();
          return {
            due: async () => mine(await records.wakeRequests(1000)),
            putOff: (id: string) => records.putOffWakeRequest(`wake ${id}`),
          };
        case 'token_wake_requests':
          for (const id of ids)
            await db
              .insertInto('token_wake_requests')
              .values({ operation_id: `wake ${id}`, registration_id: id, requested_at: at })
              .execute();
          return {
            due: async () => mine(await records.tokenWakeRequests(1000)),
            putOff: (id: string) => records.putOffTokenWakeRequest(id),
          };
        default:
          for (const id of ids)
            await records.addOperation(id, { operationId: `operation ${id}`, kind: 'verify', actor: 'system' });
          return {
            due: async () => {
              const { rows } = await sql<{ now: Date }>`select now_of_registrar() as now`.execute(db);
              processClock.move((rows[0]?.now.getTime() ?? 0) - processClock.now());
              return mine(await records.undeliveredOperations(1000));
            },
            putOff: (id: string) => records.putOffOperation(`operation ${id}`),
          };
      }
    }

    it('a start request lives until the entity claims the registration', async () => {
      const { records } = fixture();
      const { registrationId } = await oneRegistration(fixture());
      await records.putOffStart(registrationId);
      const waits = async (db: Kysely<Database>) =>
        (
          await db
            .selectFrom('start_requests')
            .select('attempts')
            .where('registration_id', '=', registrationId)
            .execute()
        ).length;
      expect(await waits(fixture().db)).toBe(1);
      await records.claim({ registrationId, incarnation: null, chain: 'chain' });
      expect(await waits(fixture().db)).toBe(0);
    });

    it('counts the lives of a registration that is added again', async () => {
      const { records, db } = fixture();
      const { tenantId, applicationId, views } = await onboard(fixture());
      const [view] = views;
      const life = async () =>
        (
          await db
            .selectFrom('registrations')
            .select('incarnation')
            .where('registration_id', '=', view!.registrationId)
            .executeTakeFirstOrThrow()
        ).incarnation;
      expect(await life()).toBe(1);
      await records.recordTransition(nextEvent(view!, { phase: 'retired' }));
      await records.removeTenant(tenantId, 'key:test');
      await records.createTenant({ tenantId, name: 'n', registrations: [aRegistration(applicationId)] }, 'key:test');
      expect(await life()).toBe(3);
      expect(await records.claim({ registrationId: view!.registrationId, incarnation: 1, chain: 'old' })).toBeNull();
    });
  });

  describe('reconciliation', () => {
    const set = (registrationId: string, columns: Readonly<Record<string, unknown>>) =>
      fixture().db.updateTable('registrations').set(columns).where('registration_id', '=', registrationId).execute();
    const at = (minutes: number) => new Date(start + minutes * 60_000).toISOString();

    /** Registrations of a new tenant with these columns, by endpoint id. */
    async function fleet(columns: Readonly<Record<string, Readonly<Record<string, unknown>>>>) {
      const { views } = await onboard(fixture(), ...Object.keys(columns).map((endpointId) => ({ endpointId })));
      for (const view of views) await set(view.registrationId, { wake_at: null, ...columns[view.endpointId] });
      const shown = (id: string) => id.split('.').at(-1) ?? '';
      const ids = new Set(views.map((view) => view.registrationId));
      return { ids, only: (found: readonly string[]) => found.filter((id) => ids.has(id)).map(shown), views };
    }

    it('finds those whose time passed, nearest expiry first, and leases them', async () => {
      const { records } = fixture();
      await clock(start);
      const wake_at = at(-2);
      const { only } = await fleet({
        late: { wake_at, expires_at: at(500) },
        soon: { wake_at, expires_at: at(50) },
        client: { wake_at, expires_at: at(500), client_expires_at: at(20) },
        never: { wake_at },
        resting: { wake_at: at(-1), expires_at: at(1) },
        waiting: { wake_at: null, expires_at: at(1) },
        over: { wake_at, phase: 'retired', expires_at: at(1) },
      });
      const find = async () => only(await records.overdueEntities(120_000, 1000));
      expect(await find()).toEqual(['client', 'soon', 'late', 'never']);
      expect(await find()).toEqual([]);
      await clock(start + 60_000);
      expect(await find()).toEqual(['resting']);
      await clock(start + 120_000);
      expect(await find()).toEqual(['client', 'soon', 'late', 'never']);
    });

    it('finds those that do not end what was handed to them, less and less often', async () => {
      const { records, db } = fixture();
      await clock(start);
      const { only, views } = await fleet({
        lost: {},
        undelivered: {},
        ended: {},
        young: {},
        over: { phase: 'retired' },
        before: {},
      });
      const minute = 60_000;
      for (const { registrationId, endpointId, incarnation } of await db
        .selectFrom('registrations')
        .select(['registration_id as registrationId', 'endpoint_id as endpointId', 'incarnation'])
        .where(
          'registration_id',
          'in',
          views.map((view) => view.registrationId),
        )
        .execute()) {
        const operationId = crypto.randomUUID();
        await records.addOperation(registrationId, { operationId, kind: 'verify', actor: 'key:a' });
        await db
          .updateTable('operations')
          .set({
            not_before: null,
            delivered_at: endpointId === 'undelivered' ? null : at(endpointId === 'young' ? -1 : -3),
            ended_at: endpointId === 'ended' ? at(-1) : null,
            incarnation: endpointId === 'before' ? incarnation - 1 : incarnation,
          })
          .where('operation_id', '=', operationId)
          .execute();
      }
      const found = async (now: number) => {
        await clock(now);
        return only(await records.unendedOperations(2 * minute, 1000)).toSorted();
      };
      expect(await found(start)).toEqual(['lost']);
      expect(await found(start + 2 * minute - 1)).toEqual(['young']);
      expect(await found(start + 2 * minute)).toEqual(['lost']);
      expect(await found(start + 5 * minute)).toEqual(['young']);
      expect(await found(start + 6 * minute)).toEqual(['lost']);
      const day = 24 * 60 * minute;
      for (let days = 1; days <= 12; days += 1) await found(start + days * day);
      expect(await found(start + 13 * day - minute)).toEqual([]);
      expect(await found(start + 13 * day)).toEqual(['lost', 'young']);
    });

    it('leaves what could not be started aside for a while', async () => {
      const { records, db } = fixture();
      await clock(start);
      const { only, views } = await fleet({ a: { wake_at: at(-5) } });
      const [{ registrationId } = { registrationId: '' }] = views;
      for (let failures = 0; failures < 5; failures += 1) await records.putOffReconciling(registrationId);
      await clock(start + 159_000);
      expect(only(await records.overdueEntities(120_000, 1000))).toEqual([]);
      await clock(start + 160_000);
      expect(only(await records.overdueEntities(120_000, 1000))).toEqual(['a']);
      await records.reconciled(registrationId);
      const row = db.selectFrom('registrations').select('reconcile_failures');
      expect(await row.where('registration_id', '=', registrationId).executeTakeFirst()).toEqual({
        reconcile_failures: 0,
      });
    });

    it('goes through all that are not retired', async () => {
      const { records } = fixture();
      const { ids, only } = await fleet({ a: {}, b: { phase: 'retired' }, c: { wake_at: at(0) } });
      const [first = ''] = [...ids].toSorted();
      const found = await records.unretiredAfter(first.slice(0, -1), 2);
      expect(only(found)).toEqual(['a', 'c']);
      expect(await records.unretiredAfter(found[1]!, 1)).not.toContain(found[1]);
    });

    it.each<[string, Readonly<Record<string, unknown>>, boolean]>([
      ['expired and noted', { expires_at: at(-60), credential_health: 'expired' }, false],
      ['expired and healthy', { expires_at: at(-60), credential_health: 'healthy' }, true],
      ['expired while rotating', { expires_at: at(-60), credential_health: 'rotating' }, true],
      ['expired just now', { expires_at: at(-4), credential_health: 'healthy' }, false],
      ['a client that ended', { client_expires_at: at(-60), credential_health: 'healthy' }, true],
      ['due and noted', { rotation_due_at: at(-90), expires_at: at(900), credential_health: 'due' }, false],
      ['due and healthy', { rotation_due_at: at(-90), expires_at: at(900), credential_health: 'healthy' }, true],
      ['due just now', { rotation_due_at: at(-30), expires_at: at(900), credential_health: 'healthy' }, false],
      ['overdue and due', { rotation_due_at: at(-900), expires_at: at(600), credential_health: 'due' }, true],
      ['overdue and noted', { rotation_due_at: at(-900), expires_at: at(600), credential_health: 'overdue' }, false],
      ['retired', { expires_at: at(-60), credential_health: 'healthy', phase: 'retired' }, false],
    ])('tells whose end nobody noted: %s', async (_, columns, unnoticed) => {
      const { records } = fixture();
      await clock(start);
      const before = (await records.unnoticed(0)).count;
      const { ids, views } = await fleet({ a: columns });
      const found = await records.unnoticed(1000);
      expect(found.count - before).toBe(unnoticed ? 1 : 0);
      expect(found.first.filter(({ registrationId }) => ids.has(registrationId))).toHaveLength(unnoticed ? 1 : 0);
      // The next cases count from nothing again.
      for (const { registrationId } of views) await set(registrationId, { phase: 'retired' });
    });
  });
}
