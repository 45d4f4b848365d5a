import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newPace } from '../../../domain/credential/pacing.ts';
import type { EntityState } from '../../../domain/entity/state.ts';
import { workflowIdOf } from '../../../domain/ids.ts';
import { recordedTwice, recordsAway, rejected, stored, suppliedAndProved } from '../../histories/recording/scripted.ts';
import { describeWith } from '../../support/describeWith.ts';
import { credentialOf, discoveryOf, stateOf } from '../../support/entity.ts';
import { waitFor } from '../../support/waitFor.ts';
import { type Entities, startEntities } from './entities.ts';

const idOf = (name: string) => `clinic.app.sandbox.${name}`;
const asked = (kind: 'rotate' | 'verify') => ({ operationId: randomUUID(), kind, actor: 'key:test' });

describeWith('temporal', 'what an entity records, and starts from', ({ temporal }) => {
  let entities: Entities;
  beforeAll(async () => {
    entities = await startEntities(temporal.address);
  });
  afterAll(() => entities.close());

  const handleOf = (registrationId: string) => entities.client.workflow.getHandle(workflowIdOf(registrationId));
  const stateIn = (registrationId: string) => entities.row(registrationId).state as EntityState;
  const typesOf = (registrationId: string) => entities.timeline(registrationId).map(({ type }) => type);
  const attentionsOf = (registrationId: string) =>
    entities.timeline(registrationId).filter(({ reason }) => reason === 'RecordsConflict');

  /** The registration as the records keep it, before any entity of it runs. */
  function recordedAs(registrationId: string, patch: Partial<EntityState>): void {
    const state = stateOf({ registrationId, sequence: 7, discovery: discoveryOf(), ...patch });
    Object.assign(entities.row(registrationId), { sequence: 7, state, chain: 'a chain that is gone', rules: 1 });
  }

  it('goes on from what it had recorded when the task that recorded it died', async () => {
    const registrationId = idOf('died-after-record');
    const sent: string[] = [];
    entities.script(registrationId, {
      record: [recordedTwice, recordedTwice],
      policy: { recordsRetry: 100 },
      register: [
        ({ intentId }) => {
          sent.push(intentId);
          return stored();
        },
      ],
    });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    expect(typesOf(registrationId).filter((type) => type === 'registration.discovered')).toHaveLength(1);
    expect(attentionsOf(registrationId)).toEqual([]);
    expect(new Set(sent).size).toBe(sent.length);
    const sequences = entities.timeline(registrationId).map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 2));
  });

  it('takes the state that its own chain recorded at another time, and keeps the operation that it holds', async () => {
    const registrationId = idOf('taken');
    entities.script(registrationId, {});
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    await waitFor(() => entities.row(registrationId).wakeAt !== null, { what: 'the entity to rest' });
    // As a task of this chain would have left it that decided otherwise and died.
    const row = entities.row(registrationId);
    const rotationPace = { ...newPace(0), failures: 5 };
    Object.assign(row, {
      sequence: row.sequence + 1,
      state: { ...stateIn(registrationId), sequence: row.sequence + 1, rotationPace },
    });
    const verification = asked('verify');
    await entities.operate(registrationId, verification);
    await entities.seen(registrationId, 'credential.proved');
    expect(row.ended).toEqual([verification.operationId]);
    expect(stateIn(registrationId).rotationPace).toEqual(rotationPace);
    expect(attentionsOf(registrationId)).toEqual([]);
  });

  it('carries out what was handed over to a task of its own chain that is lost', async () => {
    const registrationId = idOf('taken-and-lost');
    entities.script(registrationId, {});
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    await waitFor(() => entities.row(registrationId).wakeAt !== null, { what: 'the entity to rest' });
    // As after a restore of older data of Temporal: of the same chain, and it knows nothing of the operation.
    const row = entities.row(registrationId);
    const lost = asked('rotate');
    Object.assign(row, {
      sequence: row.sequence + 1,
      state: { ...stateIn(registrationId), sequence: row.sequence + 1 },
      operations: [lost],
    });
    const verification = asked('verify');
    await entities.operate(registrationId, verification);
    await waitFor(() => row.ended.includes(lost.operationId), { what: 'the operation to end', milliseconds: 20_000 });
    expect(row.ended).toEqual(expect.arrayContaining([verification.operationId, lost.operationId]));
    expect(attentionsOf(registrationId)).toEqual([]);
  });

  it('starts from the records when another chain wrote, tells a person, and keeps the operation that it holds', async () => {
    const registrationId = idOf('another-chain');
    entities.script(registrationId, {});
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    await waitFor(() => entities.row(registrationId).wakeAt !== null, { what: 'the entity to rest' });
    const row = entities.row(registrationId);
    Object.assign(row, {
      chain: 'another chain',
      sequence: 40,
      state: { ...stateIn(registrationId), sequence: 40, rotationPace: { ...newPace(0), failures: 3 } },
    });
    const verification = asked('verify');
    await entities.operate(registrationId, verification);
    await waitFor(() => row.ended.includes(verification.operationId), { what: 'the operation to end' });
    expect(attentionsOf(registrationId).map(({ sequence }) => sequence)).toEqual([41]);
    expect(stateIn(registrationId).rotationPace.failures).toBe(3);
  });

  it('asks nothing of anybody while the records are away, and writes what it decided once they are back', async () => {
    const registrationId = idOf('away');
    const order: string[] = [];
    entities.script(registrationId, {
      policy: { recordsRetry: 100, recordsRetryMaximum: 200 },
      record: Array.from({ length: 5 }, () => () => {
        order.push('away');
        return recordsAway();
      }),
      register: [
        () => {
          order.push('register');
          return stored();
        },
      ],
    });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    expect(order).toEqual(['away', 'away', 'away', 'away', 'away', 'register']);
    expect(attentionsOf(registrationId)).toEqual([]);
  });

  it('carries what is not recorded from run to run', async () => {
    const registrationId = idOf('away-for-long');
    let runs = new Set<string>();
    entities.script(registrationId, {
      policy: { recordsRetry: 5, recordsRetryMaximum: 5 },
      record: Array.from({ length: 40 }, () => ({ chain }) => {
        runs = runs.add(chain);
        return recordsAway();
      }),
    });
    await entities.start(registrationId);
    const first = (await handleOf(registrationId).describe()).runId;
    await entities.seen(registrationId, 'registration.activated');
    expect((await handleOf(registrationId).describe()).runId).not.toBe(first);
    expect([...runs]).toEqual([first]);
    expect(typesOf(registrationId)).toEqual([
      'registration.discovered',
      'registration.registering',
      'registration.registered',
      'registration.activated',
    ]);
  });

  it('is terminated and started anew from the records, with what only its state knew', async () => {
    const registrationId = idOf('supplied-and-lost');
    const supplied = credentialOf({ versionId: 'supplied', place: 'management', supplied: true, provedAt: null });
    const proofs: (string | undefined)[] = [];
    entities.script(registrationId, {
      prove: [
        (argument) => {
          proofs.push(argument.pending?.versionId);
          return rejected(argument);
        },
      ],
    });
    recordedAs(registrationId, {
      phase: 'active',
      credentialHealth: 'rotating',
      current: credentialOf(),
      pending: supplied,
      supply: { operationId: randomUUID(), actor: 'key:ops', patientUntil: Date.now() + 172_800_000 },
      attentions: [{ topic: 'launch', reason: 'LaunchFailed', message: 'told' }],
    });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'step.delayed');
    expect(proofs[0]).toBe('supplied');
    expect(stateIn(registrationId)).toMatchObject({ pending: { versionId: 'supplied' } });
    expect(stateIn(registrationId).attentions).toContainEqual(expect.objectContaining({ reason: 'LaunchFailed' }));
    expect(attentionsOf(registrationId)).toEqual([]);
  });

  it('does not register again what a person was to decide on', async () => {
    const registrationId = idOf('held-and-lost');
    const registrations: string[] = [];
    entities.script(registrationId, {
      register: [
        ({ intentId }) => {
          registrations.push(intentId);
          return stored();
        },
      ],
    });
    const hold = { reason: 'RegistrationUnanswered', since: Date.now() } as const;
    recordedAs(registrationId, { phase: 'registering', hold, unansweredPosts: 2 });
    await entities.start(registrationId);
    await waitFor(() => entities.row(registrationId).wakes > 0 && stateIn(registrationId).rules === 1, {
      what: 'the entity to wake',
    });
    await waitFor(async () => await isIdle(registrationId), { what: 'the entity to rest' });
    expect(registrations).toEqual([]);
    expect(stateIn(registrationId)).toMatchObject({ hold, unansweredPosts: 2 });
  });

  it('settles a request that was recorded as open, and sends no other', async () => {
    const registrationId = idOf('open-and-lost');
    const order: string[] = [];
    entities.script(registrationId, {
      settle: [
        ({ intentId }) => {
          order.push(`settle ${intentId}`);
          return stored();
        },
      ],
      register: [
        () => {
          order.push('register');
          return stored();
        },
      ],
    });
    recordedAs(registrationId, {
      phase: 'registering',
      request: { intentId: 'intent-1', kind: 'register', operationId: 'operation-1' },
    });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    expect(order).toEqual(['settle intent-1']);
  });

  it('carries out operations that nobody ended, once', async () => {
    const registrationId = idOf('operations-and-lost');
    entities.script(registrationId, { storeSupplied: [() => suppliedAndProved('client-1')] });
    recordedAs(registrationId, {
      phase: 'active',
      credentialHealth: 'healthy',
      current: credentialOf({ provedAt: Date.now() }),
    });
    const known = asked('verify');
    const lost = asked('verify');
    const row = entities.row(registrationId);
    const state = stateIn(registrationId);
    row.state = {
      ...state,
      recentOperationIds: [known.operationId],
      activeOperation: { ...known, reason: null },
    } as EntityState;
    row.operations = [known, lost];
    await entities.start(registrationId);
    await waitFor(() => row.ended.length === 2, { what: 'both to end', seen: () => row.ended });
    expect(row.ended).toEqual([known.operationId, lost.operationId]);
    expect(typesOf(registrationId).filter((type) => type === 'credential.proved')).toHaveLength(2);
  });

  it('ends when the registration has another life, and the next one starts', async () => {
    const registrationId = idOf('second-life');
    entities.script(registrationId, { policy: { restFor: 300 } });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    const { runId } = await handleOf(registrationId).describe();
    Object.assign(entities.row(registrationId), { incarnation: 9, sequence: 20, state: null, view: null, chain: null });
    await entities.refresh(registrationId);
    await waitFor(async () => (await handleOf(registrationId).describe()).status.name === 'COMPLETED', {
      what: 'the old life to end',
    });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated', 2);
    expect((await handleOf(registrationId).describe()).runId).not.toBe(runId);
    expect(entities.timeline(registrationId).at(-1)?.sequence).toBeGreaterThan(20);
  });

  it('leaves rules and states of a newer release to newer workers', async () => {
    const registrationId = idOf('newer-rules');
    entities.script(registrationId, {
      wake: [(_, real) => ({ ...real()!, rules: 99 }), (_, real) => ({ ...real()!, rules: 99 })],
    });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    expect(await failedTasks(registrationId)).toBeGreaterThan(0);
  });

  it('is not ended by a cancellation', async () => {
    const registrationId = idOf('cancelled');
    entities.script(registrationId, {});
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    await handleOf(registrationId).cancel();
    await entities.operate(registrationId, asked('verify'));
    await entities.seen(registrationId, 'credential.proved');
    expect((await handleOf(registrationId).describe()).status.name).toBe('RUNNING');
  });

  async function isIdle(registrationId: string): Promise<boolean> {
    const { raw } = await handleOf(registrationId).describe();
    return raw.pendingWorkflowTask == null && (raw.pendingActivities ?? []).length === 0;
  }

  async function failedTasks(registrationId: string): Promise<number> {
    const events = await entities.history(registrationId);
    return events.filter((event) => event.workflowTaskFailedEventAttributes != null).length;
  }
});
