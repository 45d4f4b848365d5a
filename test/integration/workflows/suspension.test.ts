import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EntityState } from '../../../domain/entity/state.ts';
import type { OperationRequest } from '../../../domain/operations/request.ts';
import { describeWith } from '../../support/describeWith.ts';
import { waitFor } from '../../support/waitFor.ts';
import { type Entities, startEntities } from './entities.ts';

const asked = (kind: 'resume' | 'suspend' | 'verify'): OperationRequest => ({
  operationId: randomUUID(),
  kind,
  actor: 'key:test',
});

describeWith('temporal', 'a registration that is suspended', ({ temporal }) => {
  let entities: Entities;
  beforeAll(async () => {
    entities = await startEntities(temporal.address);
  });
  afterAll(() => entities.close());

  it('takes operations that wait, and is resumed although as many wait as may', async () => {
    const registrationId = 'clinic.app.sandbox.suspended';
    entities.script(registrationId, {});
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    await entities.operate(registrationId, asked('suspend'));
    await entities.seen(registrationId, 'registration.suspended');

    const waiting = Array.from({ length: 20 }, () => asked('verify'));
    for (const operation of waiting) await entities.operate(registrationId, operation);
    await expect(entities.operate(registrationId, asked('verify'))).rejects.toMatchObject({ code: 'refused' });
    const state = () => entities.row(registrationId).state as EntityState;
    const typesOf = () => entities.timeline(registrationId).map(({ type }) => type);
    expect(entities.timeline(registrationId).at(-1)?.view).toMatchObject({
      phase: 'suspended',
      suspended: { phase: 'active' },
    });
    expect(typesOf()).not.toContain('credential.proved');

    await entities.operate(registrationId, asked('resume'));
    await entities.seen(registrationId, 'credential.proved', waiting.length);
    await waitFor(() => state().operations.length === 0, { what: 'the queue to be done' });
    expect(state()).toMatchObject({ suspended: null, phase: 'active' });
    const after = typesOf().slice(typesOf().indexOf('registration.suspended') + 1);
    expect(after[0]).toBe('registration.resumed');
  });
});
