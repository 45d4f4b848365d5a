import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiCaller } from '../support/apiCaller.ts';
import { describeWith } from '../support/describeWith.ts';
import { type FreshDatabase, freshDatabase } from '../support/freshDatabase.ts';
import { freshNamespace } from '../support/freshNamespace.ts';
import { honest } from '../support/peers/behaviour.ts';
import { Peer } from '../support/peers/peer.ts';
import { newMasterKey, type Product, scratch, startProduct, testPolicy } from '../support/product.ts';
import { waitFor } from '../support/waitFor.ts';

const id = 'mercy.portal.sandbox.main';

/** What nobody asked for is noticed outside the entity; what it means is for the entity to find out. */
describeWith(['postgres', 'temporal'], 'the watch of a running product', (servers) => {
  let peer: Peer;
  let database: FreshDatabase;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let product: Product;
  let api: ApiCaller;

  beforeAll(async () => {
    peer = await new Peer({ now: Date.now }).listen();
    peer.program('mercy');
    database = await freshDatabase(servers.postgres);
    directory = await scratch();
    product = await startProduct({
      dataDir: directory.dataDir,
      // The bound on refused authentications scales with `retryInitial`: its longest pause is 17 seconds here, not an hour.
      policy: { ...testPolicy, proofInterval: 2000, watchEvery: 250, dispatchEvery: 250, retryInitial: 1 },
      environment: {
        DATABASE_URL: database.url,
        TEMPORAL_ADDRESS: servers.temporal.address,
        TEMPORAL_NAMESPACE: await freshNamespace(servers.temporal.address),
        REGISTRAR_MASTER_KEY: newMasterKey(),
        REGISTRAR_ALLOWED_HOSTS: peer.hosts,
      },
    });
    api = await product.api();
    await api.ok('PUT', '/v1/applications/portal', {
      clientMetadata: {
        client_name: 'Portal',
        redirect_uris: ['https://portal.example.org/callback'],
        scope: 'launch openid fhirUser patient/Patient.rs',
      },
      policies: { allowAnonymous: true },
    });
    await api.ok('POST', '/v1/tenants', {
      tenantId: 'mercy',
      name: 'Mercy',
      registrations: [{ applicationId: 'portal', environment: 'sandbox', fhirBaseUrl: peer.fhirBaseUrl('mercy') }],
    });
    await api.until(id, 'is active', ({ phase }) => phase === 'active');
  });

  afterAll(async () => {
    expect(await product?.stop()).toBe(0);
    await peer?.close();
    await directory?.remove();
    await database?.drop();
  });

  test('a proof that goes well shows, and costs no row of the audit', async () => {
    const { credential, sequence } = await api.registration(id);
    const later = await api.until(id, 'was proved again', (view) => view.credential?.provedAt !== credential?.provedAt);
    expect(Date.parse(later.credential?.provedAt ?? '')).toBeGreaterThan(Date.parse(credential?.provedAt ?? ''));
    expect(later.sequence).toBe(sequence);
  });

  test('a secret that the server no longer takes is noticed, proved by the entity itself, and rejected', async () => {
    peer.program('mercy', { ...honest, token: { status: 401, error: 'invalid_client' } });
    await api.until(id, 'is rejected', ({ credentialHealth }) => credentialHealth === 'rejected');
    const events = await api.events(id);
    const woken = events.find(({ type, actor }) => type === 'operation.accepted' && actor === 'system');
    expect(JSON.stringify(woken)).toContain('The watch found the credential rejected.');
    expect(events.filter(({ type, reason }) => type === 'credential.proof-failed' && reason !== null)).not.toEqual([]);
  });

  test('one that it takes again is taken up by itself', async () => {
    peer.program('mercy', honest);
    await waitFor(async () => (await api.registration(id)).credentialHealth === 'healthy', {
      what: 'the credential to be healthy again',
      milliseconds: 60_000,
    });
  });
});
