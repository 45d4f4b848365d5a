import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EntityError } from '../../../domain/operations/request.ts';
import { releasesOf } from '../../../domain/registration/hold.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import { everything, nextEvent } from '../stores/records/fixture.ts';
import { type Api, addTenant, problemName, startApi } from './harness.ts';

const since = '2026-11-21T09:00:00.000Z';

describe('stopping a registration, and what lets it go on', () => {
  let api: Api;
  let number = 0;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  async function registration(changes: Partial<RegistrationView>): Promise<{ id: string; path: string }> {
    number += 1;
    const id = await addTenant(api, `held-${number}`, 'held-app');
    const view = await api.records.registration(id, everything);
    if (view === null) throw new Error('the registration is not there');
    await api.records.recordTransition(nextEvent(view, changes));
    return { id, path: `/v1/registrations/${id}` };
  }
  const heldWith = (reason: 'RegistrationUnanswered' | 'SecretStoreConflict') =>
    registration({ phase: 'registering', hold: { reason, releasedBy: releasesOf(reason), since } });

  test.each([
    ['suspend', 'suspend', 'operator'],
    ['resume', 'resume', 'operator'],
    ['retry', 'retry', 'operator'],
    ['accept-current', 'acceptCurrent', 'administrator'],
    ['overwrite', 'overwrite', 'administrator'],
  ] as const)('%s hands its operation to the entity, once per Idempotency-Key', async (route, kind, role) => {
    const { id, path } = await registration({});
    const call = { key: api[role], body: { reason: 'why' }, headers: { 'idempotency-key': `once-${route}` } };
    const before = api.entities.operated.length;
    const first = await api.call('POST', `${path}/${route}`, call);
    const second = await api.call('POST', `${path}/${route}`, call);
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body).toEqual(first.body);
    expect(api.entities.operated.slice(before)).toMatchObject([
      { registrationId: id, kind, reason: 'why', operationId: first.body['operationId'] },
    ]);
  });

  test('a suspended registration is shown and listed as such, with the phase beneath', async () => {
    const { id, path } = await registration({ phase: 'suspended', suspended: { since, phase: 'active' } });
    const { body } = await api.call('GET', path, { key: api.viewer });
    expect(body).toMatchObject({ phase: 'suspended', suspended: { since, phase: 'active' } });
    const list = await api.call('GET', '/v1/registrations?phase=suspended', { key: api.viewer });
    expect(list.body['items']).toMatchObject([{ registrationId: id }]);
  });

  test('what is held is shown with what releases it', async () => {
    const { path } = await heldWith('SecretStoreConflict');
    const { body } = await api.call('GET', path, { key: api.viewer });
    expect(body['hold']).toEqual({ reason: 'SecretStoreConflict', releasedBy: ['acceptCurrent', 'overwrite'], since });
  });

  test.each([
    ['retry', 'SecretStoreConflict', ['acceptCurrent', 'overwrite']],
    ['overwrite', 'RegistrationUnanswered', ['retry', 'supplyInitialAccessToken', 'supplyCredential', 'shareClient']],
    ['accept-current', null, []],
    ['retry', null, []],
  ] as const)('%s does not release %s, and says what does', async (route, reason, releasedBy) => {
    const { path } = reason === null ? await registration({}) : await heldWith(reason);
    api.entities.refuse = new EntityError('refused', 'The entity says no.');
    try {
      const answer = await api.call('POST', `${path}/${route}`, { key: api.administrator });
      expect([answer.status, problemName(answer)]).toEqual([409, 'hold-not-released']);
      expect(answer.body).toMatchObject({ reason: reason ?? 'OperationNotPossible', releasedBy });
      expect(answer.body['detail']).toContain(route);
    } finally {
      api.entities.refuse = null;
    }
  });

  test('another refusal is told as it is', async () => {
    const { path } = await heldWith('RegistrationUnanswered');
    api.entities.refuse = new EntityError('refused', '20 operations are waiting already.');
    try {
      for (const route of ['retry', 'suspend', 'resume']) {
        const answer = await api.call('POST', `${path}/${route}`, { key: api.operator });
        expect([answer.status, problemName(answer)]).toEqual([409, 'operation-refused']);
        expect(answer.body['detail']).toContain('20 operations');
      }
    } finally {
      api.entities.refuse = null;
    }
  });

  test('nothing of it is left to do once the registration is retired', async () => {
    const { path } = await registration({ phase: 'retired' });
    for (const route of ['suspend', 'resume', 'retry', 'accept-current', 'overwrite']) {
      const answer = await api.call('POST', `${path}/${route}`, { key: api.administrator });
      expect([route, answer.status, problemName(answer)]).toEqual([route, 409, 'operation-refused']);
    }
  });
});
