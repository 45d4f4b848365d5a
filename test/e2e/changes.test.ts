import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventRecord } from '../../domain/ports/lists/events.ts';
import { findCondition } from '../../domain/registration/conditions.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import type { ApiCaller } from '../support/apiCaller.ts';
import { describeWith } from '../support/describeWith.ts';
import { type Product, scratch, startProduct } from '../support/product.ts';
import { waitFor } from '../support/waitFor.ts';

const first = ['https://portal.example.org/callback'];
const moved = ['https://portal.example.org/callback', 'https://portal.example.org/moved'];
const names = ['managed', 'reads-only', 'open', 'none'] as const;

/** Metadata that change while clients live, at oidc-provider; judged by its ledger. */
describeWith(['temporal', 'oidc-provider'], 'changed client metadata, everything embedded', ({ temporal }) => {
  let sandbox: Sandbox;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let product: Product;
  let api: ApiCaller;

  const idOf = (tenantId: string) => `${tenantId}.portal.sandbox.main`;
  const clientAt = (name: string) => sandbox.system(name).ledger().clients[0];
  const puts = (name: string) =>
    sandbox
      .system(name)
      .ledger()
      .requests.filter(({ method }) => method === 'PUT');
  const application = (redirectUris: readonly string[]) => ({
    clientMetadata: {
      client_name: 'Portal',
      redirect_uris: redirectUris,
      scope: 'launch launch/patient openid fhirUser patient/Patient.rs',
      contacts: ['ops@portal.example.org'],
    },
  });

  async function outcomeOf(registrationId: string, body: unknown): Promise<EventRecord> {
    const { operationId } = await api.ok<{ operationId: string }>('PATCH', `/v1/registrations/${registrationId}`, body);
    return await waitFor(
      async () =>
        (await api.events(registrationId)).find(
          (event) => event.operationId === operationId && event.type.startsWith('registration.metadata-'),
        ),
      { what: `outcome of ${operationId}`, seen: () => api.events(registrationId) },
    );
  }

  beforeAll(async () => {
    sandbox = await startSandbox({
      systems: [
        { name: 'managed', kind: 'initial-access-token', oneUseTokens: false },
        { name: 'reads-only', kind: 'initial-access-token', registrationManagement: false },
        { name: 'open', kind: 'open' },
        { name: 'none', kind: 'no-registration' },
      ],
    });
    directory = await scratch();
    product = await startProduct({
      dataDir: directory.dataDir,
      environment: {
        ...(temporal.binary === null ? {} : { PATH: `${dirname(temporal.binary)}:${process.env['PATH']}` }),
        REGISTRAR_ALLOWED_HOSTS: sandbox.systems.map((system) => system.host).join(','),
      },
    });
    api = await product.api();
    await api.ok('PUT', '/v1/applications/portal', application(first));
    for (const name of names) {
      const { fhirBaseUrl, kind } = sandbox.system(name);
      const token =
        kind === 'initial-access-token' ? { initialAccessToken: await sandbox.system(name).initialAccessToken() } : {};
      const registrations = [{ applicationId: 'portal', environment: 'sandbox', fhirBaseUrl, ...token }];
      await api.ok('POST', '/v1/tenants', { tenantId: name, name, registrations });
    }
    for (const name of ['managed', 'reads-only', 'open'])
      await api.until(idOf(name), 'is active', ({ phase }) => phase === 'active');
    await api.until(idOf('none'), 'is manual', ({ phase }) => phase === 'manual_required');
  });

  afterAll(async () => {
    expect(await product?.stop()).toBe(0);
    await sandbox?.stop();
    await directory?.remove();
  });

  test('a new revision is wanted at once, contacts nobody, and a dry run says how it would get there', async () => {
    const requests = sandbox.systems.map((system) => system.ledger().requests.length);
    await api.ok('PUT', '/v1/applications/portal', application(moved));
    for (const name of ['managed', 'reads-only', 'open'])
      expect(await api.registration(idOf(name))).toMatchObject({ appliedRevision: 1, desiredRevision: 2 });
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(import.meta.dirname, '../../bin/registrar.js'), 'application', 'rollout', 'portal', '--dry-run'],
      { env: { ...process.env, REGISTRAR_DATA_DIR: directory.dataDir, NO_COLOR: '1' } },
    );
    const rows = stdout.split('\n').filter((line) => line.includes('.portal.sandbox.main'));
    expect(rows.map((line) => line.split(/\s+/).slice(0, 2))).toEqual([
      [idOf('managed'), 'automatic'],
      [idOf('reads-only'), 'automatic'],
      [idOf('none'), 'task'],
      [idOf('open'), 'new_client'],
    ]);
    expect(stdout).toContain('Revision 2 of portal: 2 automatic, 1 task, 1 new_client, 0 unchanged.');
    expect(sandbox.systems.map((system) => system.ledger().requests.length)).toEqual(requests);
  });

  test('a rotation sends what the client has, and no new revision', async () => {
    const before = puts('managed').length;
    await api.ok('POST', `/v1/registrations/${idOf('managed')}/rotate`);
    await waitFor(() => puts('managed').length > before, { what: 'the update' });
    await api.until(idOf('managed'), 'rotated', ({ credentialHealth }) => credentialHealth === 'healthy');
    expect(clientAt('managed')?.redirectUris).toEqual(first);
  });

  test('PATCH brings the client to the newest revision by RFC 7592, again with the token that came back', async () => {
    expect(await outcomeOf(idOf('managed'), { revision: 2, reason: 'moved' })).toMatchObject({
      type: 'registration.metadata-changed',
      reason: 'MetadataApplied',
    });
    expect(clientAt('managed')?.redirectUris).toEqual(moved);
    const view = await api.registration(idOf('managed'));
    expect(view).toMatchObject({ appliedRevision: 2, desiredRevision: 2 });
    expect(findCondition(view.conditions, 'RedirectUrisRegistered')).toMatchObject({ status: 'True' });

    const own = [...moved, 'https://portal.example.org/own'];
    await outcomeOf(idOf('managed'), { clientMetadata: { redirect_uris: own } });
    expect(clientAt('managed')).toMatchObject({ redirectUris: own, clientName: 'Portal' });
    expect(await api.registration(idOf('managed'))).toMatchObject({ ownRevision: { applied: 1, desired: 1 } });
    expect(puts('managed').every(({ status }) => status === 200)).toBe(true);
    expect(sandbox.system('managed').ledger().clients).toHaveLength(1);
  });

  test('what the client has already contacts nobody', async () => {
    const before = sandbox.system('managed').ledger().requests.length;
    expect(await outcomeOf(idOf('managed'), { policies: { allowReplace: true } })).toMatchObject({
      reason: 'MetadataUnchanged',
    });
    expect(sandbox.system('managed').ledger().requests).toHaveLength(before);
  });

  test('a change that the server refuses is told with its words, and leaves the client as it was', async () => {
    const before = clientAt('managed')?.redirectUris;
    const refused = await outcomeOf(idOf('managed'), { clientMetadata: { subject_type: 'no-such-type' } });
    expect(refused).toMatchObject({ type: 'registration.metadata-failed', reason: 'MetadataRejected' });
    expect(refused.message).toContain('subject_type');
    const view = await api.registration(idOf('managed'));
    expect(view).toMatchObject({ phase: 'active', ownRevision: { applied: 2, desired: 3 } });
    expect(findCondition(view.conditions, 'NeedsAttention')).toMatchObject({ reason: 'MetadataRejected' });
    expect(clientAt('managed')?.redirectUris).toEqual(before);

    await outcomeOf(idOf('managed'), { clientMetadata: { subject_type: null } });
    const corrected = await api.registration(idOf('managed'));
    expect(findCondition(corrected.conditions, 'NeedsAttention')).toMatchObject({ status: 'False' });
  });

  test('with management off it is a person who changes the client, and who deletes it', async () => {
    const failed = await outcomeOf(idOf('reads-only'), { revision: 2 });
    expect(failed).toMatchObject({ type: 'registration.metadata-failed', reason: 'MetadataByHand' });
    expect(failed.message).toContain('redirect_uris');
    const view = await api.registration(idOf('reads-only'));
    expect(view).toMatchObject({ appliedRevision: 1, desiredRevision: 2, credential: { manageable: false } });
    expect(findCondition(view.conditions, 'NeedsAttention')).toMatchObject({ reason: 'MetadataByHand' });
    const { items } = await api.ok<{ items: { registrationId: string; class: string }[] }>(
      'POST',
      '/v1/applications/portal/rollouts',
      { revision: 2, dryRun: true },
    );
    expect(items.find(({ registrationId }) => registrationId === idOf('reads-only'))?.class).toBe('new_client');

    await api.ok('DELETE', `/v1/registrations/${idOf('reads-only')}`);
    await api.until(idOf('reads-only'), 'is retired', ({ phase }) => phase === 'retired');
    const retired = (await api.events(idOf('reads-only'))).find(({ type }) => type === 'registration.retired');
    expect(retired?.reason).toBe('RetireNotSupported');
    expect(clientAt('reads-only')?.deletedAt).toBeNull();
  });
});
