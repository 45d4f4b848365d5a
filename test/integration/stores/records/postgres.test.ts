import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RecordsError } from '../../../../domain/ports/recordsError.ts';
import type { RegistrationView } from '../../../../domain/registration/view.ts';
import { type Database, migrate, openPostgres, verifyAudit } from '../../../../stores/records/records.ts';
import { describeWith } from '../../../support/describeWith.ts';
import { type FreshDatabase, freshDatabase } from '../../../support/freshDatabase.ts';
import {
  anAnswer,
  anApplication,
  aRegistration,
  everything,
  type Fixture,
  fixtureOn,
  nextEvent,
  onboard,
  oneRegistration,
  recordsOn,
  uniqueId,
} from './fixture.ts';

describeWith('postgres', 'records with several processes on PostgreSQL', ({ postgres }) => {
  let database: FreshDatabase;
  let fixture: Fixture;
  let other: Kysely<Database>;

  beforeAll(async () => {
    database = await freshDatabase(postgres);
    other = openPostgres(database.url);
    const third = openPostgres(database.url);
    await Promise.all([migrate(other), migrate(third), migrate(other)]);
    await third.destroy();
    fixture = await fixtureOn(openPostgres(database.url, { maxConnections: 20 }));
  });
  afterAll(async () => {
    await fixture.db.destroy();
    await other.destroy();
    await database.drop();
  });

  it('gives 20 concurrent writers gapless positions in commit order', async () => {
    const { keyring, clock, records } = fixture;
    const endpoints = Array.from({ length: 20 }, (_, index) => ({ endpointId: `e${index}` }));
    const { views, tenantId } = await onboard(fixture, ...endpoints);
    const start = await records.lastPosition();
    // A records object per writer, on two pools, so that no in-process batch does the ordering.
    const writers = views.map((_, index) => recordsOn(index % 2 === 0 ? fixture.db : other, keyring, clock));
    const rounds = 12;
    let writing = true;
    const write = async (writer: (typeof writers)[number], first: RegistrationView) => {
      let view = first;
      for (let round = 0; round < rounds; round += 1) {
        const transition = nextEvent(view, { phase: round % 2 === 0 ? 'registering' : 'verifying' });
        await writer.recordTransition(transition);
        view = transition.view;
      }
    };
    const poll = async () => {
      const seen: number[] = [];
      for (let last = start; ; ) {
        const stopping = !writing;
        const events = await records.eventsAfter(last, { tenantIds: [tenantId], applicationIds: null }, 7);
        seen.push(...events.map(({ position }) => position));
        last = events.at(-1)?.position ?? last;
        if (stopping && events.length === 0) return seen;
      }
    };
    const polled = poll();
    await Promise.all(writers.map((writer, index) => write(writer, views[index]!)));
    writing = false;

    const expected = Array.from({ length: 20 * rounds }, (_, index) => start + 1 + index);
    expect(await polled).toEqual(expected);
    expect(await verifyAudit(fixture.db, keyring.verifyMac('audit-mac'))).toEqual({
      ok: true,
      checked: expected.at(-1),
    });
    const listed = await records.registrations({ tenantId }, everything, { limit: 50 });
    expect(listed.items.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 20 }, () => rounds + 1));
  });

  it('records one of two contents that race for a sequence', async () => {
    const { keyring, clock } = fixture;
    const view = await oneRegistration(fixture);
    const racers = [fixture.records, recordsOn(other, keyring, clock)];
    const { registrationId } = view;
    await fixture.records.claim({ registrationId, incarnation: null, chain: 'chain-a' });
    const answers = await Promise.all(
      racers.map((racer, index) =>
        racer.recordDecision({
          registrationId,
          incarnation: 1,
          chain: 'chain-a',
          afterSequence: 1,
          transitions: [nextEvent(view, {}, { message: `writer ${index}` })],
          state: { schemaVersion: 2 },
          rules: 1,
          wakeAt: null,
          endedOperations: [],
        }),
      ),
    );
    expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['recorded', 'taken']);
    expect((await fixture.records.events(registrationId, { limit: 5 })).items).toHaveLength(2);
  });

  it('lets one of many processes send, store and settle a request', async () => {
    const { keyring, clock } = fixture;
    const { registrationId } = await oneRegistration(fixture);
    const processes = Array.from({ length: 10 }, (_, index) =>
      recordsOn(index % 2 ? other : fixture.db, keyring, clock),
    );
    const intentId = crypto.randomUUID();
    const intent = {
      intentId,
      registrationId,
      operationId: intentId,
      endpoint: 'https://as.example/r',
      clientName: 'n',
    };
    const prepared = await Promise.all(
      processes.map((one) => one.prepareIntent({ ...intent, kind: 'register', clientId: null })),
    );
    const fences = prepared.map(({ fence }) => fence);
    expect(fences.toSorted((a, b) => a - b)).toEqual(processes.map((_, index) => index + 1));
    const sent = await Promise.all(processes.map((one, index) => one.markSending(intentId, fences[index]!, 30_000)));
    expect(sent.filter(Boolean)).toHaveLength(1);
    const fence = Math.max(...fences);
    expect(sent[fences.indexOf(fence)]).toBe(true);
    const stored = await Promise.all(processes.map((one) => one.storeAnswer(intentId, fence, anAnswer('s'), null)));
    expect(new Set(stored)).toEqual(new Set(['stored']));
    const settled = await Promise.all(processes.map((one) => one.settleIntent(intentId, 'applied', null)));
    expect(settled.filter(Boolean)).toHaveLength(1);
  });

  it('creates a tenant for one of two callers', async () => {
    const { keyring, clock, records } = fixture;
    const applicationId = uniqueId('app');
    await records.putApplication(applicationId, anApplication());
    const tenant = { tenantId: uniqueId('tenant'), name: 'n', registrations: [aRegistration(applicationId)] };
    const outcomes = await Promise.allSettled(
      [records, recordsOn(other, keyring, clock)].map((one) => one.createTenant(tenant, 'system')),
    );
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'exists' } });
  });

  it('gives a runtime role what it needs, and no hold on the audit', async () => {
    const role = uniqueId('role').replaceAll('-', '_');
    await sql`create role ${sql.id(role)} login`.execute(fixture.db);
    await migrate(fixture.db, { runtimeRole: role });
    await migrate(fixture.db, { runtimeRole: role });
    const url = new URL(database.url);
    url.username = role;
    const runtime = openPostgres(url.href);
    try {
      const records = recordsOn(runtime, fixture.keyring, fixture.clock);
      const view = await oneRegistration({ ...fixture, db: runtime, records });
      await records.recordTransition(nextEvent(view));
      await records.journalManagementToken(view.registrationId, {
        token: 't',
        clientUri: null,
        clientId: null,
        audience: [],
        receivedAt: 0,
      });
      await records.check();
      await sql`select make_partitions('audit'), make_partitions('security_events')`.execute(runtime);
      for (const harm of [
        sql`update audit set message = ''`,
        sql`delete from audit`,
        sql`truncate audit`,
        sql`delete from audit_head`,
        sql`alter table audit disable trigger all`,
        sql`drop trigger audit_rows_append_only on audit`,
        sql`create or replace function refuse_audit_change() returns trigger language plpgsql as 'begin return null; end'`,
        sql`set session_replication_role = replica`,
        sql`drop table audit`,
        sql`delete from kysely_migration`,
        sql`delete from registrar_migration`,
        sql`update audit_keys set sequence = 0`,
        sql`truncate audit_keys`,
        sql`insert into audit_default (position) values (0)`,
        sql`drop table audit_default`,
        sql`create table audit_2099_01 partition of audit for values from ('2099-01-01') to ('2099-02-01')`,
        sql`update security_events set message = ''`,
        sql`insert into registrar_clock (at) values ('2000-01-01')`,
      ])
        await expect(harm.execute(runtime)).rejects.toThrow(/permission denied|must be owner/);
    } finally {
      await runtime.destroy();
      await sql`drop owned by ${sql.id(role)}`.execute(fixture.db);
      await sql`drop role ${sql.id(role)}`.execute(fixture.db);
    }
  });

  it('goes on after its connections were cut', async () => {
    const { records } = fixture;
    const view = await oneRegistration(fixture);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'registrar' and pid <> pg_backend_pid()`.execute(other);
    const read = () => records.registration(view.registrationId, everything).catch(({ code }: RecordsError) => code);
    const answers = await Promise.all(Array.from({ length: 5 }, read));
    for (const answer of answers) expect([view, 'unavailable']).toContainEqual(answer);
    await expect.poll(read).toEqual(view);
  });

  it('says that an unreachable database is unavailable, and nothing else', async () => {
    const nowhere = openPostgres('postgres://registrar:planted-password@127.0.0.1:1/registrar');
    const records = recordsOn(nowhere, fixture.keyring, fixture.clock);
    const error = await records.check().catch((caught: unknown) => caught);
    await nowhere.destroy();
    expect(error).toBeInstanceOf(RecordsError);
    expect(error).toMatchObject({ code: 'unavailable', pointer: null });
    expect((error as Error).cause).toBeUndefined();
    expect(`${(error as Error).stack}${JSON.stringify(error)}`).not.toContain('planted');
  });

  it('passes nothing of a refused row on', async () => {
    const view = await oneRegistration(fixture);
    const planted = 'planted-value';
    const bad = nextEvent(view, { desiredRevision: 2 ** 31, fhirBaseUrl: planted }, { message: planted });
    const error = await fixture.records.recordTransition(bad).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'failed', message: 'The database refused a statement (SQLSTATE 22003).' });
    expect((error as Error).cause).toBeUndefined();
    expect(Object.keys(error as Error).toSorted()).toEqual(['code', 'name', 'pointer']);
    expect(`${(error as Error).stack}`).not.toContain(planted);
  });
});
