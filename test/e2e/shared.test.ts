import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import type { ApiCaller } from '../support/apiCaller.ts';
import { describeWith } from '../support/describeWith.ts';
import { type Product, scratch, startProduct } from '../support/product.ts';
import { waitFor } from '../support/waitFor.ts';

/** Many practices behind one authorization server: they use one client, and each proves it where it uses it. */
describeWith(['temporal', 'oidc-provider'], 'three tenants on one client', ({ temporal }) => {
  let sandbox: Sandbox;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let product: Product;
  let api: ApiCaller;
  const idOf = (tenantId: string) => `${tenantId}.portal.sandbox.main`;
  const holder = idOf('north');
  const all = ['north', 'south', 'west'].map(idOf);

  const add = (tenantId: string, more: object, base = sandbox.system('shared').fhirBaseUrl) =>
    api.ok('POST', '/v1/tenants', {
      tenantId,
      name: tenantId,
      registrations: [{ applicationId: 'portal', environment: 'sandbox', fhirBaseUrl: `${base}/${tenantId}`, ...more }],
    });
  const clients = () => sandbox.system('shared').ledger().clients;
  const active = (id: string) => api.until(id, 'is active', ({ phase }) => phase === 'active');

  beforeAll(async () => {
    sandbox = await startSandbox({
      systems: [
        // The other tests rotate where every update brings a new registration access token.
        { name: 'shared', kind: 'rotating', secretLifetime: 30, keepsManagementToken: true },
        { name: 'manual', kind: 'no-registration' },
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
    await api.ok('PUT', '/v1/applications/portal', {
      clientMetadata: {
        client_name: 'Portal',
        redirect_uris: ['https://portal.example.org/callback'],
        scope: 'launch openid fhirUser patient/Patient.rs',
        contacts: ['ops@portal.example.org'],
      },
      policies: { allowAnonymous: true },
    });
  });

  afterAll(async () => {
    expect(await product?.stop()).toBe(0);
    await sandbox?.stop();
    await directory?.remove();
  });

  test('sharers wait for the client of their holder, and register none', async () => {
    await add('north', { initialAccessToken: await sandbox.system('shared').initialAccessToken() });
    await add('south', { shareWith: holder });
    await add('west', { shareWith: holder });
    const views = await Promise.all(all.map(active));
    expect(clients()).toHaveLength(1);
    expect(new Set(views.map(({ credential }) => credential?.ref.name))).toEqual(
      new Set(['smart/north/portal/sandbox/main/client']),
    );
    expect(views.map(({ clientBinding, holderRegistrationId }) => [clientBinding, holderRegistrationId])).toEqual([
      ['own', undefined],
      ['shared', holder],
      ['shared', holder],
    ]);
  });

  test('one rotation is proved by all three', async () => {
    const before = (await api.registration(holder)).credential?.ref.versionId;
    const rotated = await api.until(holder, 'was rotated', ({ credential }) => credential?.ref.versionId !== before);
    const version = rotated.credential?.ref.versionId;
    for (const id of all) {
      const isProved = ({ credential }: { credential: { ref: { versionId: string } } | null }) =>
        credential?.ref.versionId === version;
      await api.until(id, 'proved the new secret', isProved);
    }
    const [client] = clients();
    expect(client?.secrets.length).toBeGreaterThanOrEqual(2);
    const updates = sandbox
      .system('shared')
      .ledger()
      .requests.filter(({ method }) => method === 'PUT');
    expect(updates.length).toBe(client?.updates);
    // The other side counts too: since the secret was issued each of the three asked at the token endpoint.
    const since = client?.secrets.at(-1)?.issuedAt ?? 0;
    const asked = sandbox
      .system('shared')
      .ledger()
      .requests.filter(({ at, path, clientId }) => at >= since && path === '/token' && clientId === client?.clientId);
    expect(asked.length).toBeGreaterThanOrEqual(3);
  });

  test('one that is suspended meanwhile shows the new secret when it is resumed', async () => {
    const west = idOf('west');
    await api.ok('POST', `/v1/registrations/${west}/suspend`);
    await api.until(west, 'is suspended', ({ phase }) => phase === 'suspended');
    const before = (await api.registration(west)).credential?.ref.versionId;
    await api.until(holder, 'was rotated', ({ credential }) => credential?.ref.versionId !== before);
    expect((await api.registration(west)).credential?.ref.versionId).toBe(before);
    await api.ok('POST', `/v1/registrations/${west}/resume`);
    const current = async () => (await api.registration(holder)).credential?.ref.versionId;
    const knows = async () => (await api.registration(west)).credential?.ref.versionId === (await current());
    // Long before the next rotation, of which it is told.
    await waitFor(knows, { what: 'the resumed sharer to know the secret', milliseconds: 8_000 });
  });

  test('what belongs to the holder is refused to a sharer, with its name', async () => {
    const answer = await api.call('POST', `/v1/registrations/${idOf('south')}/rotate`);
    expect(answer).toMatchObject({ status: 409, body: { detail: expect.stringContaining(holder) } });
  });

  test('the holder cannot retire while others use its client', async () => {
    const answer = await api.call('DELETE', `/v1/registrations/${holder}`);
    expect(answer).toMatchObject({ status: 409, body: { reason: 'HasSharers' } });
    expect(await api.registration(holder)).toMatchObject({ phase: 'active' });
  });

  test('one retires, the client stays, and two go on working', async () => {
    await api.ok('DELETE', `/v1/registrations/${idOf('west')}`);
    await api.until(idOf('west'), 'is retired', ({ phase }) => phase === 'retired');
    expect(clients()).toMatchObject([{ deletedAt: null }]);
    for (const id of [holder, idOf('south')]) {
      const { operationId } = await api.ok<{ operationId: string }>('POST', `/v1/registrations/${id}/verify`);
      const proved = async () =>
        (await api.events(id)).some((event) => event.operationId === operationId && event.type === 'credential.proved');
      await waitFor(proved, { what: `the proof of ${id}` });
    }
  });

  test('with its sharers gone the holder retires, and the client with it', async () => {
    await api.ok('DELETE', `/v1/registrations/${idOf('south')}`);
    await api.until(idOf('south'), 'is retired', ({ phase }) => phase === 'retired');
    await api.ok('DELETE', `/v1/registrations/${holder}`);
    await api.until(holder, 'is retired', ({ phase }) => phase === 'retired');
    expect(clients()).toMatchObject([{ deletedAt: expect.any(Number) }]);
    expect(await api.ok('GET', '/v1/orphans')).toEqual({ items: [] });
  });

  test('a holder elsewhere is told, and nothing is sent to its client', async () => {
    await add('east', { initialAccessToken: await sandbox.system('shared').initialAccessToken() });
    await active(idOf('east'));
    await add('far', { shareWith: idOf('east') }, sandbox.system('manual').fhirBaseUrl);
    const far = await api.until(idOf('far'), 'needs a person', ({ conditions }) =>
      conditions.some(({ type, reason }) => type === 'NeedsAttention' && reason === 'HolderElsewhere'),
    );
    expect(far.credential).toBeNull();
    const asked = sandbox
      .system('manual')
      .ledger()
      .requests.filter(({ path }) => path === '/token');
    expect(asked).toEqual([]);
  });
});
