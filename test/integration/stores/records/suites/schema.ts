import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { setDatabaseClock } from '../../../../../stores/records/clock.ts';
import { verifyAudit } from '../../../../../stores/records/records.ts';
import { type Fixture, nextEvent, oneRegistration } from '../fixture.ts';

/** Parts of the audit, its key and the clock of SQL, on every database. */
export function schemaSuite(fixture: () => Fixture): void {
  const partsOf = async (table: string) => {
    const { rows } = await sql<{ name: string }>`
      select inhrelid::regclass::text as name from pg_inherits where inhparent = ${table}::regclass order by 1`.execute(
      fixture().db,
    );
    return rows.map(({ name }) => name);
  };
  const makePartitions = async (table: string) => {
    const { rows } = await sql<{ made: number }>`select make_partitions(${table}) as made`.execute(fixture().db);
    return rows[0]?.made;
  };

  describe('the audit in parts', () => {
    afterEach(() => setDatabaseClock(fixture().db, null));

    it.each(['audit', 'security_events'])('%s has parts of three months, each made once', async (table) => {
      await setDatabaseClock(fixture().db, Date.parse('2031-11-30T23:59:59.999Z'));
      expect(await makePartitions(table)).toBe(3);
      expect(await makePartitions(table)).toBe(0);
      expect(await partsOf(table)).toEqual(
        expect.arrayContaining([`${table}_2031_11`, `${table}_2031_12`, `${table}_2032_01`, `${table}_default`]),
      );
      await setDatabaseClock(fixture().db, Date.parse('2031-12-01T00:00:00.000Z'));
      expect(await makePartitions(table)).toBe(1);
    });

    it('takes an event of any time, and keeps those that had no part where they are', async () => {
      const { db, records, keyring } = fixture();
      const view = await oneRegistration(fixture());
      await records.recordTransition(nextEvent(view, {}, { at: '2047-03-05T00:00:00.000Z' }));
      const { rows } = await sql<{ part: string }>`
        select tableoid::regclass::text as part from audit where subject_id = ${view.registrationId} and sequence = 2`.execute(
        db,
      );
      expect(rows).toEqual([{ part: 'audit_default' }]);
      await setDatabaseClock(db, Date.parse('2047-03-05T00:00:00.000Z'));
      expect(await makePartitions('audit')).toBe(2);
      expect(await partsOf('audit')).not.toContain('audit_2047_03');
      expect(await verifyAudit(db, keyring.verifyMac('audit-mac'))).toMatchObject({ ok: true });
    });

    it('writes each event into the part of its month', async () => {
      const { db, records } = fixture();
      await setDatabaseClock(db, Date.parse('2040-01-15T00:00:00.000Z'));
      await makePartitions('audit');
      const view = await oneRegistration(fixture());
      await records.recordTransition(nextEvent(view, {}, { at: '2040-01-31T23:59:59.999Z' }));
      const { rows } = await sql<{ part: string; tenant: string }>`
        select tableoid::regclass::text as part, tenant_id as tenant from audit
        where subject_id = ${view.registrationId} and sequence = 2`.execute(db);
      expect(rows).toEqual([{ part: 'audit_2040_01', tenant: view.tenantId }]);
    });

    it('keeps subject and sequence once, also against an insert from outside the product', async () => {
      const { db } = fixture();
      const view = await oneRegistration(fixture());
      const copy = (position: string, at: string) =>
        sql`insert into audit (position, subject_kind, subject_id, sequence, at, type, actor, message, content_hash,
              previous_hash, hash, mac)
            select ${sql.raw(position)}, subject_kind, subject_id, sequence, ${at}::timestamptz, type, actor, message,
              content_hash, previous_hash, hash, mac
            from audit where subject_id = ${view.registrationId} and sequence = 1`.execute(db);
      await expect(copy('1000000000', '2026-11-22T00:00:00Z')).rejects.toThrow(/audit_keys_pkey/);
      const other = sql`insert into audit (position, subject_kind, subject_id, sequence, at, type, actor, message,
              content_hash, previous_hash, hash, mac)
            select position, subject_kind, subject_id, 999, ${'2027-01-01T00:00:00Z'}::timestamptz, type, actor, message,
              content_hash, previous_hash, hash, mac
            from audit where subject_id = ${view.registrationId} and sequence = 1`.execute(db);
      await expect(other).rejects.toThrow(/audit_keys_position/);
      const { rows } = await sql`
        select k.position, k.at, k.content_hash from audit_keys k join audit a using (subject_kind, subject_id, sequence)
        where a.subject_id = ${view.registrationId} and a.position = k.position and a.at = k.at
          and a.content_hash = k.content_hash`.execute(db);
      expect(rows).toHaveLength(1);
    });

    const replica = sql`with off as (select set_config('session_replication_role', 'replica', true))`;
    it.each([
      ['a part of the audit is changed', sql`update audit_default set message = ''`],
      ['a part of the audit is emptied', sql`truncate audit_default`],
      ['a part is changed as a replica would', sql`${replica} update audit_default set message = '' from off`],
      ['a key is changed', sql`update audit_keys set sequence = 7`],
      ['a key is deleted', sql`delete from audit_keys`],
      ['the keys are emptied', sql`truncate audit_keys`],
      ['a key is changed as a replica would', sql`${replica} update audit_keys set sequence = 7 from off`],
      ['the head of security events goes back', sql`update security_events_head set position = -1`],
      ['the head of security events goes', sql`delete from security_events_head`],
      ['security events are emptied', sql`truncate security_events`],
    ])('refuses that %s', async (_, statement) => {
      const view = await oneRegistration(fixture());
      await fixture().records.recordTransition(nextEvent(view, {}, { at: '2050-01-01T00:00:00.000Z' }));
      const tried = fixture()
        .db.transaction()
        .execute((trx) => statement.execute(trx));
      await expect(tried).rejects.toThrow('the audit is append-only');
    });

    it('writes the key also as a replica would', async () => {
      const { db } = fixture();
      const view = await oneRegistration(fixture());
      await db
        .transaction()
        .execute(async (trx) => {
          await sql`select set_config('session_replication_role', 'replica', true)`.execute(trx);
          await sql`insert into audit (position, subject_kind, subject_id, sequence, at, type, actor, message, content_hash,
              previous_hash, hash, mac)
            select 2000000000, subject_kind, subject_id, 2, at, type, actor, message, content_hash, previous_hash, hash, mac
            from audit where subject_id = ${view.registrationId} and sequence = 1`.execute(trx);
          const { rows } = await sql`select 1 from audit_keys where position = 2000000000`.execute(trx);
          expect(rows).toHaveLength(1);
          throw new RangeError('undone');
        })
        .catch((error: unknown) => expect(error).toBeInstanceOf(RangeError));
    });
  });

  describe('the clock of SQL', () => {
    it('is the database’s, unless a simulation set it', async () => {
      const { db } = fixture();
      const now = async () => {
        const { rows } = await sql<{ at: Date; own: boolean }>`
          select now_of_registrar() as at, now_of_registrar() between clock_timestamp() - interval '5 s'
            and clock_timestamp() as own`.execute(db);
        return rows[0];
      };
      expect(await now()).toMatchObject({ own: true });
      const set = Date.parse('2027-05-01T00:00:00.123Z');
      await setDatabaseClock(db, set);
      await setDatabaseClock(db, set + 1000);
      expect((await now())?.at.getTime()).toBe(set + 1000);
      await setDatabaseClock(db, null);
      expect(await now()).toMatchObject({ own: true });
    });
  });
}
