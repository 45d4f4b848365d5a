import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workflowIdOf } from '../../../domain/ids.ts';
import { lostAnswer, notYet, stored, storedForever, storedOnly } from '../../histories/recording/scripted.ts';
import { describeWith } from '../../support/describeWith.ts';
import { discoveryOf } from '../../support/entity.ts';
import { waitFor } from '../../support/waitFor.ts';
import { type Entities, startEntities } from './entities.ts';

const idOf = (name: string) => `clinic.app.sandbox.${name}`;
const asked = (kind: 'rotate' | 'verify') => ({ operationId: randomUUID(), kind, actor: 'key:test' });

type Events = Awaited<ReturnType<Entities['history']>>;

const started = 1;
const taskScheduled = 5;
const taskStarted = 6;
const taskCompleted = 7;
const timerStarted = 17;

describeWith('temporal', 'rest and park', ({ temporal }) => {
  let entities: Entities;
  beforeAll(async () => {
    entities = await startEntities(temporal.address);
  });
  afterAll(() => entities.close());

  const handleOf = (registrationId: string, runId?: string) =>
    entities.client.workflow.getHandle(workflowIdOf(registrationId), runId);
  const typesOf = async (registrationId: string) =>
    (await entities.history(registrationId)).map(({ eventType }) => Number(eventType));

  /** Resolves when the newest run is a parked one: it has done nothing but begin to wait. */
  async function parked(registrationId: string, runs: number[] = [timerStarted]): Promise<void> {
    const expected = [started, taskScheduled, taskStarted, taskCompleted, ...runs];
    await waitFor(async () => JSON.stringify(await typesOf(registrationId)) === JSON.stringify(expected), {
      what: 'the entity to park',
      milliseconds: 30_000,
    });
  }

  it('continues as new after a rest, and waits for its time as the first command', async () => {
    const registrationId = idOf('parked');
    entities.script(registrationId, { register: [() => stored(9)], policy: { restFor: 300 } });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    await parked(registrationId);
    expect(entities.row(registrationId).wakes).toBe(1);
    // It wakes by itself when it is time, and parks again.
    await entities.seen(registrationId, 'credential.rotated');
    await parked(registrationId);
    expect(entities.row(registrationId).wakes).toBe(2);
  });

  it('sleeps until its turn at the server, with no word of that and no try counted', async () => {
    const registrationId = idOf('not-yet');
    entities.script(registrationId, {
      discover: [notYet, lostAnswer, () => discoveryOf()],
      register: [notYet, () => stored()],
    });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    expect(entities.timeline(registrationId).map(({ type }) => type)).toEqual([
      'step.delayed',
      'registration.discovered',
      'registration.registering',
      'registration.registered',
      'registration.activated',
    ]);
    expect(entities.row(registrationId).state).toMatchObject({ attempts: 0, attentions: [], unansweredPosts: 0 });
    const history = await entities.history(registrationId);
    const asked = history.flatMap(({ activityTaskScheduledEventAttributes: asking }) => asking ?? []);
    expect(asked.map(({ activityType }) => activityType?.name)).toEqual([
      'onboard',
      'onboard',
      'discover',
      'register',
      'register',
    ]);
    // A person waits for an onboarding, and hosts take turns.
    for (const { priority } of asked)
      expect(priority).toMatchObject({ priorityKey: 2, fairnessKey: expect.stringMatching(/^[0-9a-f]{8}$/) });
  });

  it('wakes for an operation, which its carried state judges', async () => {
    const registrationId = idOf('parked-and-asked');
    entities.script(registrationId, { policy: { restFor: 300 } });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    await parked(registrationId);
    await expect(
      entities.operate(registrationId, {
        ...asked('verify'),
        kind: 'shareClient',
        details: { holderRegistrationId: 'a.b.c.d' },
      }),
    ).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('client of its own') });
    const rotation = asked('rotate');
    await entities.operate(registrationId, rotation);
    // The same again is the same, also after the run that took it.
    await entities.seen(registrationId, 'credential.rotated');
    await parked(registrationId);
    await entities.operate(registrationId, rotation);
    await waitFor(() => entities.row(registrationId).wakes === 3, { what: 'the entity to wake once more' });
    await parked(registrationId);
    expect(entities.timeline(registrationId).filter(({ type }) => type === 'credential.rotated')).toHaveLength(1);
  });

  it('parks without a timer when only an operation can go on', async () => {
    const registrationId = idOf('parked-for-a-person');
    entities.script(registrationId, {
      policy: { restFor: 300 },
      config: { environment: 'production', environmentClass: 'production', method: 'dynamic' },
    });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.awaiting-token');
    await parked(registrationId, entities.row(registrationId).wakeAt === null ? [] : [timerStarted]);
  });

  it.each([
    ['without a timer', 'forgotten-without-timer', 'storedForever', []],
    ['with a timer', 'forgotten-with-timer', 'stored', [timerStarted]],
  ] as const)(
    'wakes for an operation at workers that do not know the run: parked %s',
    async (_how, name, how, timer) => {
      const registrationId = idOf(name);
      const register = { stored, storedForever }[how];
      entities.script(registrationId, { policy: { restFor: 300 }, register: [() => register()] });
      await entities.start(registrationId);
      await entities.seen(registrationId, 'registration.activated');
      await parked(registrationId, [...timer]);
      await entities.restartWorkers();
      await entities.operate(registrationId, { ...asked('verify'), kind: 'suspend' });
      await entities.seen(registrationId, 'registration.suspended');
    },
  );

  it('goes by the policy of the release, read at each wake, and follows what an operator changed', async () => {
    const registrationId = idOf('refreshed');
    entities.script(registrationId, { policy: { restFor: 300 } });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    await parked(registrationId);
    entities.script(registrationId, { policy: { restFor: 300 }, config: { rotationPolicy: { maxAge: 'P30D' } } });
    await entities.refresh(registrationId);
    await entities.seen(registrationId, 'registration.metadata-changed');
    expect(entities.timeline(registrationId).at(-1)).toMatchObject({ reason: 'PoliciesFollowed' });
    await parked(registrationId);
  });

  it('is not stopped by a time that the history of an older release does not know', async () => {
    const registrationId = idOf('policy-of-before');
    entities.script(registrationId, {
      wake: [
        (_, real) => {
          const woken = real()!;
          const { restFor: _restFor, discoveryInterval: _interval, ...policy } = woken.policy;
          return { ...woken, policy: policy as typeof woken.policy };
        },
      ],
    });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    await waitFor(async () => (await typesOf(registrationId)).includes(timerStarted), { what: 'the entity to rest' });
    expect(entities.row(registrationId).wakeAt).toEqual(expect.any(Number));
  });

  it('continues as new once a run has sixty events, whatever it is at', async () => {
    const registrationId = idOf('many-steps');
    entities.script(registrationId, {
      discover: [...Array.from({ length: 12 }, () => lostAnswer), () => discoveryOf()],
      policy: { retryInitial: 10, retryMaximum: 10 },
      register: [storedOnly],
    });
    await entities.start(registrationId);
    const first = (await handleOf(registrationId).describe()).runId;
    await entities.seen(registrationId, 'step.delayed', 12);
    const lengths: number[] = [];
    let runId: string | null | undefined = first;
    while (runId) {
      const events: Events = (await handleOf(registrationId, runId).fetchHistory()).events ?? [];
      lengths.push(events.length);
      runId = events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    }
    expect(lengths.length).toBeGreaterThan(1);
    for (const length of lengths) expect(length).toBeLessThan(80);
    const sequences = entities.timeline(registrationId).map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 2));
  });
});
