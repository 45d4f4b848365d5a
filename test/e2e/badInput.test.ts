import { readFile } from 'node:fs/promises';
import { request as send } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workflowIdOf } from '../../domain/ids.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import type { ApiCaller } from '../support/apiCaller.ts';
import { collectTables } from '../support/canary/collect.ts';
import { allExecutions } from '../support/canary/histories.ts';
import { withDatabase } from '../support/canary/world.ts';
import { describeWith } from '../support/describeWith.ts';
import { type FreshDatabase, freshDatabase } from '../support/freshDatabase.ts';
import { freshNamespace } from '../support/freshNamespace.ts';
import { newMasterKey, type Product, scratch, startProduct } from '../support/product.ts';
import { waitFor } from '../support/waitFor.ts';
import { type Caller, type Case, cases, registrationId, secret } from './badInputCases.ts';

describeWith(['postgres', 'temporal', 'oidc-provider'], 'bad input to the whole product', (servers) => {
  let sandbox: Sandbox;
  let database: FreshDatabase;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let product: Product;
  let api: ApiCaller;
  let namespace: string;
  const headersOf: Record<Caller, Record<string, string>> = {} as never;

  beforeAll(async () => {
    sandbox = await startSandbox({ systems: [{ name: 'by-hand', kind: 'no-registration' }] });
    database = await freshDatabase(servers.postgres);
    directory = await scratch();
    namespace = await freshNamespace(servers.temporal.address);
    product = await startProduct({
      dataDir: directory.dataDir,
      environment: {
        DATABASE_URL: database.url,
        TEMPORAL_ADDRESS: servers.temporal.address,
        TEMPORAL_NAMESPACE: namespace,
        REGISTRAR_MASTER_KEY: newMasterKey(),
        REGISTRAR_ALLOWED_HOSTS: sandbox.system('by-hand').host,
      },
    });
    api = await product.api();
    await api.ok('PUT', '/v1/applications/portal', {
      clientMetadata: {
        client_name: 'Portal',
        redirect_uris: ['https://portal.example.org/callback'],
        scope: 'openid',
      },
    });
    await addTenant('mercy', 'used-before');
    await makeCallers();
    await waitFor(isAtRest, { what: 'the tenant at rest' });
  });

  afterAll(async () => {
    await product?.stop();
    await sandbox?.stop();
    await database?.drop();
    await directory?.remove();
  });

  /** Its registration waits for a person: nothing changes by itself afterwards. */
  async function addTenant(tenantId: string, idempotencyKey: string): Promise<void> {
    const registrations = [{ applicationId: 'portal', fhirBaseUrl: sandbox.system('by-hand').fhirBaseUrl }];
    const body = { tenantId, name: tenantId, registrations };
    expect(await api.call('POST', '/v1/tenants', body, { 'idempotency-key': idempotencyKey })).toMatchObject({
      status: 202,
    });
    await api.until(
      `${tenantId}.portal.production.main`,
      'waits for a person',
      ({ phase }) => phase === 'manual_required',
    );
  }

  async function makeCallers(): Promise<void> {
    const newKey = (role: string, bounds: object = {}) =>
      api.ok<{ keyId: string; key: string }>('POST', '/v1/keys', { name: `a ${role}`, role, ...bounds });
    const bearer = ({ key }: { key: string }) => ({ authorization: `Bearer ${key}` });
    const administrator = { key: (await readFile(join(directory.dataDir, 'admin-key'), 'utf8')).trim() };
    const expired = await newKey('operator');
    await withDatabase(database.url, (client) =>
      client.query(`update api_keys set expires_at = now() - interval '1 second' where key_id = $1`, [expired.keyId]),
    );
    const session = await api.call('POST', '/v1/session', { key: administrator.key }, { origin: api.url });
    const [cookie = ''] = (session.headers.get('set-cookie') ?? '').split(';');
    Object.assign(headersOf, {
      administrator: bearer(administrator),
      operator: bearer(await newKey('operator')),
      viewer: bearer(await newKey('viewer')),
      bound: bearer(await newKey('operator', { tenantIds: ['elsewhere'] })),
      expired: bearer(expired),
      session: { cookie, origin: api.url },
      nobody: {},
    } satisfies typeof headersOf);
  }

  /** Everything that stands in the database. A session that is used is allowed to say when. */
  function contents(): Promise<Record<string, string>> {
    return withDatabase(database.url, async (client) => {
      const parts = await collectTables(async (statement) => (await client.query(statement)).rows);
      const texts = parts.map(({ source, bytes }) => {
        const rows = Buffer.from(bytes).toString();
        return [source.replace('public.', ''), rows.replaceAll(/"last_seen_at": ?"[^"]*"/g, '')] as const;
      });
      return Object.fromEntries(texts);
    });
  }

  /** Whether nothing is under way of what the set-up began. */
  async function isAtRest(): Promise<boolean> {
    const { start_requests: starts } = await contents();
    return starts === '' && !(await workflows()).busy;
  }

  async function workflows(): Promise<{ ids: string[]; events: number; busy: boolean }> {
    const connection = await Connection.connect({ address: servers.temporal.address });
    try {
      const ids = (await allExecutions(connection, namespace)).map(({ workflowId }) => workflowId);
      const execution = { workflowId: workflowIdOf(registrationId) };
      const described = await connection.workflowService.describeWorkflowExecution({ namespace, execution });
      const busy = described.pendingActivities.length > 0 || described.pendingWorkflowTask != null;
      return { ids: ids.sort(), events: Number(described.workflowExecutionInfo?.historyLength), busy };
    } finally {
      await connection.close();
    }
  }

  /** A request with every header as given: `fetch` would not send another Host. */
  function ask(one: Case): Promise<{ status: number; type: string; text: string }> {
    const payload = one.body === undefined ? '' : typeof one.body === 'string' ? one.body : JSON.stringify(one.body);
    const headers = {
      ...headersOf[one.as ?? 'administrator'],
      ...(payload === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
      ...one.headers,
    };
    const url = new URL(one.path ?? '/v1/tenants', product.url);
    return new Promise((resolve, reject) => {
      const request = send(url, { method: one.method ?? 'POST', headers, agent: false }, (response) => {
        // A server that has refused a large body need not read the rest of it.
        request.off('error', reject).on('error', () => undefined);
        text(response).then(
          (body) =>
            resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text: body }),
          reject,
        );
      });
      request.on('error', reject).end(payload);
    });
  }

  test.each(cases.map((one) => [one.what, one] as const))('%s', async (_what, one) => {
    const before = { tables: await contents(), workflows: await workflows() };
    const answer = await ask(one);
    const problem = JSON.parse(answer.text) as { type: string; title: string; detail: string; errors?: object[] };
    const [first] = (problem.errors ?? []) as { pointer?: string; parameter?: string; message?: string }[];
    const [status, name, place] = one.expected;
    expect({ status: answer.status, type: problem.type, place: first?.pointer ?? first?.parameter }).toEqual({
      status,
      type: `urn:smart-registrar:problem:${name}`,
      place,
    });
    expect(answer.type).toMatch(/^application\/problem\+json/);
    expect([problem.title, problem.detail, first?.message ?? 'x']).not.toContain('');
    expect(decodeURIComponent(answer.text)).not.toContain(secret);
    expect({ tables: await contents(), workflows: await workflows() }).toEqual(before);
  });

  test('no workflow came of any of them', async () => {
    await addTenant('good', 'not-used-before');
    const expected = [registrationId, 'good.portal.production.main'].map(workflowIdOf).sort();
    // Visibility shows a workflow a moment late: once the last one shows, so would the others.
    const { ids } = await waitFor(
      async () => {
        const seen = await workflows();
        return seen.ids.includes(workflowIdOf('good.portal.production.main')) ? seen : null;
      },
      { what: 'the last workflow' },
    );
    expect(ids).toEqual(expected);
  });
});
