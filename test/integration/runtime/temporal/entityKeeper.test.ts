import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workflowIdOf } from '../../../../domain/ids.ts';
import { workflowTaskQueue } from '../../../../domain/ports/activities.ts';
import { createEntityKeeper } from '../../../../runtime/temporal/entityKeeper.ts';
import { describeWith } from '../../../support/describeWith.ts';
import { waitFor } from '../../../support/waitFor.ts';
import { type Entities, startEntities } from '../../workflows/entities.ts';

const idOf = (name: string) => `clinic.app.sandbox.${name}`;

describeWith('temporal', 'entities that are looked after on Temporal', ({ temporal }) => {
  let entities: Entities;
  beforeAll(async () => {
    entities = await startEntities(temporal.address);
  });
  afterAll(() => entities.close());

  const keeper = () => createEntityKeeper(entities.client, entities);
  const handleOf = (registrationId: string) => entities.client.workflow.getHandle(workflowIdOf(registrationId));
  const runOf = async (registrationId: string) => (await handleOf(registrationId).describe()).runId;

  async function active(name: string): Promise<string> {
    const registrationId = idOf(name);
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    return registrationId;
  }

  it('leaves one that runs alone', async () => {
    const registrationId = await active('runs');
    const run = await runOf(registrationId);
    expect(await keeper().keep(registrationId)).toBe('running');
    expect(await runOf(registrationId)).toBe(run);
  });

  it('lets one that sleeps read its record again, in the run that there is', async () => {
    const registrationId = await active('sleeps');
    const run = await runOf(registrationId);
    // Local activities leave markers: an entity that rests does nothing of its own.
    const markers = async () =>
      (await entities.history(registrationId)).filter((event) => event.markerRecordedEventAttributes != null).length;
    await waitFor(
      async () => {
        const { raw } = await handleOf(registrationId).describe();
        return raw.pendingWorkflowTask == null && (raw.pendingActivities ?? []).length === 0;
      },
      { what: 'its rest' },
    );
    const before = await markers();
    await keeper().rouse(registrationId);
    await waitFor(async () => (await markers()) > before, { what: 'another look at the record' });
    expect(await runOf(registrationId)).toBe(run);
  });

  it('starts one that was terminated, and one that Temporal never heard of', async () => {
    const registrationId = await active('terminated');
    await handleOf(registrationId).terminate('by somebody');
    expect(await keeper().keep(registrationId)).toBe('started');
    expect(await keeper().keep(registrationId)).toBe('running');
    expect(await keeper().keep(idOf('unheard'))).toBe('started');
  });

  it('starts one anew whose decisions fail again and again', async () => {
    const registrationId = idOf('wedged');
    await entities.client.workflow.start('noSuchWorkflow', {
      workflowId: workflowIdOf(registrationId),
      taskQueue: workflowTaskQueue,
    });
    const wedged = await runOf(registrationId);
    const answers = new Set<string>();
    await waitFor(
      async () => {
        const answer = await keeper().keep(registrationId);
        answers.add(answer);
        return answer === 'restarted';
      },
      { what: 'three failures', milliseconds: 60_000 },
    );
    expect([...answers]).toEqual(['running', 'restarted']);
    expect(
      (await entities.client.workflow.getHandle(workflowIdOf(registrationId), wedged).describe()).status.name,
    ).toBe('TERMINATED');
    await entities.seen(registrationId, 'registration.activated');
  });

  it('leaves one alone whose decisions no worker delivered in time, as after deaths and on slow machines', async () => {
    const registrationId = idOf('slow');
    const taskQueue = `slow-${randomUUID()}`;
    const { client } = entities;
    await client.workflow.start('registration', {
      workflowId: workflowIdOf(registrationId),
      taskQueue,
      workflowTaskTimeout: '1 second',
    });
    const slow = await runOf(registrationId);
    const { namespace } = client.options;
    // A worker that takes each decision and dies.
    for (let death = 1; death <= 4; death += 1)
      await client.withDeadline(Date.now() + 60_000, () =>
        client.workflowService.pollWorkflowTaskQueue({ namespace, taskQueue: { name: taskQueue } }),
      );
    expect(await keeper().keep(registrationId)).toBe('running');
    expect(await runOf(registrationId)).toBe(slow);
    await handleOf(registrationId).terminate('by the test');
  });

  it('starts a registration that was retired, removed and added again, within retention', async () => {
    const registrationId = await active('added-again');
    await entities.operate(registrationId, { operationId: randomUUID(), kind: 'retire', actor: 'key:test' });
    await handleOf(registrationId).result();
    const ended = await runOf(registrationId);
    await entities.start(registrationId);
    expect(await runOf(registrationId)).not.toBe(ended);
  });
});
