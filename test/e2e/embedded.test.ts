import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PreflightReport } from '../../domain/discovery/preflight.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import type { ApiCaller } from '../support/apiCaller.ts';
import { describeWith } from '../support/describeWith.ts';
import { type Product, scratch, startProduct } from '../support/product.ts';
import { waitFor } from '../support/waitFor.ts';

/** Seconds; the demo's secrets live about as short. */
const secretLifetime = 24;

/**
 * What `npm run demo` shows, as a test: everything embedded in one process, the four kinds of simulated health systems,
 * a rotation by schedule, and a `kill -9` in the middle of an onboarding.
 */
describeWith(['temporal', 'oidc-provider'], 'everything embedded, against the sandbox', ({ temporal }) => {
  let sandbox: Sandbox;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let product: Product;
  let api: ApiCaller;

  const idOf = (tenantId: string) => `${tenantId}.portal.sandbox.main`;

  function start(): Promise<Product> {
    return startProduct({
      dataDir: directory.dataDir,
      environment: {
        ...(temporal.binary === null ? {} : { PATH: `${dirname(temporal.binary)}:${process.env['PATH']}` }),
        REGISTRAR_ALLOWED_HOSTS: sandbox.systems.map((system) => system.host).join(','),
      },
    });
  }

  function tenant(tenantId: string, systemName: string, initialAccessToken?: string) {
    const { fhirBaseUrl } = sandbox.system(systemName);
    const token = initialAccessToken === undefined ? {} : { initialAccessToken };
    const registrations = [{ applicationId: 'portal', environment: 'sandbox', fhirBaseUrl, ...token }];
    return api.ok('POST', '/v1/tenants', { tenantId, name: tenantId, registrations });
  }

  beforeAll(async () => {
    sandbox = await startSandbox({
      systems: [
        { name: 'rotating', kind: 'rotating', secretLifetime },
        { name: 'open', kind: 'open' },
        { name: 'token', kind: 'initial-access-token' },
        { name: 'none', kind: 'no-registration' },
        { name: 'slow', kind: 'open', answerDelay: 700 },
      ],
    });
    directory = await scratch();
    product = await start();
    api = await product.api();
    await api.ok('PUT', '/v1/applications/portal', {
      clientMetadata: {
        client_name: 'Portal',
        redirect_uris: ['https://portal.example.org/callback'],
        scope: 'launch launch/patient openid fhirUser patient/Patient.rs',
      },
      policies: { allowAnonymous: true },
    });
  });

  afterAll(async () => {
    expect(await product?.stop()).toBe(0);
    await sandbox?.stop();
    await directory?.remove();
  });

  test('preflight tells beforehand how each of them goes, and registers nothing', async () => {
    const reports = sandbox.systems.map(async ({ name, fhirBaseUrl }) => {
      const body = { fhirBaseUrl, applicationId: 'portal', environment: 'sandbox' };
      const { method, lint } = await api.ok<PreflightReport>('POST', '/v1/preflight', body);
      return [name, method, lint.map(({ code }) => code)];
    });
    expect(await Promise.all(reports)).toEqual([
      ['rotating', 'dynamic', ['contacts-missing']],
      ['open', 'dynamic', ['contacts-missing']],
      ['token', 'dynamic', ['contacts-missing']],
      ['none', 'manual', ['contacts-missing']],
      ['slow', 'dynamic', ['contacts-missing']],
    ]);
    expect(sandbox.systems.flatMap((system) => system.ledger().clients)).toEqual([]);
    expect(await api.ok('GET', '/v1/registrations')).toEqual({ items: [] });
  });

  test('each kind of health system ends where a person expects it', async () => {
    await tenant('rotating', 'rotating', await sandbox.system('rotating').initialAccessToken());
    await tenant('open', 'open');
    await tenant('token', 'token');
    await tenant('none', 'none');
    for (const name of ['rotating', 'open'])
      await api.until(idOf(name), 'is active', ({ phase }) => phase === 'active');
    const manual = await api.until(idOf('none'), 'is manual', ({ phase }) => phase === 'manual_required');
    expect(manual.conditions).toContainEqual(
      expect.objectContaining({ type: 'NeedsAttention', status: 'True', reason: 'NoRegistrationEndpoint' }),
    );
    const waiting = await api.until(idOf('token'), 'waits for a token', ({ phase }) => phase === 'awaiting_token');
    expect(waiting.conditions).toContainEqual(
      expect.objectContaining({ type: 'NeedsAttention', reason: 'InitialAccessTokenNeeded' }),
    );
  });

  test('a token that is supplied later finishes the registration', async () => {
    const token = await sandbox.system('token').initialAccessToken();
    await api.ok('PUT', `/v1/registrations/${idOf('token')}/initial-access-token`, { token });
    await api.until(idOf('token'), 'is active', ({ phase }) => phase === 'active');
  });

  test('a secret is replaced before it expires, and the server holds one client', async () => {
    const before = await api.registration(idOf('rotating'));
    const after = await api.until(
      idOf('rotating'),
      'has another version',
      ({ credential }) => credential?.ref.versionId !== before.credential?.ref.versionId,
    );
    expect(Date.parse(after.credential?.provedAt ?? '')).toBeLessThan(Date.parse(before.credential?.expiresAt ?? ''));
    expect(after.credential?.clientId).toBe(before.credential?.clientId);
    expect(sandbox.system('rotating').ledger().clients).toHaveLength(1);
    const types = (await api.events(idOf('rotating'))).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['credential.rotation-started', 'credential.rotated']));
  });

  test('verify, rotate and retire answer with an event of their operation', async () => {
    for (const [action, outcome] of [
      ['verify', 'credential.proved'],
      // The secret was just replaced: the server keeps it, and says so.
      ['rotate', 'credential.rotation-deferred'],
    ]) {
      const path = `/v1/registrations/${idOf('rotating')}/${action}`;
      const { operationId } = await api.ok<{ operationId: string }>('POST', path);
      const events = () => api.events(idOf('rotating'));
      await waitFor(
        async () => (await events()).some((event) => event.operationId === operationId && event.type === outcome),
        { what: `${outcome} of operation ${operationId}` },
      );
    }
    await api.ok('DELETE', `/v1/registrations/${idOf('rotating')}`);
    await api.until(idOf('rotating'), 'is retired', ({ phase }) => phase === 'retired');
    expect(
      sandbox
        .system('rotating')
        .ledger()
        .clients.every(({ deletedAt }) => deletedAt !== null),
    ).toBe(true);
  });

  test('a kill -9 in the middle of an onboarding loses nothing', async () => {
    await tenant('slow', 'slow');
    await api.until(idOf('slow'), 'is registering', ({ phase }) => phase !== 'discovering');
    await product.kill();
    product = await start();
    api = await product.api();
    await api.until(idOf('slow'), 'is active', ({ phase }) => phase === 'active');
    const { clients } = sandbox.system('slow').ledger();
    const orphans = await api.ok<{ items: unknown[] }>('GET', '/v1/orphans');
    expect(clients.length).toBeGreaterThan(0);
    // A request that died on its way is listed as well, so there may be more orphans than clients nobody holds.
    expect(clients.length - 1).toBeLessThanOrEqual(orphans.items.length);
  });
});
