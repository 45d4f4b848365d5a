import { describe, expect, it } from 'vitest';
import { anAnswer, aToken, everything, type Fixture, oneRegistration } from '../fixture.ts';

export function intentSuite(fixture: () => Fixture): void {
  describe('intents', () => {
    async function anIntent(kind: 'register' | 'update' = 'register') {
      const view = await oneRegistration(fixture());
      return {
        intentId: crypto.randomUUID(),
        registrationId: view.registrationId,
        operationId: crypto.randomUUID(),
        kind,
        endpoint: 'https://as.example/register',
        clientName: 'Growth Chart',
        clientId: kind === 'update' ? 'client-1' : null,
      };
    }
    const orphansOf = async (registrationId: string) => {
      const visibility = { tenantIds: [registrationId.split('.')[0]!], applicationIds: null };
      return (await fixture().records.orphans(visibility, { limit: 10 })).items;
    };

    it('goes from prepared to settled', async () => {
      const { records, clock } = fixture();
      const given = await anIntent();
      const { registrationId, intentId } = given;
      expect(await records.prepareIntent(given)).toEqual({
        ...given,
        metadata: null,
        state: 'prepared',
        fence: 1,
        preparedAt: clock.now(),
        sendingAt: null,
        answeredAt: null,
        settlement: null,
        answerBy: null,
        spooledAtInstance: null,
        outcome: null,
      });
      expect((await records.entityStart(registrationId))?.unsettled?.intentId).toBe(intentId);
      expect(await records.markSending(intentId, 1, 30_000)).toBe(true);
      expect(await records.readAnswer(intentId)).toBeNull();
      const answer = anAnswer('secret-1');
      const token = aToken('rat-1');
      expect(await records.storeAnswer(intentId, 1, answer, token, registrationId)).toBe('stored');
      expect(await records.intent(intentId)).toMatchObject({ state: 'answered', answeredAt: clock.now() });
      expect(await records.readAnswer(intentId)).toEqual(answer);
      expect(await records.managementTokens(registrationId)).toEqual([token]);
      expect(await records.settleIntent(intentId, 'applied', { kind: 'unchanged' })).toBe(true);
      expect(await records.settleIntent(intentId, 'refused', { kind: 'other' })).toBe(false);
      expect(await records.intent(intentId)).toMatchObject({
        state: 'settled',
        settlement: 'applied',
        outcome: { kind: 'unchanged' },
      });
      expect(await records.readAnswer(intentId)).toBeNull();
      expect(await records.managementTokens(registrationId)).toEqual([token]);
      expect((await records.entityStart(registrationId))?.unsettled).toBeNull();
    });

    it.each([
      ['register', 'registering', {}, true],
      ['register', 'suspended', {}, false],
      ['register', 'retiring', {}, false],
      ['delete', 'retiring', {}, true],
      ['read', 'retiring', {}, true],
      ['update', 'retired', {}, false],
      ['register', 'registering', { stepEndsIn: 60_000 }, true],
      ['register', 'registering', { stepEndsIn: -1 }, false],
      ['register', 'registering', { decidedAt: 1 }, true],
      ['register', 'registering', { decidedAt: 2 }, false],
      ['delete', 'retiring', { decidedAt: 2 }, false],
      ['register', 'registering', { incarnation: 1 }, true],
      ['register', 'registering', { incarnation: 2 }, false],
    ] as const)('a request of kind %s of a registration that is %s, decided as %j, may be sent: %s', async (...row) => {
      const [kind, phase, decided, sent] = row;
      const { records, db } = fixture();
      const given = { ...(await anIntent()), kind, ...decided };
      await db
        .updateTable('registrations')
        .set({ phase })
        .where('registration_id', '=', given.registrationId)
        .execute();
      await records.prepareIntent(given);
      expect(await records.markSending(given.intentId, 1, 30_000)).toBe(sent);
      const remaining = await records.answerAwaited(given.intentId, 60_000);
      if (sent) expect(Math.round(remaining / 10_000)).toBe(9);
    });

    it('lists what is open under a prefix, the oldest first', async () => {
      const { records, clock } = fixture();
      const prefix = `keycloak/${crypto.randomUUID()}/`;
      const open = async (name: string) => {
        const given = { ...(await anIntent()), registrationId: `${prefix}${name}` };
        await records.prepareIntent(given);
        clock.move(1000);
        return given.intentId;
      };
      const [first, second, settled] = [await open('ä/b'), await open('a'), await open('z')];
      await records.prepareIntent({ ...(await anIntent()), registrationId: `${prefix.slice(0, -1)}0` });
      await records.settleIntent(settled, 'not-sent', null);
      const listed = async (before: number, limit = 10) =>
        (await records.openIntents({ prefix, before, limit })).map(({ intentId }) => intentId);
      clock.move(1000);
      expect(await listed(clock.now())).toEqual([first, second]);
      expect(await listed(clock.now(), 1)).toEqual([first]);
      expect(await listed(clock.now() - 3000)).toEqual([first]);
    });

    it('lets exactly one of two senders send', async () => {
      const { records } = fixture();
      const { intentId } = await records.prepareIntent(await anIntent());
      const outcomes = await Promise.all([
        records.markSending(intentId, 1, 30_000),
        records.markSending(intentId, 1, 30_000),
      ]);
      expect(outcomes.toSorted()).toEqual([false, true]);
    });

    it('fences off whoever prepared before', async () => {
      const { records } = fixture();
      const given = await anIntent();
      await records.prepareIntent(given);
      expect(await records.prepareIntent(given)).toMatchObject({ state: 'prepared', fence: 2 });
      expect(await records.markSending(given.intentId, 1, 30_000)).toBe(false);
      expect(await records.markSending(given.intentId, 2, 30_000)).toBe(true);
    });

    it('shows a later try that the request may be on its way', async () => {
      const { records } = fixture();
      const given = await anIntent();
      await records.prepareIntent(given);
      await records.markSending(given.intentId, 1, 30_000);
      expect(await records.prepareIntent(given)).toMatchObject({ state: 'sending', fence: 1 });
      expect(await records.markSending(given.intentId, 1, 30_000)).toBe(false);
    });

    it('gives tries that start together different fences', async () => {
      const { records } = fixture();
      const given = await anIntent();
      const prepared = await Promise.all(Array.from({ length: 8 }, () => records.prepareIntent(given)));
      expect(prepared.map(({ fence }) => fence).toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    });

    it('allows one unsettled request per registration', async () => {
      const { records } = fixture();
      const first = await anIntent();
      const second = { ...first, intentId: crypto.randomUUID() };
      const outcomes = await Promise.allSettled([records.prepareIntent(first), records.prepareIntent(second)]);
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'open-intent' } });
      const [winner, loser] = outcomes[0]?.status === 'fulfilled' ? [first, second] : [second, first];
      await records.settleIntent(winner.intentId, 'not-sent', null);
      expect(await records.prepareIntent(loser)).toMatchObject({ state: 'prepared', fence: 1 });
    });

    it('refuses an intent of another registration', async () => {
      const { records } = fixture();
      const first = await records.prepareIntent(await anIntent());
      const other = { ...(await anIntent()), intentId: first.intentId };
      await expect(records.prepareIntent(other)).rejects.toMatchObject({ code: 'exists' });
      expect(await records.intent(first.intentId)).toEqual(first);
    });

    it('keeps an answer that came after settlement as an orphan with its token', async () => {
      const { records, db, keyring } = fixture();
      const given = await anIntent();
      await records.prepareIntent(given);
      await records.markSending(given.intentId, 1, 30_000);
      await records.settleIntent(given.intentId, 'unanswered', null);
      const answer = anAnswer('late-secret', 'late-client');
      const token = aToken('late-rat', { clientId: 'late-client' });
      expect(await records.storeAnswer(given.intentId, 1, answer, token, given.registrationId)).toBe('late');
      expect(await records.storeAnswer(given.intentId, 1, answer, token)).toBe('late');
      expect(await orphansOf(given.registrationId)).toEqual([
        {
          orphanId: `${given.intentId}-1`,
          registrationId: given.registrationId,
          tokenEndpoint: null,
          registrationEndpoint: given.endpoint,
          clientId: 'late-client',
          clientName: given.clientName,
          reason: 'AnswerLate',
          since: '2026-11-21T09:00:02.000Z',
          hasManagementToken: true,
        },
      ]);
      const row = await db
        .selectFrom('orphans')
        .selectAll()
        .where('registration_id', '=', given.registrationId)
        .executeTakeFirstOrThrow();
      const opened = keyring.sealer('escrow').open(row.sealed_token!, ['orphans.token', row.orphan_id]);
      expect(JSON.parse(Buffer.from(opened).toString())).toEqual(token);
      expect(await records.intent(given.intentId)).toMatchObject({ state: 'settled', settlement: 'unanswered' });
      expect(await records.managementTokens(given.registrationId)).toEqual([]);
    });

    it('keeps an answer of a fenced-off try as an orphan, without a token too', async () => {
      const { records } = fixture();
      const given = await anIntent();
      await records.prepareIntent(given);
      await records.prepareIntent(given);
      expect(await records.storeAnswer(given.intentId, 1, anAnswer('s', 'c-9'), null)).toBe('late');
      expect(await orphansOf(given.registrationId)).toMatchObject([{ clientId: 'c-9', hasManagementToken: false }]);
      expect(await records.intent(given.intentId)).toMatchObject({ state: 'prepared', fence: 2 });
    });

    it('journals the token of a late update, which belongs to the client in use', async () => {
      const { records } = fixture();
      const given = await anIntent('update');
      await records.prepareIntent(given);
      await records.markSending(given.intentId, 1, 30_000);
      await records.settleIntent(given.intentId, 'unanswered', null);
      expect(await records.storeAnswer(given.intentId, 1, anAnswer('s'), aToken('rat-2'))).toBe('late');
      expect(await records.managementTokens(given.registrationId)).toMatchObject([{ token: 'rat-2' }]);
    });

    it('stores an answer without a token, for a caller that does not know the registration too', async () => {
      const { records } = fixture();
      const given = await anIntent();
      await records.prepareIntent(given);
      await records.markSending(given.intentId, 1, 30_000);
      expect(await records.storeAnswer(given.intentId, 1, anAnswer('s'), null)).toBe('stored');
      expect(await records.readAnswer(given.intentId)).toEqual(anAnswer('s'));
      expect(await records.managementTokens(given.registrationId)).toEqual([]);
    });

    it('makes a token that comes again with an answer the newest', async () => {
      const { records } = fixture();
      const given = await anIntent();
      const [old, other] = [aToken('rat-1'), aToken('rat-2')];
      await records.journalManagementToken(given.registrationId, old);
      await records.journalManagementToken(given.registrationId, { ...other, receivedAt: old.receivedAt + 1 });
      await records.prepareIntent(given);
      await records.markSending(given.intentId, 1, 30_000);
      const again = { ...old, receivedAt: old.receivedAt + 2 };
      await records.storeAnswer(given.intentId, 1, anAnswer('s'), again, given.registrationId);
      const journal = await records.managementTokens(given.registrationId);
      expect(journal.map(({ token }) => token)).toEqual(['rat-1', 'rat-2']);
      expect(journal[0]).toEqual(again);
    });

    it('recognises an answer that it stored before, settled or not', async () => {
      const { records } = fixture();
      const given = await anIntent();
      await records.prepareIntent(given);
      await records.markSending(given.intentId, 1, 30_000);
      const store = () => records.storeAnswer(given.intentId, 1, anAnswer('again'), aToken('rat'));
      expect(await store()).toBe('stored');
      expect(await store()).toBe('stored');
      await records.settleIntent(given.intentId, 'applied', null);
      expect(await store()).toBe('stored');
      expect(await orphansOf(given.registrationId)).toEqual([]);
    });

    it('refuses an answer to a request that nobody prepared', async () => {
      const unknown = fixture().records.storeAnswer(crypto.randomUUID(), 1, anAnswer('s'), null);
      await expect(unknown).rejects.toMatchObject({ code: 'not-found' });
    });

    it('lists an orphan once, with visibility', async () => {
      const { records } = fixture();
      const { registrationId, tenantId } = await oneRegistration(fixture());
      const orphan = {
        orphanId: crypto.randomUUID(),
        registrationId,
        tokenEndpoint: 'https://as.example/token',
        registrationEndpoint: 'https://as.example/register',
        clientId: null,
        clientName: 'Growth Chart',
        reason: 'InitialAccessTokenSpent',
        since: 0,
        token: null,
      } as const;
      await records.addOrphan(orphan);
      await records.addOrphan({ ...orphan, clientName: 'other' });
      const { token: _, ...rest } = orphan;
      expect(await orphansOf(registrationId)).toEqual([
        { ...rest, since: '1970-01-01T00:00:00.000Z', hasManagementToken: false },
      ]);
      const others = { ...everything, applicationIds: ['somebody-else'] };
      const seen = await records.orphans({ ...others, tenantIds: [tenantId] }, { limit: 10 });
      expect(seen.items).toEqual([]);
    });
  });
}
