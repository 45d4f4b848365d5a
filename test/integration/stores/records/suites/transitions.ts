import { describe, expect, it } from 'vitest';
import { setCondition } from '../../../../../domain/registration/conditions.ts';
import type { RegistrationView } from '../../../../../domain/registration/view.ts';
import { everything, type Fixture, nextEvent, onboard, oneRegistration } from '../fixture.ts';

export function transitionSuite(fixture: () => Fixture): void {
  describe('recordTransition', () => {
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

    it('takes the same transition again without another event', async () => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const transition = nextEvent(view, { phase: 'registering' });
      await records.recordTransition(transition);
      const position = await records.lastPosition();
      await records.recordTransition(structuredClone(transition));
      expect(await records.lastPosition()).toBe(position);
      expect(await timeline(view)).toHaveLength(2);
    });

    it.each([
      ['another message', { message: 'Something else.' }],
      ['another actor', { actor: 'key:other' }],
      ['another time', { at: '2026-11-21T09:00:01.001Z' }],
    ])('refuses the same sequence with %s', async (_, event) => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      await records.recordTransition(nextEvent(view));
      await expect(records.recordTransition(nextEvent(view, {}, event))).rejects.toMatchObject({
        code: 'sequence-conflict',
      });
      expect(await timeline(view)).toHaveLength(2);
    });

    it('refuses the same sequence with another projection', async () => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const transition = nextEvent(view, { phase: 'registering' });
      await records.recordTransition(transition);
      const other = { ...transition, view: { ...transition.view, credentialHealth: 'expired' as const } };
      await expect(records.recordTransition(other)).rejects.toMatchObject({ code: 'sequence-conflict' });
      expect(await shown(view)).toMatchObject({ credentialHealth: 'none' });
    });

    it('refuses a gap and an unknown registration', async () => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const gap = nextEvent({ ...view, sequence: 2 });
      await expect(records.recordTransition(gap)).rejects.toMatchObject({ code: 'sequence-conflict' });
      const unknown = { ...nextEvent(view), registrationId: 'nobody.app.production.main' };
      await expect(records.recordTransition(unknown)).rejects.toMatchObject({ code: 'not-found' });
    });

    it('never lets an older event overwrite a newer projection', async () => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const second = nextEvent(view, { phase: 'registering' });
      const third = nextEvent(second.view, { phase: 'active' });
      await records.recordTransition(second);
      await records.recordTransition(third);
      await records.recordTransition(second);
      expect(await shown(view)).toMatchObject({ phase: 'active', sequence: 3 });
    });

    it('takes transitions of one registration that arrive together, in their order', async () => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const second = nextEvent(view, { phase: 'registering' });
      const third = nextEvent(second.view, { phase: 'verifying' });
      const conflict = nextEvent(second.view, { phase: 'suspended' });
      const outcomes = await Promise.allSettled(
        [second, third, second, conflict].map((transition) => records.recordTransition(transition)),
      );
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
      expect(await shown(view)).toMatchObject({ phase: 'verifying', sequence: 3 });
    });

    it.each(['together', 'apart'])('shows nothing of a decision before its last event is there, %s', async (how) => {
      const { records } = fixture();
      const view = await oneRegistration(fixture());
      const first = { ...nextEvent(view), type: 'registration.discovered' as const, view: null };
      const last = nextEvent({ ...view, sequence: 2 }, { phase: 'registering' });
      if (how === 'apart') {
        await records.recordTransition(first);
        expect(await shown(view)).toMatchObject({ phase: view.phase });
        expect((await records.entityStart(view.registrationId))?.sequence).toBe(2);
      }
      await Promise.all([first, last].map((transition) => records.recordTransition(transition)));
      expect(await shown(view)).toMatchObject({ phase: 'registering', sequence: 3 });
      expect(await timeline(view)).toHaveLength(3);
      await records.recordTransition(first);
      await expect(records.recordTransition({ ...first, message: 'Other.' })).rejects.toMatchObject({
        code: 'sequence-conflict',
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
