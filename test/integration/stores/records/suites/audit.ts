import { type Kysely, sql, type Transaction } from 'kysely';
import { describe, expect, it } from 'vitest';
import { anchorAudit, type Database, exportAudit, verifyAudit } from '../../../../../stores/records/records.ts';
import { type Fixture, nextEvent, oneRegistration, uniqueId } from '../fixture.ts';

class Undo extends Error {}

/** Does harm as a superuser who switched the triggers off, judges it, and undoes it. */
async function whileTampered<Judgement>(
  db: Kysely<Database>,
  harm: (trx: Transaction<Database>) => Promise<unknown>,
  judge: (trx: Transaction<Database>) => Promise<Judgement>,
): Promise<Judgement> {
  let judgement: { readonly value: Judgement } | null = null;
  const undone = db.transaction().execute(async (trx) => {
    await sql`alter table audit disable trigger all`.execute(trx);
    await sql`alter table audit_head disable trigger all`.execute(trx);
    await harm(trx);
    judgement = { value: await judge(trx) };
    throw new Undo();
  });
  await expect(undone).rejects.toThrow(Undo);
  return judgement!.value;
}

export function auditSuite(fixture: () => Fixture): void {
  describe('audit', () => {
    const verifyMac = () => fixture().keyring.verifyMac('audit-mac');

    /** Positions of three events of one registration, among others'. */
    async function threeEvents(): Promise<[number, number, number]> {
      const view = await oneRegistration(fixture());
      const second = nextEvent(view, { phase: 'registering' });
      await fixture().records.recordTransition(second);
      await fixture().records.recordTransition(nextEvent(second.view, { phase: 'active' }));
      const { items } = await fixture().records.events(view.registrationId, { limit: 3 });
      return items.map(({ position }) => position).reverse() as [number, number, number];
    }

    it('verifies from the first row to the last', async () => {
      await threeEvents();
      const last = await fixture().records.lastPosition();
      expect(await verifyAudit(fixture().db, verifyMac())).toEqual({ ok: true, checked: last });
    });

    it('is verified by an older key, and not by a foreign one', async () => {
      await threeEvents();
      const verdict = await verifyAudit(fixture().db, () => false);
      expect(verdict).toEqual({ ok: false, checked: 0, firstBad: { position: 1, problem: 'mac-differs' } });
    });

    it.each(['message', 'actor', 'subject_id', 'type', 'reason', 'operation_id', 'view_sha256'] as const)(
      'shows an edited %s',
      async (column) => {
        const [, position] = await threeEvents();
        const verdict = await whileTampered(
          fixture().db,
          (trx) =>
            trx
              .updateTable('audit')
              .set({ [column]: 'edited' })
              .where('position', '=', position)
              .execute(),
          (trx) => verifyAudit(trx, verifyMac()),
        );
        expect(verdict).toEqual({
          ok: false,
          checked: position - 1,
          firstBad: { position, problem: 'content-changed' },
        });
      },
    );

    it('shows an edit whose hashes were made to fit', async () => {
      const [first, second] = await threeEvents();
      const verdict = await whileTampered(
        fixture().db,
        async (trx) => {
          const copied = await trx
            .selectFrom('audit')
            .selectAll()
            .where('position', '=', first)
            .executeTakeFirstOrThrow();
          await trx.updateTable('audit').set({ mac: copied.mac }).where('position', '=', second).execute();
        },
        (trx) => verifyAudit(trx, verifyMac()),
      );
      expect(verdict).toMatchObject({ ok: false, firstBad: { position: second, problem: 'mac-differs' } });
    });

    it('shows a deleted row', async () => {
      const [, position] = await threeEvents();
      const verdict = await whileTampered(
        fixture().db,
        (trx) => trx.deleteFrom('audit').where('position', '=', position).execute(),
        (trx) => verifyAudit(trx, verifyMac()),
      );
      expect(verdict).toMatchObject({ ok: false, firstBad: { position, problem: 'position-missing' } });
    });

    it('shows two rows that changed places', async () => {
      const [, second, third] = await threeEvents();
      const verdict = await whileTampered(
        fixture().db,
        async (trx) => {
          const move = (from: number, to: number) =>
            trx.updateTable('audit').set({ position: to }).where('position', '=', from).execute();
          await move(second, -1);
          await move(third, second);
          await move(-1, third);
        },
        (trx) => verifyAudit(trx, verifyMac()),
      );
      expect(verdict).toMatchObject({ ok: false, firstBad: { position: second } });
    });

    it('shows a deleted end by the head', async () => {
      const [, , third] = await threeEvents();
      const verdict = await whileTampered(
        fixture().db,
        (trx) => trx.deleteFrom('audit').where('position', '=', third).execute(),
        (trx) => verifyAudit(trx, verifyMac()),
      );
      expect(verdict).toMatchObject({ ok: false, firstBad: { position: third, problem: 'head-differs' } });
    });

    it('shows a deleted end by an anchor when the head was put back too', async () => {
      const [first, second, third] = await threeEvents();
      const anchor = await anchorAudit(fixture().db, fixture().keyring.mac('audit-mac'), fixture().clock);
      expect(anchor.position).toBe(third);
      const cut = async (trx: Transaction<Database>) => {
        await trx.deleteFrom('audit').where('position', '>', first).execute();
        const end = await trx.selectFrom('audit').selectAll().where('position', '=', first).executeTakeFirstOrThrow();
        await trx.updateTable('audit_head').set({ position: end.position, hash: end.hash }).execute();
      };
      expect(await whileTampered(fixture().db, cut, (trx) => verifyAudit(trx, verifyMac()))).toMatchObject({
        ok: true,
      });
      const verdict = await whileTampered(fixture().db, cut, (trx) => verifyAudit(trx, verifyMac(), anchor));
      expect(verdict).toMatchObject({ ok: false, firstBad: { position: second, problem: 'truncated' } });
      expect(await verifyAudit(fixture().db, verifyMac(), anchor)).toMatchObject({ ok: true });
    });

    it('refuses an anchor that we did not make, and one of another history', async () => {
      await threeEvents();
      const mac = fixture().keyring.mac('audit-mac');
      const anchor = await anchorAudit(fixture().db, mac, fixture().clock);
      const moved = { ...anchor, position: anchor.position - 1 };
      expect(await verifyAudit(fixture().db, verifyMac(), moved)).toMatchObject({
        firstBad: { problem: 'anchor-invalid' },
      });
      const text = `anchor\n${anchor.position}\n${'f'.repeat(64)}\n${anchor.at}`;
      const other = { ...anchor, hash: 'f'.repeat(64), mac: mac(text) };
      expect(await verifyAudit(fixture().db, verifyMac(), other)).toMatchObject({
        firstBad: { problem: 'anchor-differs' },
      });
    });

    it.each([
      ['update', sql`update audit set message = ''`],
      ['delete', sql`delete from audit`],
      ['truncate', sql`truncate audit`],
      ['delete of the head', sql`delete from audit_head`],
      ['truncate of the head', sql`truncate audit_head`],
      ['return of the head', sql`update audit_head set position = position - 1`],
      [
        'update as a replica would',
        sql`with off as (select set_config('session_replication_role', 'replica', true))
        update audit set message = '' from off`,
      ],
    ])('refuses an %s by anybody', async (_, statement) => {
      await threeEvents();
      const tried = fixture()
        .db.transaction()
        .execute(async (trx) => {
          await statement.execute(trx);
        });
      await expect(tried).rejects.toThrow('the audit is append-only');
      expect(await verifyAudit(fixture().db, verifyMac())).toMatchObject({ ok: true });
    });

    it('exports every row as a JSON line', async () => {
      const [, position] = await threeEvents();
      const lines: Record<string, unknown>[] = [];
      for await (const line of exportAudit(fixture().db)) lines.push(JSON.parse(line) as Record<string, unknown>);
      expect(lines.map((line) => line.position)).toEqual(lines.map((_, index) => index + 1));
      expect(lines[position - 1]).toMatchObject({
        subjectKind: 'registration',
        sequence: 2,
        type: 'registration.phase-changed',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        mac: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
    });

    it('holds what administrators did, beside the stream of registrations', async () => {
      const { records, db } = fixture();
      const before = await records.lastPosition();
      const keyId = uniqueId('key');
      const key = {
        keyId,
        name: 'ci',
        role: 'viewer',
        sha256: uniqueId('hash'),
        tenantIds: null,
        applicationIds: null,
      } as const;
      await records.insertKey({ ...key, expiresAt: null }, 'key:admin');
      await records.revokeKey(keyId, 'key:admin');
      await records.revokeKey(keyId, 'key:admin');
      const rows = await db
        .selectFrom('audit')
        .selectAll()
        .where('position', '>', before)
        .orderBy('position')
        .execute();
      expect(rows.map((row) => [row.subject_kind, row.subject_id, row.sequence, row.type, row.actor])).toEqual([
        ['key', keyId, 1, 'key.created', 'key:admin'],
        ['key', keyId, 2, 'key.revoked', 'key:admin'],
      ]);
      expect(await records.eventsAfter(before, { tenantIds: null, applicationIds: null }, 10)).toEqual([]);
      expect(await verifyAudit(db, verifyMac())).toMatchObject({ ok: true });
    });
  });
}
