import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { EntityError } from '../../../domain/operations/request.ts';
import type { CredentialView } from '../../../domain/registration/view.ts';
import { everything, nextEvent } from '../stores/records/fixture.ts';
import { type Api, addTenant, problemName, startApi } from './harness.ts';

const credential: CredentialView = {
  clientId: 'portal',
  authMethod: 'client_secret_basic',
  ref: { store: 'database', name: 'smart/bulk/bulk-app/production/main/client', versionId: 'v'.repeat(32) },
  issuedAt: '2026-11-21T08:00:00.000Z',
  expiresAt: null,
  expiryKnown: false,
  clientExpiresAt: null,
  rotationDueAt: null,
  strategy: 'manual',
  provedAt: null,
};

/** Two API processes before one database: what one allowed counts at the other (DESIGN section 7). */
describe('operations of one caller within an hour, over all processes', () => {
  let first: Api;
  let second: Api;
  let registrationId: string;
  beforeAll(async () => {
    const limits = { suppliesPerHour: 2 };
    first = await startApi({ limits });
    second = await startApi({ limits, records: first.records, clock: first.clock });
    registrationId = await addTenant(first, 'bulk', 'bulk-app');
  });
  afterAll(() => Promise.all([first.close(), second.close()]));
  const path = () => `/v1/registrations/${registrationId}`;

  async function have(found: CredentialView): Promise<void> {
    const view = await first.records.registration(registrationId, everything);
    if (view === null) throw new Error('the registration is not there');
    await first.records.recordTransition(nextEvent(view, { phase: 'active', credential: found }));
  }

  test('ten retirements and no more', async () => {
    const { key } = await first.newKey('administrator');
    const answers = [];
    for (let index = 0; index < 20; index += 1)
      answers.push((await (index % 2 === 0 ? first : second).call('DELETE', path(), { key })).status);
    expect(answers.filter((status) => status === 202)).toHaveLength(10);
    const refused = await second.call('DELETE', path(), { key });
    expect([refused.status, problemName(refused)]).toEqual([429, 'bulk-limit']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('a repeated request that is refused gives back nothing that the first one took', async () => {
    const { key } = await first.newKey('administrator');
    const headers = { 'idempotency-key': 'retire-once' };
    const retire = () => first.call('DELETE', path(), { key, headers });
    for (let time = 0; time < 9; time += 1) expect((await first.call('DELETE', path(), { key })).status).toBe(202);
    // The entity has it, and the answer is lost.
    const lost = vi.spyOn(first.records, 'completeIdempotent').mockRejectedValueOnce(new Error('gone'));
    expect((await retire()).status).toBe(500);
    lost.mockRestore();
    first.clock.move(120_000);
    first.entities.refuse = new EntityError('refused', 'It is being retired.');
    expect((await retire()).status).toBe(409);
    first.entities.refuse = null;
    expect((await first.call('DELETE', path(), { key })).status).toBe(429);
  });

  test('supplies count over a proved credential only', async () => {
    const { key } = await first.newKey('administrator');
    const supply = async (
      api: Api,
      body: Record<string, unknown> = { clientId: 'portal', clientSecret: 's3cret-value-1' },
    ) => (await api.call('POST', `${path()}/credential`, { key, body })).status;
    await have(credential);
    for (let time = 0; time < 3; time += 1) expect(await supply(first)).toBe(202);
    await have({ ...credential, provedAt: '2026-11-21T08:30:00.000Z' });
    // What is refused did not happen.
    const wrong = { clientId: 'portal', clientSecret: 's', expiresAt: '2020-01-01T00:00:00Z' };
    for (let time = 0; time < 3; time += 1) expect(await supply(first, wrong)).toBe(422);
    expect([await supply(first), await supply(second), await supply(first)]).toEqual([202, 202, 429]);
  });
});
