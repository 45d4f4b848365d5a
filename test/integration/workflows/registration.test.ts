import { randomUUID } from 'node:crypto';
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lostAnswer, rejected, stored, storedOnly } from '../../histories/recording/scripted.ts';
import { describeWith } from '../../support/describeWith.ts';
import { waitFor } from '../../support/waitFor.ts';
import { type Entities, startEntities } from './entities.ts';

const idOf = (name: string) => `clinic.app.sandbox.${name}`;
const asked = (kind: 'rotate' | 'verify') => ({ operationId: randomUUID(), kind, actor: 'key:test' });

/** A promise to be resolved from elsewhere. */
function gate(): { readonly passed: Promise<void>; open(): void; readonly reached: Promise<void>; reach(): void } {
  const passage = Promise.withResolvers<void>();
  const arrival = Promise.withResolvers<void>();
  return { passed: passage.promise, open: passage.resolve, reached: arrival.promise, reach: arrival.resolve };
}

describeWith('temporal', 'the registration entity on Temporal', ({ temporal }) => {
  let entities: Entities;
  beforeAll(async () => {
    entities = await startEntities(temporal.address);
  });
  afterAll(() => entities.close());

  /** Activities that work, in the order of this run's history. */
  async function stepsOf(registrationId: string): Promise<string[]> {
    const names = (await entities.history(registrationId)).map(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name,
    );
    return names.filter((name) => typeof name === 'string' && name !== 'record') as string[];
  }

  /** What was recorded, with the number of each event. */
  const numbered = (registrationId: string) =>
    entities.timeline(registrationId).map(({ sequence, type }) => [sequence, type]);

  it('takes an operation within one workflow task, however long its work lasts', async () => {
    const registrationId = idOf('quick');
    const held = gate();
    entities.script(registrationId, {
      update: [
        async () => {
          held.reach();
          await held.passed;
          return stored();
        },
      ],
    });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    let types: (number | null | undefined)[];
    try {
      const rotation = asked('rotate');
      expect(await entities.operate(registrationId, rotation)).toEqual({ operationId: rotation.operationId });
      await held.reached;
      const verification = asked('verify');
      expect(await entities.operate(registrationId, verification)).toEqual({ operationId: verification.operationId });
      types = (await entities.history(registrationId)).map((event) => event.eventType);
    } finally {
      held.open();
    }
    await entities.seen(registrationId, 'credential.rotated');
    expect(completedTogether(types)).toBe(2);
  });

  it('sets a secret aside that stays rejected, and probes it again before it asks for another one', async () => {
    const registrationId = idOf('set-aside');
    const probed: number[] = [];
    entities.script(registrationId, {
      update: [storedOnly, () => stored()],
      prove: [rejected],
      probeSetAside: [
        ({ setAside }) => {
          probed.push(setAside.length);
          return { good: null, probed: [] };
        },
      ],
    });
    await entities.startWith(registrationId, { setAsideLeast: 500, setAsideMost: 500 });
    await entities.seen(registrationId, 'registration.activated');
    await entities.operate(registrationId, asked('rotate'));
    await entities.seen(registrationId, 'credential.rotation-failed');
    await entities.operate(registrationId, asked('rotate'));
    await entities.seen(registrationId, 'credential.rotated');
    expect(probed).toEqual([1]);
  });

  it('never lets Temporal repeat a request', async () => {
    const registrationId = idOf('once');
    const intents: string[] = [];
    const attempts: number[] = [];
    entities.script(registrationId, {
      register: [
        ({ intentId }) => {
          intents.push(intentId);
          attempts.push(activityInfo().attempt);
          return intents.length === 1 ? lostAnswer() : stored();
        },
      ],
    });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    expect(attempts).toEqual([1, 1]);
    expect(new Set(intents).size).toBe(2);
    const types = entities.timeline(registrationId).map(({ type }) => type);
    expect(types.indexOf('request.settled')).toBeGreaterThan(types.indexOf('request.unsettled'));
  });

  it('becomes active, and rotates, on the proofs that come with its requests', async () => {
    const registrationId = idOf('proved-at-once');
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    expect(await stepsOf(registrationId)).toEqual(['onboard']);
    await entities.operate(registrationId, asked('rotate'));
    await entities.seen(registrationId, 'credential.rotated');
    expect(numbered(registrationId)).toEqual(onboardedAndRotated);
  });

  it('proves in a step of its own what comes without a proof', async () => {
    const registrationId = idOf('proved-later');
    entities.script(registrationId, { register: [storedOnly], update: [storedOnly] });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    expect(await stepsOf(registrationId)).toEqual(['onboard', 'prove']);
    await entities.operate(registrationId, asked('rotate'));
    await entities.seen(registrationId, 'credential.rotated');
    expect(numbered(registrationId)).toEqual(onboardedAndRotated);
  });

  it('starts again from the records when others wrote, tells a person, and loses no operation', async () => {
    const registrationId = idOf('conflict');
    entities.script(registrationId, { record: [() => ({ kind: 'conflict' }), () => ({ kind: 'conflict' })] });
    await entities.start(registrationId);
    await entities.seen(registrationId, 'registration.activated');
    const timeline = entities.timeline(registrationId);
    const verification = asked('verify');
    await entities.operate(registrationId, verification);
    await entities.seen(registrationId, 'credential.proved');
    expect(timeline.filter(({ reason }) => reason === 'RecordsConflict')).toHaveLength(1);
    expect(entities.row(registrationId).ended).toEqual([verification.operationId]);
    const waits = (await entities.history(registrationId)).filter((event) => event.timerFiredEventAttributes != null);
    expect(waits.length).toBeGreaterThanOrEqual(2);
  });

  it('lets a request in flight end at a shutdown, and never cancels it', async () => {
    const registrationId = idOf('shutdown');
    const held = gate();
    let cancelled: boolean | null = null;
    entities.script(registrationId, {
      register: [
        async () => {
          held.reach();
          await held.passed;
          cancelled = cancellationSignal().aborted;
          return stored();
        },
      ],
    });
    await entities.start(registrationId);
    await held.reached;
    const stopped = entities.stopWorkers();
    await waitFor(() => entities.workerStates.some((state) => /^registrar (STOPPED|FAILED)$/.test(state)), {
      what: 'the idle worker to stop',
    });
    held.open();
    await stopped;
    expect(cancelled).toBe(false);
    const events = await entities.history(registrationId);
    const scheduled = events.find(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'register',
    );
    expect(
      events.some(
        (event) => String(event.activityTaskCompletedEventAttributes?.scheduledEventId) === String(scheduled?.eventId),
      ),
    ).toBe(true);
  });
});

const onboardedAndRotated = [
  'registration.discovered',
  'registration.registering',
  'registration.registered',
  'registration.activated',
  'credential.rotation-started',
  'request.settled',
  'credential.rotated',
].map((type, index) => [index + 2, type]);

const updateAccepted = 41;
const updateCompleted = 43;

/** Updates that were completed right where they were accepted, in the same workflow task. */
function completedTogether(types: readonly (number | null | undefined)[]): number {
  return types.filter((type, index) => type === updateAccepted && types[index + 1] === updateCompleted).length;
}
