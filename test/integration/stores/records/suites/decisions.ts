import { describe, expect, it } from 'vitest';
import type { OperationRequest } from '../../../../../domain/operations/request.ts';
import type { Decision } from '../../../../../domain/ports/entityState.ts';
import { setCondition } from '../../../../../domain/registration/conditions.ts';
import type { RegistrationView } from '../../../../../domain/registration/view.ts';
import { everything, type Fixture, nextEvent, onboard, oneRegistration } from '../fixture.ts';

export function decisionSuite(fixture: () => Fixture): void {
  describe('what entities record', () => {
    const shown = (view: RegistrationView) => fixture().records.registration(view.registrationId, everything);
    const timeline = async (view: RegistrationView) =>
      (await fixture().records.events(view.registrationId, { limit: 50 })).items;

    it('writes event and projection together', async () => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const conditions = setCondition(
        view.conditions,
        { type: 'NeedsAttention', status: 'True', reason: 'DiscoveryFailed', message: 'No document.' },
        '2026-11-21T09:00:01.000Z',
      );
      const operationId = crypto.randomUUID();
      await records.recordTransition(
        nextEvent(
          view,
          { phase: 'awaiting_token', conditions },
          { actor: 'key:k1', reason: 'DiscoveryFailed', operationId },
        ),
      );
      expect(await shown(view)).toEqual({ ...view, phase: 'awaiting_token', conditions, sequence: 2 });
      const [newest, first] = await timeline(view);
      expect(newest).toMatchObject({
        sequence: 2,
        at: '2026-11-21T09:00:01.000Z',
        type: 'registration.phase-changed',
        registrationId: view.registrationId,
        actor: 'key:k1',
        reason: 'DiscoveryFailed',
        message: 'The phase changed.',
        operationId,
        changes: { phase: { from: 'discovering', to: 'awaiting_token' } },
      });
      expect(first).toMatchObject({ sequence: 1, type: 'registration.created', actor: 'key:test' });
      const filter = { tenantId: view.tenantId, needsAttention: true, phase: 'awaiting_token' };
      expect((await records.registrations(filter, everything, { limit: 5 })).items).toHaveLength(1);
    });

    it('keeps the method that a registration came to, for an entity that starts anew', async () => {
      const { records } = fixture();
      const view = await oneRegistration(fixture(), { method: 'manual' });
      await records.recordTransition(nextEvent(view, { method: 'dynamic' }));
      expect((await records.entityStart(view.registrationId))?.config.method).toBe('dynamic');
    });

    const states = () =>
      fixture().db.selectFrom('registrations').select(['state', 'rules', 'wake_at', 'sequence', 'view']);
    const rowOf = ({ registrationId }: RegistrationView) =>
      states().where('registration_id', '=', registrationId).executeTakeFirstOrThrow();
    /** The registration is this chain's, and was decided on as it is. */
    async function decisionOn(view: RegistrationView, changes: Partial<Decision> = {}): Promise<Decision> {
      const { registrationId, sequence } = view;
      await fixture().records.claim({ registrationId, incarnation: null, chain: 'chain-a' });
      const state = { schemaVersion: 2, registrationId, sequence: sequence + 1 };
      return {
        registrationId,
        incarnation: 1,
        chain: 'chain-a',
        afterSequence: sequence,
        transitions: [nextEvent(view, { phase: 'registering' })],
        state,
        rules: 1,
        wakeAt: Date.parse('2026-11-22T09:00:00.000Z'),
        endedOperations: [],
        ...changes,
      };
    }

    it('writes all transitions of a decision, the projection and the state as one', async () => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const first = { ...nextEvent(view), type: 'registration.discovered' as const, view: null };
      const last = nextEvent({ ...view, sequence: 2 }, { phase: 'registering' });
      const decision = await decisionOn(view, { transitions: [first, last] });
      expect(await records.recordDecision(decision)).toEqual({ kind: 'recorded' });
      expect(await shown(view)).toMatchObject({ phase: 'registering', sequence: 3 });
      expect(await timeline(view)).toHaveLength(3);
      expect(await rowOf(view)).toMatchObject({ state: decision.state, rules: 1, sequence: 3 });
      expect((await rowOf(view)).wake_at?.getTime()).toBe(decision.wakeAt);
      expect(await records.standing(view.registrationId)).toEqual({
        decidedAt: 3,
        incarnation: 1,
        fhirBaseUrl: view.fhirBaseUrl,
      });
    });

    it('moves the state alone where nothing is told', async () => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const state = { schemaVersion: 2, discoveredAt: 1 };
      expect(await records.recordDecision(await decisionOn(view, { transitions: [], state, wakeAt: null }))).toEqual({
        kind: 'recorded',
      });
      expect(await rowOf(view)).toMatchObject({ state, wake_at: null, sequence: 1, view });
      expect(await timeline(view)).toHaveLength(1);
    });

    it('answers what is recorded when the same chain of runs decides a second time, and writes nothing', async () => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const decision = await decisionOn(view);
      await records.recordDecision(decision);
      const position = await records.lastPosition();
      const otherwise = {
        ...decision,
        state: { schemaVersion: 2, registrationId: 'other' },
        transitions: [nextEvent(view, { phase: 'suspended' }, { message: 'Decided at another time.' })],
      };
      for (const again of [structuredClone(decision), otherwise, { ...otherwise, transitions: [] }])
        expect(await records.recordDecision(again)).toEqual({ kind: 'taken', state: decision.state, sequence: 2 });
      expect(await records.lastPosition()).toBe(position);
      expect(await rowOf(view)).toMatchObject({ state: decision.state, sequence: 2 });
    });

    it.each<[string, Partial<Decision>]>([
      ['another chain of runs wrote', { chain: 'chain-b' }],
      ['the registration has another life', { incarnation: 2 }],
      ['the records are older than the entity', { afterSequence: 5 }],
      ['there is no such registration', { registrationId: 'nobody.app.production.main' }],
    ])('refuses a decision when %s', async (_, changes) => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const decision = await decisionOn(view, changes);
      expect(await records.recordDecision(decision)).toEqual({ kind: 'conflict' });
      expect(await rowOf(view)).toMatchObject({ state: null, sequence: 1 });
      expect(await timeline(view)).toHaveLength(1);
    });

    it('takes decisions that arrive together in their order, each on the one before', async () => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const second = await decisionOn(view);
      const third = {
        ...second,
        afterSequence: 2,
        transitions: [nextEvent({ ...view, sequence: 2 }, { phase: 'verifying' })],
        state: { schemaVersion: 2, third: true },
      };
      const answers = await Promise.all([second, third, second].map((one) => records.recordDecision(one)));
      expect(answers.map(({ kind }) => kind)).toEqual(['recorded', 'recorded', 'taken']);
      expect(await shown(view)).toMatchObject({ phase: 'verifying', sequence: 3 });
      expect(await rowOf(view)).toMatchObject({ state: { third: true } });
    });

    it('refuses a state of more than 64 kB', async () => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const state = { schemaVersion: 2, text: 'ä'.repeat(33_000) };
      await expect(records.recordDecision(await decisionOn(view, { state }))).rejects.toMatchObject({ code: 'failed' });
      expect(await rowOf(view)).toMatchObject({ state: null, sequence: 1 });
    });

    describe('claim', () => {
      it('makes a chain the one that writes, ends the start request, and tells who wrote before', async () => {
        const { records } = fixture();
        const view = await oneRegistration(fixture());
        const { registrationId } = view;
        expect(await records.unstarted(1000)).toContain(registrationId);
        const decision = await decisionOn(view);
        await records.recordDecision(decision);
        expect(await records.unstarted(1000)).not.toContain(registrationId);
        const claimed = await records.claim({ registrationId, incarnation: 1, chain: 'chain-b' });
        expect(claimed).toMatchObject({
          incarnation: 1,
          sequence: 2,
          state: decision.state,
          chain: 'chain-a',
          rules: 1,
          wakeAt: decision.wakeAt,
          view: { phase: 'registering', sequence: 2 },
        });
        expect(await records.recordDecision({ ...decision, afterSequence: 2 })).toEqual({ kind: 'conflict' });
        expect(await records.claim({ registrationId, incarnation: null, chain: 'chain-b' })).toMatchObject({
          chain: 'chain-b',
        });
      });

      it('refuses another life and what does not exist, and changes nothing', async () => {
        const { records } = fixture();
        const { registrationId } = await oneRegistration(fixture());
        expect(await records.claim({ registrationId, incarnation: 2, chain: 'chain-b' })).toBeNull();
        expect(await records.claim({ registrationId: 'nobody', incarnation: null, chain: 'chain-b' })).toBeNull();
        expect(await records.unstarted(1000)).toContain(registrationId);
      });
    });

    describe('operations', () => {
      const anOperation = (): OperationRequest => ({
        operationId: crypto.randomUUID(),
        kind: 'verify',
        actor: 'key:k1',
      });
      const undelivered = async () =>
        (await fixture().records.undeliveredOperations(1000)).map(({ operation }) => operation.operationId);

      it('are open until the transition that ends them', async () => {
        const { records, clock } = fixture();
        const view = await oneRegistration(fixture());
        const { registrationId } = view;
        const [one, other] = [anOperation(), { ...anOperation(), reason: 'because' }];
        await records.addOperation(registrationId, one);
        clock.move(1);
        await records.addOperation(registrationId, other);
        await records.addOperation(registrationId, other);
        expect(await records.openOperations(registrationId)).toEqual([one, other]);
        await records.recordDecision(await decisionOn(view, { endedOperations: [one.operationId] }));
        expect(await records.openOperations(registrationId)).toEqual([other]);
        const ended = await fixture()
          .db.selectFrom('operations')
          .select(['ended_sequence', 'ended_at'])
          .where('operation_id', '=', one.operationId)
          .executeTakeFirst();
        expect(ended).toEqual({ ended_sequence: 2, ended_at: new Date(clock.now()) });
      });

      it('are handed over by others when whoever took them died', async () => {
        const { records, clock } = fixture();
        const { registrationId } = await oneRegistration(fixture());
        const [lost, taken, dropped] = [anOperation(), anOperation(), anOperation()];
        for (const operation of [lost, taken, dropped]) await records.addOperation(registrationId, operation);
        await records.acceptOperation(taken.operationId);
        await records.dropOperation(dropped.operationId);
        expect(await undelivered()).not.toContain(lost.operationId);
        clock.move(30_000);
        const waiting = await undelivered();
        expect(waiting).toContain(lost.operationId);
        for (const { operationId } of [taken, dropped]) expect(waiting).not.toContain(operationId);
        const open = (await records.openOperations(registrationId)).map(({ operationId }) => operationId);
        expect(open.toSorted()).toEqual([lost.operationId, taken.operationId].toSorted());
        await records.dropOperation(taken.operationId);
        expect(await records.openOperations(registrationId)).toHaveLength(2);
      });

      it('keep the secret that entered with them for as long as they are to be handed over', async () => {
        const { records, clock } = fixture();
        const { registrationId } = await oneRegistration(fixture());
        const operation = anOperation();
        const { operationId } = operation;
        await records.putEnteringSecret({ operationId, registrationId, kind: 'credential', value: 'a-secret' });
        await records.addOperation(registrationId, operation);
        clock.move(2 * 3_600_000);
        await records.sweepEnteringSecrets();
        expect(await records.claimEnteringSecret(operationId, registrationId)).toBe('a-secret');
      });

      it('claim the secret that entered with them once they are accepted', async () => {
        const { records, clock } = fixture();
        const { registrationId } = await oneRegistration(fixture());
        const operation = anOperation();
        const { operationId } = operation;
        await records.putEnteringSecret({ operationId, registrationId, kind: 'credential', value: 'a-secret' });
        await records.addOperation(registrationId, operation);
        await records.acceptOperation(operationId);
        clock.move(2 * 3_600_000);
        await records.sweepEnteringSecrets();
        expect(await records.claimEnteringSecret(operationId, registrationId)).toBe('a-secret');
      });

      it('need a registration', async () => {
        await expect(fixture().records.addOperation('nobody', anOperation())).rejects.toMatchObject({
          code: 'not-found',
        });
      });
    });

    it('does not let a bad transition fail its neighbours', async () => {
      const { records } = fixture();
      const { views } = await onboard(fixture(), { endpointId: 'one' }, { endpointId: 'two' }, { endpointId: 'three' });
      const [one, two, three] = views.map((view) => nextEvent(view, { phase: 'registering' })) as [
        ReturnType<typeof nextEvent>,
        ReturnType<typeof nextEvent>,
        ReturnType<typeof nextEvent>,
      ];
      // 2^31 does not fit the column, which only the database notices.
      const bad = { ...two, view: { ...two.view, desiredRevision: 2 ** 31 } };
      const outcomes = await Promise.allSettled([one, bad, three].map((item) => records.recordTransition(item)));
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(outcomes[1]).toMatchObject({ reason: { name: 'RecordsError', code: 'failed' } });
      expect(await timeline(two.view)).toHaveLength(1);
      await records.recordTransition(two);
      expect(await timeline(two.view)).toHaveLength(2);
    });

    it('records text that PostgreSQL cannot hold, and recognises it again', async () => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const odd = 'a\u0000b\ud800c';
      const transition = nextEvent(
        view,
        { fhirBaseUrl: odd },
        { message: odd, changes: { text: { from: odd, to: null } } },
      );
      await records.recordTransition(transition);
      await records.recordTransition(transition);
      const [event] = await timeline(view);
      expect(event).toMatchObject({
        message: 'a\ufffdb\ufffdc',
        changes: { text: { from: 'a\ufffdb\ufffdc', to: null } },
      });
    });

    it('keeps an expiry that cannot be sorted in the view only', async () => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const credential = {
        clientId: 'c',
        authMethod: 'client_secret_basic',
        ref: { store: 'database', name: 'n', versionId: 'v' },
        issuedAt: '2026-11-21T09:00:00.000Z',
        expiresAt: '+123456-01-01T00:00:00.000Z',
        expiryKnown: true,
        clientExpiresAt: null,
        rotationDueAt: 'never',
        strategy: 'update',
        provedAt: null,
      } as const;
      await records.recordTransition(nextEvent(view, { credential }));
      expect(await shown(view)).toMatchObject({ credential: { expiresAt: '+123456-01-01T00:00:00.000Z' } });
    });
  });
}
