import { execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { openPostgres } from '../../stores/records/records.ts';
import type { ApiCaller } from '../support/apiCaller.ts';
import { describeWith } from '../support/describeWith.ts';
import { type FreshDatabase, freshDatabase } from '../support/freshDatabase.ts';
import { freshNamespace } from '../support/freshNamespace.ts';
import { newMasterKey, type Product, scratch, startProduct } from '../support/product.ts';

const main = join(import.meta.dirname, '../../cli/main.ts');
const count = 300;
/** Lines that are bad, by their place in the file: another secret, and a client that does not exist. */
const wrongSecret = 41;
const unknownClient = 207;
/** Every third client was made at a server with RFC 7592, and its line brings the token that came with it. */
const isManaged = (index: number) => index % 3 === 1;

interface Client {
  readonly client_id: string;
  readonly client_secret: string;
  readonly registration_access_token?: string;
  readonly registration_client_uri?: string;
}

interface RolloutAnswer {
  readonly items: readonly { registrationId: string; class: string; reason: string; members: readonly string[] }[];
  readonly unchanged: number;
  readonly nextCursor?: string;
}

/**
 * Three hundred clients that somebody made at an independent authorization server (oidc-provider), taken over by one
 * command. The judges are that server's ledger and the rows of the database.
 */
describeWith(['temporal', 'postgres', 'oidc-provider'], 'adopting from a file', (servers) => {
  let sandbox: Sandbox;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let database: FreshDatabase;
  let db: Kysely<never>;
  let product: Product;
  let api: ApiCaller;
  let lines: Record<string, unknown>[];
  let file: string;

  const idOf = (index: number) => `clinic-${index}.portal.sandbox.main`;
  const systemOf = (index: number) => sandbox.system(isManaged(index) ? 'managed' : 'many');
  const application = (redirectUris: readonly string[]) => ({
    clientMetadata: { client_name: 'Portal', redirect_uris: redirectUris, scope: 'openid' },
  });

  beforeAll(async () => {
    sandbox = await startSandbox({
      systems: [
        { name: 'many', kind: 'open' },
        { name: 'managed', kind: 'initial-access-token', oneUseTokens: false },
      ],
    });
    directory = await scratch();
    database = await freshDatabase(servers.postgres);
    product = await startProduct({
      dataDir: directory.dataDir,
      environment: {
        DATABASE_URL: database.url,
        TEMPORAL_ADDRESS: servers.temporal.address,
        TEMPORAL_NAMESPACE: await freshNamespace(servers.temporal.address),
        REGISTRAR_MASTER_KEY: newMasterKey(),
        REGISTRAR_ALLOWED_HOSTS: sandbox.systems.map(({ host }) => host).join(','),
      },
    });
    db = openPostgres(database.url) as unknown as Kysely<never>;
    api = await product.api();
    await api.ok('PUT', '/v1/applications/portal', application(['https://portal.example.org/cb']));
    const made: Client[] = [];
    while (made.length < count) made.push(await makeClient(made.length));
    lines = made.map((client, index) => ({
      tenantId: `clinic-${index}`,
      name: `Clinic ${index}`,
      applicationId: 'portal',
      environment: 'sandbox',
      fhirBaseUrl: `${systemOf(index).fhirBaseUrl}/clinic-${index}`,
      clientId: index === unknownClient ? 'nobody-knows' : client.client_id,
      clientSecret: index === wrongSecret ? 'planted-wrong-secret' : client.client_secret,
      ...(index % 2 === 0 ? { expiresAt: '2199-01-01T00:00:00Z' } : {}),
      ...(isManaged(index)
        ? {
            registrationAccessToken: client.registration_access_token,
            registrationClientUri: client.registration_client_uri,
          }
        : {}),
    }));
    file = join(directory.dataDir, '..', 'clients.jsonl');
    await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'));
  });

  afterAll(async () => {
    await db?.destroy();
    expect(await product?.stop()).toBe(0);
    await sandbox?.stop();
    await database?.drop();
    await directory?.remove();
  });

  /** As somebody did it years ago. */
  async function makeClient(index: number): Promise<Client> {
    const { registrationEndpoint } = systemOf(index);
    const token = isManaged(index) ? await systemOf(index).initialAccessToken() : null;
    const response = await fetch(registrationEndpoint ?? '', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ client_name: 'By hand', redirect_uris: ['https://portal.example.org/cb'] }),
    });
    expect(response.status).toBe(201);
    return (await response.json()) as Client;
  }

  const adopt = (...args: string[]) => registrar('adopt', ...args);

  /** A command in a process of its own, as people run it. */
  async function registrar(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const options = ['--url', product.url, '--key-file', join(directory.dataDir, 'admin-key')];
    const child = promisify(execFile)(process.execPath, [main, ...args, ...options], { maxBuffer: 1e8 });
    try {
      const { stdout, stderr } = await child;
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, out: stdout, err: stderr };
    }
  }

  async function fromStdin(input: string): Promise<{ code: number | null; out: string; err: string }> {
    const options = ['--url', product.url, '--key-file', join(directory.dataDir, 'admin-key')];
    const child = spawn(process.execPath, [main, 'adopt', '-', ...options], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.end(input);
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, out, err };
  }

  /** Everything that the command could have changed; what the two bad ones do by themselves is their entities' own. */
  async function contents(): Promise<unknown[]> {
    const bad = [idOf(wrongSecret), idOf(unknownClient)];
    const { rows: audit } = await sql`select subject_kind, subject_id, sequence, type, actor, hash from audit
      where subject_id not in (${sql.join(bad)}) or actor <> 'system' order by position`.execute(db);
    const { rows: registrations } = await sql`select registration_id, sequence, phase, view from registrations
      where registration_id not in (${sql.join(bad)}) order by registration_id`.execute(db);
    const { rows: secrets } = await sql`select * from secret_versions order by name, version_id`.execute(db);
    const { rows: entering } =
      await sql`select operation_id, claimed_at, spent_at from entering_secrets order by id`.execute(db);
    const { rows: holders } = await sql`select * from client_holders order by token_endpoint, client_id`.execute(db);
    const { rows: keys } = await sql`select principal, route, key, created_at from idempotency order by key`.execute(
      db,
    );
    return [audit, registrations, secrets, entering, holders, keys];
  }

  const requests = () => new Map(sandbox.systems.map((each) => [each.name, each.ledger().requests.length]));

  /** Requests to a server since then, but for what the two bad ones try again at the token endpoint by themselves. */
  function contactsSince(asked: ReadonlyMap<string, number>): unknown[] {
    const bad = [null, lines[wrongSecret]?.['clientId'], lines[unknownClient]?.['clientId']];
    return sandbox.systems.flatMap((each) =>
      each
        .ledger()
        .requests.slice(asked.get(each.name))
        .filter(({ path, clientId }) => each.name !== 'many' || path !== '/token' || !bad.includes(clientId)),
    );
  }

  const secretsOf = () =>
    lines.flatMap(({ clientSecret, registrationAccessToken: token }) => [
      String(clientSecret),
      ...(token === undefined ? [] : [String(token)]),
    ]);
  function expectNoSecret(...texts: string[]): void {
    const all = texts.join('\n');
    expect(secretsOf().filter((secret) => all.includes(secret))).toEqual([]);
  }

  test('a file with bad lines is refused as a whole, and changes nothing', async () => {
    const path = join(directory.dataDir, '..', 'bad.jsonl');
    const [first, second, third] = lines;
    await writeFile(
      path,
      [
        JSON.stringify(first),
        `{"clientSecret":"planted-in-broken-json`,
        JSON.stringify({ ...second, clientSecret: 'planted in a blank ' }),
        JSON.stringify({ ...third, applicationId: 'Not an id' }),
      ].join('\n'),
    );
    const before = await contents();
    const { code, out, err } = await adopt(path);
    expect(code).toBe(2);
    expect(err).toMatch(/line 2: is not JSON/);
    expect(err).toMatch(/line 3: \/clientSecret: must be printable ASCII/);
    expect(err).toMatch(/line 4: \/applicationId: must be 1 to 40 characters/);
    expect(err).toMatch(/3 lines cannot be used.*nothing was changed/);
    expect(out + err).not.toContain('planted');
    expectNoSecret(out, err);
    expect(await contents()).toEqual(before);
  });

  test('298 of 300 are proved, two have a reason, with progress, and none is registered', async () => {
    const clients = sandbox.systems.map((each) => each.ledger().clients.length);
    const { code, out, err } = await adopt(file);
    expect(out).toMatch(/300 lines: 298 proved, 0 unchanged, 2 failed, 0 not ended\.$/m);
    expect(code).toBe(1);
    expect(out).toMatch(
      new RegExp(`${wrongSecret + 1} +${idOf(wrongSecret).replaceAll('.', '\\.')} +failed +SuppliedC`),
    );
    expect(out).toMatch(new RegExp(`${unknownClient + 1} +${idOf(unknownClient).replaceAll('.', '\\.')} +failed`));
    expect(err.split('\n').filter((line) => / of 300: /.test(line)).length).toBeGreaterThan(5);
    expectNoSecret(out, err, await product.log(), await product.output());
    expect(sandbox.systems.map((each) => each.ledger().clients.length)).toEqual(clients);
    // The servers' own books: they authenticated every one of them at their token endpoint.
    const authenticated = new Set(
      sandbox.systems
        .flatMap((each) => each.ledger().requests)
        .filter(({ method, path, status }) => method === 'POST' && path === '/token' && status === 400)
        .map(({ clientId }) => clientId),
    );
    const good = lines.filter((_, index) => index !== wrongSecret && index !== unknownClient);
    expect(good.filter(({ clientId }) => !authenticated.has(String(clientId)))).toEqual([]);
    const page = await api.ok<{ items: unknown[] }>('GET', '/v1/registrations?phase=active&limit=500');
    expect(page.items).toHaveLength(298);
    expect(await api.registration(idOf(wrongSecret))).toMatchObject({
      phase: 'awaiting_enablement',
      credential: { strategy: 'manual', expiryKnown: false },
    });
    expect(await api.registration(idOf(0))).toMatchObject({
      method: 'adopt',
      credentialHealth: 'healthy',
      appliedRevision: 1,
      credential: { clientId: lines[0]?.['clientId'], strategy: 'manual', expiresAt: '2199-01-01T00:00:00.000Z' },
    });
  });

  test('a second run, from standard input, changes nothing and says so', async () => {
    const before = await contents();
    const asked = requests();
    const { code, out, err } = await fromStdin(await readFile(file, 'utf8'));
    expect(out).toMatch(/300 lines: 0 proved, 298 unchanged, 2 failed, 0 not ended\. Nothing was changed\.$/m);
    expect(code).toBe(1);
    expectNoSecret(out, err);
    expect(await contents()).toEqual(before);
    expect(contactsSince(asked)).toEqual([]);
  });

  test('the dry run of a new redirect URI lists all of them with its class, and contacts nobody', async () => {
    const asked = requests();
    const before = await contents();
    const uris = ['https://portal.example.org/cb', 'https://portal.example.org/moved'];
    expect(await api.ok('PUT', '/v1/applications/portal', application(uris))).toMatchObject({ revision: 2 });

    const good = lines.map((_, index) => index).filter((index) => index !== wrongSecret && index !== unknownClient);
    const expected = new Map(
      good.map((index) => [
        idOf(index),
        isManaged(index)
          ? { class: 'automatic', reason: 'MetadataUpdatable' }
          : { class: 'task', reason: 'MetadataByHand' },
      ]),
    );
    expect([...expected.values()].filter((item) => item.class === 'automatic')).toHaveLength(100);
    expect(expected.size).toBe(298);
    // A person has to look at the two bad ones anyhow; none of them is changed by itself.
    const bad = [idOf(wrongSecret), idOf(unknownClient)].sort();

    const listed: RolloutAnswer['items'][number][] = [];
    let unchanged = 0;
    for (let query = '?limit=120'; query !== ''; ) {
      const body = { revision: 2, dryRun: true };
      const page = await api.ok<RolloutAnswer>('POST', `/v1/applications/portal/rollouts${query}`, body);
      listed.push(...page.items);
      unchanged += page.unchanged;
      query = page.nextCursor === undefined ? '' : `?limit=120&cursor=${encodeURIComponent(page.nextCursor)}`;
    }
    expect(unchanged).toBe(0);
    const proved = listed.filter(({ registrationId }) => !bad.includes(registrationId));
    expect(new Map(proved.map((item) => [item.registrationId, { class: item.class, reason: item.reason }]))).toEqual(
      expected,
    );
    expect(proved).toHaveLength(298);
    expect(proved.filter(({ members }) => JSON.stringify(members) !== '["redirect_uris"]')).toEqual([]);
    const others = listed.filter(({ registrationId }) => bad.includes(registrationId));
    expect(others.map((item) => [item.registrationId, item.class])).toEqual(bad.map((id) => [id, 'task']));

    const table = await registrar('application', 'rollout', 'portal', '--dry-run');
    expect(table.code).toBe(0);
    const rows = table.out.split('\n').filter((line) => line.includes('.portal.sandbox.main'));
    expect(rows.map((line) => line.split(/\s+/).slice(0, 4)).sort()).toEqual(
      listed.map((item) => [item.registrationId, item.class, item.reason, 'redirect_uris']).sort(),
    );
    expect(table.out).toContain('Revision 2 of portal: 100 automatic, 200 task, 0 new_client, 0 unchanged.');
    const csv = await registrar('application', 'rollout', 'portal', '--dry-run', '--csv');
    expect(csv.code).toBe(0);
    const [head, ...cells] = csv.out.trimEnd().split('\r\n');
    expect(head).toBe('"registrationId","class","reason","message","members","appliedRevision"');
    expect(cells.map((line) => line.split('","').slice(0, 2).join(' ').slice(1)).sort()).toEqual(
      listed.map((item) => `${item.registrationId} ${item.class}`).sort(),
    );
    expectNoSecret(table.out, table.err, csv.out, csv.err);

    expect(contactsSince(asked)).toEqual([]);
    for (const index of [0, 1]) {
      expect(await api.registration(idOf(index))).toMatchObject({ appliedRevision: 1, desiredRevision: 2 });
    }
    const after = await contents();
    // The wish is the application's; secrets, claims, entering secrets and holders of clients stay as they were.
    expect(after.slice(2, 5)).toEqual(before.slice(2, 5));
  });

  test('a corrected line is proved, the others are left alone', async () => {
    const corrected = [...lines];
    const client = await makeClient(unknownClient);
    corrected[unknownClient] = {
      ...corrected[unknownClient],
      clientId: client.client_id,
      clientSecret: client.client_secret,
    };
    const path = join(directory.dataDir, '..', 'corrected.jsonl');
    await writeFile(path, corrected.map((line) => JSON.stringify(line)).join('\r\n'));
    const { code, out } = await adopt(path, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ proved: 1, unchanged: 298, failed: 1, pending: 0, changed: true });
    expect(await api.registration(idOf(unknownClient))).toMatchObject({
      phase: 'active',
      credential: { clientId: client.client_id },
    });
  });

  test('a client that another registration holds is refused with its reason', async () => {
    const path = join(directory.dataDir, '..', 'held.jsonl');
    await writeFile(path, JSON.stringify({ ...lines[3], tenantId: 'another-clinic' }));
    const { code, out } = await adopt(path, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ failed: 1, lines: [{ reason: 'ClientHeldElsewhere' }] });
    expect((await api.registration('another-clinic.portal.sandbox.main')).phase).toBe('manual_required');
  });
});
