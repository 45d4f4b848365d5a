import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RegistrarFailure } from '../../../domain/failure.ts';
import type { OperationRequest } from '../../../domain/operations/request.ts';
import type { DiscoveryView, EndpointApproval } from '../../../domain/registration/view.ts';
import { approvalOf, candidateOf, lostAnswer } from '../../histories/recording/scripted.ts';
import { describeWith } from '../../support/describeWith.ts';
import { discoveryOf } from '../../support/entity.ts';
import { waitFor } from '../../support/waitFor.ts';
import { type Entities, startEntities } from './entities.ts';

const idOf = (name: string) => `clinic.app.sandbox.${name}`;
const approve = (details: EndpointApproval): OperationRequest => ({
  operationId: randomUUID(),
  kind: 'approveEndpoint',
  actor: 'key:administrator',
  details,
});
const gone = () => {
  throw new RegistrarFailure({ reason: 'DiscoveryFailed', retryClass: 'input', message: 'They are gone.' });
};
const unnamed = discoveryOf({ registrationEndpoint: null, registrationSource: 'none' });

describeWith('temporal', 'the gate of registration endpoints on Temporal', ({ temporal }) => {
  let entities: Entities;
  beforeAll(async () => {
    entities = await startEntities(temporal.address);
  });
  afterAll(() => entities.close());

  /** As the watch does it when the documents are others. */
  const readAgain = (registrationId: string) =>
    entities.operate(registrationId, { operationId: randomUUID(), kind: 'discover', actor: 'system' });

  /** Scripts what the documents say, and counts how often they are read. */
  function world(registrationId: string, read: (count: number) => DiscoveryView) {
    const seen = { readings: 0 };
    entities.script(registrationId, {
      discover: [
        () => {
          seen.readings += 1;
          return read(seen.readings);
        },
      ],
    });
    return seen;
  }

  it('waits for an administrator, refuses what is stale, and registers once approved', async () => {
    const registrationId = idOf('gate');
    world(registrationId, () => candidateOf('a'));
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.awaiting-approval');
    await expect(entities.operate(registrationId, approve(approvalOf('b')))).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('is another one'),
    });
    const approval = approve(approvalOf('a'));
    await entities.operate(registrationId, approval);
    await entities.seen(registrationId, 'registration.activated');
    expect(entities.timeline(registrationId).map(({ type, actor }) => [type, actor])).toEqual([
      ['registration.discovered', 'system'],
      ['registration.awaiting-approval', 'system'],
      ['registration.endpoint-approved', 'key:administrator'],
      ['registration.registering', 'system'],
      ['registration.registered', 'system'],
      ['registration.activated', 'system'],
    ]);
  });

  it('goes back to the gate with a document that changed, which the watch noticed', async () => {
    const registrationId = idOf('changing');
    const seen = world(registrationId, (count) => candidateOf(count < 2 ? 'a' : 'b'));
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.awaiting-approval');
    expect(seen.readings).toBe(1);
    await readAgain(registrationId);
    await entities.seen(registrationId, 'registration.awaiting-approval', 2);
    const waits = entities.timeline(registrationId).filter(({ type }) => type === 'registration.awaiting-approval');
    expect(waits.map(({ changes }) => changes?.['candidate'])).toMatchObject([
      { from: null, to: { evidenceHash: 'a'.repeat(64) } },
      { from: { evidenceHash: 'a'.repeat(64) }, to: { evidenceHash: 'b'.repeat(64) } },
    ]);
    await expect(entities.operate(registrationId, approve(approvalOf('a')))).rejects.toMatchObject({ code: 'refused' });
    await entities.operate(registrationId, approve(approvalOf('b')));
    await entities.seen(registrationId, 'registration.activated');
  });

  it('reads again by itself what could not be read, without a word', async () => {
    const registrationId = idOf('quiet');
    let readings = 0;
    entities.script(registrationId, {
      policy: { discoveryInterval: 1400 },
      discover: [
        () => discoveryOf(),
        ...Array.from({ length: 3 }, () => () => {
          readings += 1;
          return lostAnswer();
        }),
        () => {
          readings += 1;
          return discoveryOf();
        },
      ],
    });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    await readAgain(registrationId);
    await waitFor(() => readings >= 4, { what: 'three readings more', seen: () => readings });
    expect(entities.timeline(registrationId).map(({ type }) => type)).toEqual([
      'registration.discovered',
      'registration.registering',
      'registration.registered',
      'registration.activated',
      'operation.accepted',
      'operation.refused',
    ]);
    expect(readings).toBe(4);
  });

  it('tells of documents that are gone, which the watch noticed', async () => {
    const registrationId = idOf('gone');
    entities.script(registrationId, { discover: [() => discoveryOf(), gone] });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    await readAgain(registrationId);
    await entities.seen(registrationId, 'registration.attention');
    expect(entities.timeline(registrationId).at(-1)).toMatchObject({
      reason: 'DiscoveryFailed',
      view: { phase: 'active', credentialHealth: 'healthy' },
    });
  });

  it('offers a registration endpoint that appears at a manual tenant, and takes over when it is approved', async () => {
    const registrationId = idOf('offer');
    entities.script(registrationId, {
      config: { method: 'manual' },
      discover: [() => unnamed, () => candidateOf('a')],
    });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.manual-required');
    await readAgain(registrationId);
    await entities.seen(registrationId, 'registration.attention');
    expect(entities.timeline(registrationId).at(-1)).toMatchObject({
      reason: 'RegistrationEndpointAppeared',
      view: { phase: 'manual_required', method: 'manual' },
    });
    await entities.operate(registrationId, approve(approvalOf('a')));
    await entities.seen(registrationId, 'registration.activated');
    expect(entities.timeline(registrationId).at(-1)?.view).toMatchObject({ phase: 'active', method: 'dynamic' });
  });

  it('works on with the old endpoint when the registration endpoint of a client moves', async () => {
    const registrationId = idOf('moved');
    const used: (string | null)[] = [];
    const moved = 'https://new.example.org/register';
    entities.script(registrationId, {
      discover: [
        () => discoveryOf(),
        () => discoveryOf({ registrationEndpoint: moved, registrationHash: 'c'.repeat(64) }),
      ],
      prove: [
        ({ endpoints, current, pending }) => {
          used.push(endpoints.registrationEndpoint);
          return { decision: { action: 'keep', reason: 'ProofSucceeded' }, current, pending, message: 'good' };
        },
      ],
    });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    await readAgain(registrationId);
    await entities.seen(registrationId, 'registration.attention');
    const prove = () =>
      entities.operate(registrationId, { operationId: randomUUID(), kind: 'verify', actor: 'key:test' });
    await prove();
    await entities.seen(registrationId, 'credential.proved', 1);
    await entities.operate(registrationId, approve({ registrationEndpoint: moved, evidenceHash: 'c'.repeat(64) }));
    await entities.seen(registrationId, 'registration.endpoint-approved');
    await prove();
    await entities.seen(registrationId, 'credential.proved', 2);
    expect(used).toEqual([discoveryOf().registrationEndpoint, moved]);
  });
});
