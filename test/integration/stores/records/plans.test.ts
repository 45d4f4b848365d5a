import { CompiledQuery, type Kysely, type KyselyPlugin, type RootOperationNode, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegistrationFilter } from '../../../../domain/ports/lists/registrations.ts';
import type { Visibility } from '../../../../domain/ports/visibility.ts';
import { encodeCursor } from '../../../../stores/records/lists/cursor.ts';
import { type Database, openPostgres } from '../../../../stores/records/records.ts';
import { describeWith } from '../../../support/describeWith.ts';
import { type FreshDatabase, freshDatabase } from '../../../support/freshDatabase.ts';
import { everything, type Fixture, fixtureOn, onboard, recordsOn } from './fixture.ts';

/** Enough that reading all of them is dearer than any index, to the planner too. */
const fleet = 20_000;
const limit = 50;

const sorts = {
  registrationId: 'registration_id',
  expiresAt: 'expires_at',
  rotationDueAt: 'rotation_due_at',
  changedAt: 'changed_at',
} as const;
const everySort = Object.keys(sorts).flatMap((name) => [name, `-${name}`]);

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

describeWith('postgres', 'how lists are answered on PostgreSQL', ({ postgres }) => {
  let database: FreshDatabase;
  let fixture: Fixture;
  let plain: Kysely<Database>;
  let asked: RootOperationNode[] = [];
  let known = { applicationId: '', tenantId: '' };

  const notes: KyselyPlugin = {
    transformQuery({ node }) {
      asked.push(node);
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };

  beforeAll(async () => {
    database = await freshDatabase(postgres);
    plain = openPostgres(database.url);
    fixture = await fixtureOn(plain);
    known = await onboard(fixture, {});
    await multiply(plain, known);
    fixture = { ...fixture, records: recordsOn(plain.withPlugin(notes), fixture.keyring, fixture.clock) };
  });
  afterAll(async () => {
    await plain.destroy();
    await database.drop();
  });

  /** What the database looked at in a table to answer what `run` asks. */
  async function lookedAt(table: string, run: () => Promise<unknown>): Promise<{ rows: number; kinds: string[] }> {
    asked = [];
    await run();
    const nodes: PlanNode[] = [];
    for (const node of asked) {
      const { sql: text, parameters } = plain.getExecutor().compileQuery(node, { queryId: 'plan' });
      const explained = CompiledQuery.raw(`explain (analyze, format json) ${text}`, [...parameters]);
      const { rows } = await plain.executeQuery<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(explained);
      for (const { Plan } of rows.flatMap((row) => row['QUERY PLAN'])) nodes.push(...below(Plan));
    }
    const scans = nodes.filter((node) => node['Relation Name']?.startsWith(table));
    const rows = scans.reduce(
      (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
      0,
    );
    return { rows, kinds: scans.map((node) => node['Node Type']) };
  }

  const list = (filter: RegistrationFilter, cursor?: string, visibility: Visibility = everything) =>
    lookedAt('registrations', () => fixture.records.registrations(filter, visibility, { limit, cursor }));

  async function cursorAfter(sort: string, count: number): Promise<string> {
    const descending = sort.startsWith('-');
    const column = sorts[(descending ? sort.slice(1) : sort) as keyof typeof sorts];
    const order = sql.raw(
      `${column} ${descending ? 'desc' : 'asc'} nulls last, registration_id ${descending ? 'desc' : 'asc'}`,
    );
    const { rows } = await sql<{ value: Date | string | null; id: string }>`
      select ${sql.ref(column)} as value, registration_id as id from registrations
      order by ${order} offset ${count} limit 1`.execute(plain);
    const row = rows[0]!;
    const value = row.value instanceof Date ? row.value.toISOString() : row.value;
    return encodeCursor({ list: `registrations:${sort}`, value, id: row.id });
  }

  describe.each(everySort)('sorted by %s', (sort) => {
    it.each([
      ['the first page', 0],
      ['a page in the middle', fleet / 2],
      ['a page among those without a time', fleet - 200],
    ])('%s costs a page', async (_which, count) => {
      const { rows, kinds } = await list({ sort }, count === 0 ? undefined : await cursorAfter(sort, count));
      expect(rows).toBeLessThanOrEqual(2 * limit + 2);
      expect(kinds).not.toContain('Seq Scan');
    });

    it('the page where the times end costs a page', async () => {
      const { count } = await plain
        .selectFrom('registrations')
        .select(({ fn }) => fn.count<string>('expires_at').as('count'))
        .executeTakeFirstOrThrow();
      const { rows } = await list({ sort }, await cursorAfter(sort, Number(count) - 10));
      expect(rows).toBeLessThanOrEqual(2 * limit + 2);
    });
  });

  it.each<[string, RegistrationFilter]>([
    ['a rare phase', { phase: 'manual_required' }],
    ['a rare health', { credentialHealth: 'expired' }],
    ['attention', { needsAttention: true }],
    ['a rare environment', { environment: 'rare' }],
    ['a phase that nobody has', { phase: 'suspended' }],
  ])('%s is found without looking at the others', async (_what, filter) => {
    for (const sort of everySort) {
      const { rows, kinds } = await list({ ...filter, sort });
      expect([sort, rows <= fleet / 50]).toEqual([sort, true]);
      expect(kinds).not.toContain('Seq Scan');
    }
  });

  it('events after a position cost a page, for whoever is bound to applications or tenants', async () => {
    const { applicationId, tenantId } = known;
    for (const bounds of [
      everything,
      { tenantIds: null, applicationIds: [applicationId] },
      { tenantIds: null, applicationIds: [applicationId, 'other', 'none'] },
      { tenantIds: [tenantId, 'other'], applicationIds: null },
      { tenantIds: [tenantId, 'other'], applicationIds: [applicationId] },
    ]) {
      // Of parts without rows it does not matter how they are read.
      const { rows } = await lookedAt('audit', () => fixture.records.eventsAfter(0, bounds, limit));
      expect([bounds, rows <= 4 * limit]).toEqual([bounds, true]);
    }
  });
});

function below(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(below)];
}

/** A fleet like the one registration that is there, with ties, and a fifth without times; and its events. */
async function multiply(
  db: Kysely<Database>,
  { tenantId, applicationId }: { readonly tenantId: string; readonly applicationId: string },
): Promise<void> {
  await sql`
    insert into registrations
    select made.* from registrations as r, generate_series(1, ${fleet - 1}::integer) as n,
      jsonb_populate_record(r, jsonb_build_object(
        'registration_id', 'r' || lpad(((n * 7919) % 100003)::text, 6, '0') || '.' || r.registration_id,
        'phase', case when n % 400 = 0 then 'manual_required' else 'active' end,
        'credential_health', case when n % 500 = 0 then 'expired' else 'healthy' end,
        'environment', case when n % 400 = 1 then 'rare' else r.environment end,
        'needs_attention', n % 300 = 0,
        'expires_at', case when n % 5 = 0 then null else r.changed_at + (n % 977) * interval '1 hour' end,
        'rotation_due_at', case when n % 5 = 0 then null else r.changed_at + (n % 991) * interval '1 hour' end,
        'changed_at', r.changed_at + (n % 1009) * interval '1 minute')) as made`.execute(db);
  await sql`
    insert into audit (position, subject_kind, subject_id, sequence, at, type, actor, message, content_hash, previous_hash, hash, mac)
    select 1000 + n, 'registration',
      case when n < ${fleet}::integer - 100 then 'other.another' else ${tenantId}::text || '.' || ${applicationId}::text end
        || '.production.main', 1000 + n,
      timestamptz '2026-11-21 09:00+00', 'registration.discovered', 'system', 'm', '', '', '', ''
    from generate_series(1, ${fleet}::integer) as n`.execute(db);
  await sql`vacuum analyze registrations`.execute(db);
  await sql`analyze audit`.execute(db);
}
