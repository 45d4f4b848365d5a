import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createActivities } from '../../../../activities/index.ts';
import { Bearers } from '../../../../activities/servers/bearers.ts';
import { buildApp } from '../../../../api/app.ts';
import { clientKeysSecretName, clientSecretName } from '../../../../domain/ids.ts';
import type { CredentialState, Endpoints, RequestResult } from '../../../../domain/ports/activities.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { createGuardedClient } from '../../../../protocols/http/client.ts';
import { parseAllowedHosts, parsePublicUrl } from '../../../../protocols/http/publicUrl.ts';
import { loadPlaybooks } from '../../../../runtime/playbooks.ts';
import { createDatabaseSecretStore } from '../../../../stores/secrets/database.ts';
import { createSpool } from '../../../../stores/spool/spool.ts';
import { memoryDatabase } from '../../../support/memoryDatabase.ts';
import { noLimits } from '../../../support/noLimits.ts';
import { decidedNow } from '../../../support/recording.ts';
import { anApplication, aRegistration, fixtureOn, recordsOn, uniqueId } from '../../stores/records/fixture.ts';

const clock = { now: Date.now };

/** One client from discovery to retirement. */
export interface Registered {
  readonly registrationId: string;
  readonly endpoints: Endpoints;
  readonly result: RequestResult;
  /** The proved credential that is current. */
  readonly credential: CredentialState;
  /** What the application reads. */
  readonly document: Record<string, unknown>;
}

/**
 * The real activities with database, secret store and guarded client, and the real API on a port of its own, where
 * authorization servers fetch keys. Time is real: servers judge assertions by it.
 */
export async function openKindsWorld(allowedHosts: readonly string[]) {
  const directory = await mkdtemp(join(tmpdir(), 'registrar-kinds-'));
  const { db, keyring } = await fixtureOn(await memoryDatabase());
  const records = recordsOn(db, keyring, clock);
  const secrets = createDatabaseSecretStore(db, keyring.sealer('store'), clock);
  const allowed = parseAllowedHosts(allowedHosts);
  const client = createGuardedClient({ allowedHosts });
  const asked: string[] = [];
  const write = (_event: string, fields?: { readonly route?: string | undefined }) => {
    if (fields?.route !== undefined) asked.push(fields.route);
  };
  const unused = async () => {
    throw new Error('keys need nothing of this');
  };
  const app = await buildApp({
    records,
    entities: { start: unused, operate: unused, refresh: unused, check: unused },
    putEnteringSecret: unused,
    registrationConfig: unused,
    keycloak: { carryOut: unused },
    checkUrl: unused,
    discovery: { read: unused, checkPage: unused, takesHeader: () => false },
    macs: { idempotency: keyring.mac('idempotency-mac') },
    checkSecretStore: unused,
    clock,
    logger: { info: write, warn: write, error: write },
    publicUrl: null,
    dashboardDirectory: null,
    playbooks: await loadPlaybooks(),
    allowedHostNames: [],
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const ownUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

  const activitiesWith = (jwksBaseUrl: string | null) =>
    decidedNow(
      createActivities(
        {
          records,
          secrets,
          spool: createSpool(directory, keyring.sealer('escrow')),
          client,
          clock,
          drainSpool: async () => undefined,
          isAllowedUrl: (url) => parsePublicUrl(url, allowed).ok,
          requestStep: defaultTimePolicy.requestStep,
          jwksBaseUrl,
          bearers: new Bearers(),
          budgets: noLimits,
        },
        defaultTimePolicy,
      ),
      records,
    );
  /** How the authorization server gets the public keys. */
  const activities = { url: activitiesWith(ownUrl), value: activitiesWith(null) };

  return {
    client,
    records,
    secrets,
    activities,
    ownUrl,
    /** Times that somebody asked for keys. */
    keysAsked: () => asked.filter((route) => route === '/jwks/:opaque').length,

    async onboard(fhirBaseUrl: string, clientMetadata: Record<string, unknown>, initialAccessToken: string | null) {
      const applicationId = uniqueId('app');
      const application = anApplication({ clientMetadata, environments: {} });
      await records.putApplication(applicationId, application);
      const registration = aRegistration(applicationId, { environment: 'test2', fhirBaseUrl, initialAccessToken });
      const tenant = { tenantId: uniqueId('tenant'), name: 'Clinic', registrations: [registration] };
      const [view] = await records.createTenant(tenant, 'key:test');
      if (view === undefined) throw new Error('one registration was given');
      return view;
    },

    async register(
      fhirBaseUrl: string,
      clientMetadata: Record<string, unknown>,
      initialAccessToken: string | null,
      keysBy: 'url' | 'value' = 'url',
    ): Promise<Registered> {
      const view = await this.onboard(fhirBaseUrl, clientMetadata, initialAccessToken);
      const { registrationId } = view;
      const endpoints = await activities[keysBy].discover({ registrationId });
      const initialAccessTokenRef = (await records.entityStart(registrationId))?.initialAccessTokenRef ?? null;
      const intentId = randomUUID();
      const request = { registrationId, endpoints, intentId, operationId: randomUUID(), initialAccessTokenRef };
      const result = await activities[keysBy].register(request);
      const credential = result.proof?.current;
      if (!credential) throw new Error(`not proved: ${JSON.stringify(result)}`);
      const document = await secrets.get(clientSecretName(view), { stage: 'current' });
      return { registrationId, endpoints, result, credential, document: { ...document?.value } };
    },

    async keysOf(registrationId: string) {
      const config = await records.config(registrationId);
      if (config === null) throw new Error('no such registration');
      return await secrets.get(clientKeysSecretName(config), { stage: 'current' });
    },

    async prove({ registrationId, endpoints, credential }: Registered) {
      return await activities.url.prove({ registrationId, endpoints, current: credential, pending: null });
    },

    async retire({ registrationId, endpoints, credential }: Registered) {
      return await activities.url.retire({
        registrationId,
        endpoints,
        credential,
        mayBeDeleted: false,
        findsOut: false,
      });
    },

    async close() {
      await app.close();
      await client.close();
      await db.destroy();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type KindsWorld = Awaited<ReturnType<typeof openKindsWorld>>;
