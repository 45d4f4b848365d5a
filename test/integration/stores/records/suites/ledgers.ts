import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import {
  anAnswer,
  anApplication,
  aRegistration,
  aToken,
  type Fixture,
  onboard,
  oneRegistration,
  uniqueId,
} from '../fixture.ts';

const hour = 60 * 60 * 1000;

/** Every column of every table as text; bytes both as hexadecimal and as the characters that they spell. */
async function dump({ db }: Fixture): Promise<string> {
  const columns = await sql<{ table: string; column: string; type: string }>`
    select table_name as table, column_name as column, data_type as type
    from information_schema.columns where table_schema = current_schema()`.execute(db);
  const parts = await Promise.all(
    columns.rows.map(async ({ table, column, type }) => {
      const value =
        type === 'bytea'
          ? sql`encode(${sql.ref(column)}, 'hex') || encode(${sql.ref(column)}, 'escape')`
          : sql`${sql.ref(column)}::text`;
      const { rows } = await sql<{ text: string | null }>`select ${value} as text from ${sql.table(table)}`.execute(db);
      return rows.map(({ text }) => `${table}.${column} ${text ?? ''}`).join('\n');
    }),
  );
  return parts.join('\n');
}

export function ledgerSuite(fixture: () => Fixture): void {
  describe('discovery headers', () => {
    const headers = { 'Epic-Client-ID': 'planted-header-value-8c1d', 'X-Tenant': 'b' };

    it('come with a registration, are replaced and removed, and are sealed at rest', async () => {
      const { records } = fixture();
      const { registrationId } = await oneRegistration(fixture(), { discoveryHeaders: headers });
      expect(await records.discoveryHeaders(registrationId)).toEqual(headers);
      expect(await dump(fixture())).not.toContain(headers['Epic-Client-ID']);
      const other = { 'X-Other': 'c' };
      for (const _ of [1, 2]) await records.putDiscoveryHeaders(registrationId, other);
      expect(await records.discoveryHeaders(registrationId)).toEqual(other);
      for (const _ of [1, 2]) await records.putDiscoveryHeaders(registrationId, {});
      expect(await records.discoveryHeaders(registrationId)).toEqual({});
    });

    it('are none where none were given', async () => {
      const { records } = fixture();
      const { registrationId } = await oneRegistration(fixture());
      expect(await records.discoveryHeaders(registrationId)).toEqual({});
    });

    it('cannot be opened in the row of another registration', async () => {
      const { records, db } = fixture();
      const one = await oneRegistration(fixture(), { discoveryHeaders: headers });
      const other = await oneRegistration(fixture());
      await db
        .updateTable('discovery_headers')
        .set({ registration_id: other.registrationId })
        .where('registration_id', '=', one.registrationId)
        .execute();
      await expect(records.discoveryHeaders(other.registrationId)).rejects.toMatchObject({ code: 'failed' });
    });
  });

  describe('management tokens', () => {
    it('are journalled once each, newest first', async () => {
      const { records } = fixture();
      const { registrationId } = await oneRegistration(fixture());
      const [old, middle, newest] = [1000, 2000, 3000].map((receivedAt) =>
        aToken(`rat-${receivedAt}`, { receivedAt }),
      ) as [ReturnType<typeof aToken>, ReturnType<typeof aToken>, ReturnType<typeof aToken>];
      for (const token of [middle, old, newest, middle]) await records.journalManagementToken(registrationId, token);
      expect(await records.managementTokens(registrationId)).toEqual([newest, middle, old]);
      const again = { ...old, receivedAt: 4000 };
      await records.journalManagementToken(registrationId, again);
      await records.journalManagementToken(registrationId, old);
      expect(await records.managementTokens(registrationId)).toEqual([again, newest, middle]);
    });

    it('cannot be opened in the row of another registration', async () => {
      const { records, db } = fixture();
      const [one, other] = [await oneRegistration(fixture()), await oneRegistration(fixture())];
      await records.journalManagementToken(one.registrationId, aToken('stolen'));
      await db
        .updateTable('management_tokens')
        .set({ registration_id: other.registrationId })
        .where('registration_id', '=', one.registrationId)
        .execute();
      await expect(records.managementTokens(other.registrationId)).rejects.toMatchObject({ code: 'failed' });
    });
  });

  describe('entering secrets', () => {
    const put = async (registrationId: string, value = 'iat') => {
      const operationId = crypto.randomUUID();
      await fixture().records.putEnteringSecret({ operationId, registrationId, kind: 'initial-access-token', value });
      return operationId;
    };

    it('are claimed for good, repeatably, by their own registration only', async () => {
      const { records } = fixture();
      const { registrationId } = await oneRegistration(fixture());
      const operationId = await put(registrationId);
      expect(await records.claimEnteringSecret(operationId, 'other.app.production.main')).toBeNull();
      expect(await records.claimEnteringSecret(operationId, registrationId)).toBe('iat');
      expect(await records.claimEnteringSecret(operationId, registrationId)).toBe('iat');
      expect(await records.claimEnteringSecret(crypto.randomUUID(), registrationId)).toBeNull();
      await records.spendEnteringSecret(operationId);
      await records.spendEnteringSecret(operationId);
      expect(await records.claimEnteringSecret(operationId, registrationId)).toBeNull();
    });

    it('are not replaced under the same operation', async () => {
      const { records } = fixture();
      const { registrationId } = await oneRegistration(fixture());
      const operationId = await put(registrationId, 'first');
      await records.putEnteringSecret({ operationId, registrationId, kind: 'initial-access-token', value: 'second' });
      expect(await records.claimEnteringSecret(operationId, registrationId)).toBe('first');
    });

    it('are swept after an hour unless somebody claimed them', async () => {
      const { records, clock } = fixture();
      await records.sweepEnteringSecrets();
      const { registrationId } = await oneRegistration(fixture(), { initialAccessToken: 'given-with-it' });
      const given = (await records.entityStart(registrationId))!.initialAccessTokenRef!;
      const [claimed, unclaimed] = [await put(registrationId), await put(registrationId)];
      await records.claimEnteringSecret(claimed, registrationId);
      clock.move(hour - 1);
      expect(await records.sweepEnteringSecrets()).toBe(0);
      clock.move(1);
      expect(await records.sweepEnteringSecrets()).toBe(1);
      expect(await records.claimEnteringSecret(unclaimed, registrationId)).toBeNull();
      expect(await records.claimEnteringSecret(claimed, registrationId)).toBe('iat');
      expect(await records.claimEnteringSecret(given, registrationId)).toBe('given-with-it');
    });

    it('are known to a new entity by the newest that is not spent', async () => {
      const { records } = fixture();
      const { registrationId } = await oneRegistration(fixture());
      const ref = async () => (await records.entityStart(registrationId))?.initialAccessTokenRef;
      expect(await ref()).toBeNull();
      const [first, second] = [await put(registrationId), await put(registrationId)];
      expect(await ref()).toBe(second);
      await records.spendEnteringSecret(first);
      expect(await ref()).toBe(second);
    });

    it('are spent with those that came before them', async () => {
      const { records } = fixture();
      const { registrationId } = await oneRegistration(fixture());
      await put(registrationId);
      const second = await put(registrationId);
      const third = await put(registrationId);
      await records.spendEnteringSecret(second);
      const ref = async () => (await records.entityStart(registrationId))?.initialAccessTokenRef;
      expect(await ref()).toBe(third);
      await records.spendEnteringSecret(third);
      expect(await ref()).toBeNull();
    });
  });

  describe('probe knowledge', () => {
    it('is kept per token endpoint, method, kind of client and form; the last lesson counts', async () => {
      const { records } = fixture();
      const place = {
        tokenEndpoint: `https://as.example/${uniqueId('token')}`,
        authMethod: 'client_secret_basic',
        grant: 'authorization_code',
      } as const;
      expect(await records.probeKnowledge(place)).toEqual({});
      const lesson = { controlDiffers: true, controlAnswer: '401 invalid_client', learnedAt: 1000 };
      await records.learnProbe(place, 'authorization_code', lesson);
      expect(await records.probeKnowledge(place)).toEqual({ authorization_code: lesson });
      expect(await records.probeKnowledge({ ...place, authMethod: 'client_secret_post' })).toEqual({});
      expect(await records.probeKnowledge({ ...place, grant: 'client_credentials' })).toEqual({});
      const newer = { controlDiffers: false, controlAnswer: '400 invalid_grant', learnedAt: 2000 };
      await records.learnProbe(place, 'authorization_code', newer);
      await records.learnProbe(place, 'refresh_token', lesson);
      expect(await records.probeKnowledge(place)).toEqual({ authorization_code: newer, refresh_token: lesson });
    });
  });

  describe('failed authentications', () => {
    it('are counted per client and purpose, and forgotten together', async () => {
      const { records } = fixture();
      const client = { tokenEndpoint: `https://as.example/${uniqueId('token')}`, clientId: 'a' };
      expect(await records.authenticationFailures(client, 'new', 0)).toEqual({ first: null, recent: [] });
      await records.countAuthenticationFailures(client, 'new', 2, 1000);
      await records.countAuthenticationFailures(client, 'new', 1, 3000);
      await records.countAuthenticationFailures(client, 'new', 0, 4000);
      await records.countAuthenticationFailures({ ...client, clientId: 'b' }, 'new', 1, 2000);
      await records.countAuthenticationFailures(client, 'schedule', 1, 2000);
      expect(await records.authenticationFailures(client, 'new', 0)).toEqual({
        first: 1000,
        recent: [1000, 1000, 3000],
      });
      expect(await records.authenticationFailures(client, 'new', 1000)).toEqual({ first: 1000, recent: [3000] });
      await records.forgetAuthenticationFailures(client, 'new');
      expect(await records.authenticationFailures(client, 'new', 0)).toEqual({ first: null, recent: [] });
      expect(await records.authenticationFailures(client, 'schedule', 0)).toEqual({ first: 2000, recent: [2000] });
    });

    it('forgets refusals of clients after thirty days', async () => {
      const { records, clock } = fixture();
      const client = { tokenEndpoint: `https://${uniqueId('as')}/token`, clientId: 'c' };
      const now = clock.now();
      await records.countAuthenticationFailures(client, 'new', 2, now - 30 * 86_400_000);
      await records.countAuthenticationFailures(client, 'new', 1, now - 30 * 86_400_000 + 1);
      expect(await records.pruneAuthenticationFailures()).toBeGreaterThanOrEqual(2);
      const kept = now - 30 * 86_400_000 + 1;
      expect(await records.authenticationFailures(client, 'new', 0)).toEqual({ first: kept, recent: [kept] });
    });
  });

  describe('sealed columns', () => {
    it('hold no secret that can be read', async () => {
      const { records } = fixture();
      const canary = (name: string) => `${name}-${uniqueId('canary')}`;
      const [iat, entered, secret, rat, late, lateRat, orphanRat, kept] = [
        'iat',
        'entered',
        'secret',
        'rat',
        'late',
        'lateRat',
        'orphanRat',
        'kept',
      ].map(canary) as [string, string, string, string, string, string, string, string];
      const { views, tenantId } = await onboard(fixture(), { initialAccessToken: iat }, { endpointId: 'second' });
      const [first, second] = views.map((view) => view.registrationId) as [string, string];
      const operationId = crypto.randomUUID();
      await records.putEnteringSecret({
        operationId,
        registrationId: first,
        kind: 'initial-access-token',
        value: entered,
      });
      for (const [registrationId, answered, token] of [
        [first, secret, rat],
        [second, late, lateRat],
      ] as const) {
        const intentId = crypto.randomUUID();
        const endpoint = 'https://as.example/register';
        const intent = {
          intentId,
          registrationId,
          operationId,
          kind: 'register',
          endpoint,
          clientName: 'n',
          clientId: null,
        } as const;
        await records.prepareIntent(intent);
        await records.markSending(intentId, 1, 30_000);
        if (answered === late) await records.settleIntent(intentId, 'unanswered', null);
        await records.storeAnswer(intentId, 1, anAnswer(answered), aToken(token));
      }
      await records.addOrphan({
        orphanId: crypto.randomUUID(),
        registrationId: first,
        tokenEndpoint: null,
        registrationEndpoint: 'https://as.example/register',
        clientId: 'c',
        clientName: 'n',
        reason: 'RetireNotSupported',
        since: 0,
        token: aToken(orphanRat),
      });
      const row = { principal: 'key:1', route: 'POST /v1/keys', key: crypto.randomUUID() };
      await records.beginIdempotent({ ...row, requestMac: 'mac' });
      await records.completeIdempotent(row, 201, { key: kept });

      const text = await dump(fixture());
      expect(text).toContain(tenantId);
      expect(text).toContain(Buffer.from('RGS').toString('hex'));
      for (const value of [iat, entered, secret, rat, late, lateRat, orphanRat, kept]) {
        expect(text).not.toContain(value);
        expect(text).not.toContain(Buffer.from(value).toString('hex'));
        expect(text).not.toContain(Buffer.from(value).toString('base64').replace(/=+$/, '').slice(0, -2));
      }
    });
  });

  describe('what the entity reads', () => {
    it('is the effective configuration of the registration', async () => {
      const { records } = fixture();
      const { views, applicationId, tenantId } = await onboard(fixture(), {
        environment: 'test2',
        clientMetadata: { scope: null, software_id: 'x' },
        issuer: 'https://issuer.example',
      });
      const { registrationId } = views[0]!;
      expect(await records.config(registrationId)).toEqual({
        registrationId,
        tenantId,
        applicationId,
        environment: 'test2',
        environmentClass: 'nonProduction',
        endpointId: 'main',
        fhirBaseUrl: 'https://ehr.example/fhir',
        method: 'auto',
        registrationEndpoint: null,
        issuer: 'https://issuer.example',
        holderRegistrationId: null,
        revision: 1,
        ownRevision: 0,
        metadata: {
          client_name: 'Growth Chart (test)',
          redirect_uris: ['https://app.example/callback'],
          software_id: 'x',
        },
        authMethods: ['client_secret_basic', 'client_secret_post'],
        rotationPolicy: {},
        policies: { allowReplace: false, allowAnonymous: false, allowIssuerEndpoint: false, trimScopes: false },
      });
      expect(await records.config('nobody.app.production.main')).toBeNull();
      expect(await records.entityStart('nobody.app.production.main')).toBeNull();
    });

    it('follows the application until a client exists, then its metadata stay at their revision', async () => {
      const { records } = fixture();
      const { views, applicationId } = await onboard(fixture());
      const view = views[0]!;
      const policies = { allowAnonymous: true };
      await records.putApplication(applicationId, anApplication({ policies }));
      expect(await records.config(view.registrationId)).toMatchObject({ revision: 2, policies });
      const registered = { ...view, appliedRevision: 2, desiredRevision: 2, sequence: 2 };
      await records.recordTransition({
        registrationId: view.registrationId,
        sequence: 2,
        at: '2026-11-21T09:00:00Z',
        type: 'registration.registered',
        actor: 'system',
        message: 'Registered.',
        view: registered,
      });
      await records.putApplication(
        applicationId,
        anApplication({
          policies: { allowReplace: true, trimScopes: true },
          clientMetadata: { ...anApplication().clientMetadata, scope: 'openid' },
          rotationPolicy: { renewBefore: 'P1D' },
        }),
      );
      // What is sent stays, policies too where they change that; all other policies are the newest.
      expect(await records.config(view.registrationId)).toMatchObject({
        revision: 2,
        metadata: anApplication().clientMetadata,
        rotationPolicy: { renewBefore: 'P1D' },
        policies: { allowAnonymous: false, allowReplace: true, trimScopes: false },
      });
      const newest = { revision: null, ownRevision: null };
      expect(await records.config(view.registrationId, newest)).toMatchObject({
        revision: 3,
        metadata: { scope: 'openid' },
        policies: { trimScopes: true },
      });
      expect(await records.config(view.registrationId, { revision: 9, ownRevision: null })).toBeNull();
      expect(await records.config(view.registrationId, { revision: 1, ownRevision: 1 })).toBeNull();
      const start = await records.entityStart(view.registrationId);
      expect(start).toMatchObject({ sequence: 2, view: registered, config: { revision: 2 } });
    });

    it('waits in the list of unstarted registrations, oldest first', async () => {
      const { records, clock } = fixture();
      const { tenantId, applicationId, views } = await onboard(fixture(), { endpointId: 'b' }, { endpointId: 'a' });
      clock.move(1000);
      const [later] = await records.addRegistrations(tenantId, [aRegistration(applicationId)], 'system');
      const mine = async () => (await records.unstarted(1000)).filter((id) => id.startsWith(`${tenantId}.`));
      const [b, a, last] = [...views, later!].map((view) => view.registrationId) as [string, string, string];
      expect(await mine()).toEqual([a, b, last]);
      expect(await records.unstarted(1)).toHaveLength(1);
      await records.putOffStart(a);
      await records.putOffStart(a);
      expect(await mine()).toEqual([b, last]);
    });
  });
}
