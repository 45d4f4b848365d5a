import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { buildApp } from '../../../api/app.ts';
import { newApiKey, sha256Hex } from '../../../api/callers/credentials.ts';
import type { ApiDependencies } from '../../../api/dependencies.ts';
import { applicationSchema } from '../../../domain/client/metadata.ts';
import { RegistrarFailure } from '../../../domain/failure.ts';
import type { OperationRequest } from '../../../domain/operations/request.ts';
import type { RegistrationView, Transition } from '../../../domain/registration/view.ts';
import type { Role } from '../../../domain/words.ts';
import { loadPlaybooks } from '../../../runtime/playbooks.ts';
import { createKeyring, generateMasterKey, parseMasterKey } from '../../../stores/crypto/keyring.ts';
import type { Records } from '../../../stores/records/records.ts';
import { createRecords } from '../../../stores/records/records.ts';
import { memoryDatabase } from '../../support/memoryDatabase.ts';
import { withTransitions } from '../../support/recording.ts';

/**
 * The real API, page and read model (in a PGlite of its own), as a browser and the command line meet them. In place of
 * Temporal stands a list of the operations that were asked for; tests record what the entity would have recorded.
 */
export interface RealApp {
  readonly url: string;
  readonly records: Records;
  readonly operations: readonly OperationRequest[];
  newKey(role: Role): Promise<string>;
  revokeKeys(): Promise<void>;
  /** Adds a tenant with a registration of application `chart-app` in environment `production`. */
  addTenant(tenantId: string, name?: string): Promise<RegistrationView>;
  /** Records the next event of a registration with what is true after it. */
  record(
    registrationId: string,
    event: Pick<Transition, 'type' | 'message'> & Partial<Pick<Transition, 'reason' | 'operationId' | 'changes'>>,
    change?: Partial<RegistrationView>,
  ): Promise<RegistrationView>;
  /** Stops listening and drops every connection; {@link listen} takes the same port again. */
  unplug(): Promise<void>;
  plugIn(): Promise<void>;
  close(): Promise<void>;
}

const everything = { tenantIds: null, applicationIds: null };

const application = applicationSchema.parse({
  clientMetadata: {
    client_name: 'Chart App',
    redirect_uris: ['https://app.example.org/callback'],
    scope: 'launch/patient openid fhirUser patient/Observation.rs',
  },
});

/** Builds the page as it is in the tree into a directory of its own, which the caller removes. */
export async function buildDashboard(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'registrar-page-'));
  const configFile = join(import.meta.dirname, '../../../dashboard/vite.config.ts');
  await build({ configFile, logLevel: 'error', build: { outDir } });
  return outDir;
}

type ReadDiscovery = ApiDependencies['discovery']['read'];

const noHealthSystem: ReadDiscovery = async () => {
  throw new RegistrarFailure({ reason: 'PeerNotAnswering', retryClass: 'transient', message: 'no answer' });
};

/**
 * Starts it; serves the page that {@link buildDashboard} made, if any. No health system is spoken to: `read` says what
 * preflight finds.
 */
export async function startRealApp(
  dashboardDirectory: string | null,
  read: ReadDiscovery = noHealthSystem,
): Promise<RealApp> {
  const clock = { now: () => Date.now() };
  const db = await memoryDatabase();
  const keyring = createKeyring(parseMasterKey(generateMasterKey()));
  const records = createRecords({
    db,
    sealer: keyring.sealer('escrow'),
    auditMacKey: keyring.mac('audit-mac'),
    clock,
  });
  await records.putApplication('chart-app', application);
  const playbooks = await loadPlaybooks();
  const operations: OperationRequest[] = [];
  const keyIds: string[] = [];

  const makeApp = () =>
    buildApp({
      records,
      entities: {
        start: async () => undefined,
        operate: async (_registrationId, operation) => {
          operations.push(operation);
          return { operationId: operation.operationId };
        },
        refresh: async () => undefined,
        check: async () => undefined,
      },
      registrationConfig: (registrationId) => records.config(registrationId),
      putEnteringSecret: records.putEnteringSecret,
      checkUrl: async () => ({ ok: true }),
      keycloak: { carryOut: () => Promise.reject(new Error('no Keycloak here')) },
      discovery: { read, takesHeader: () => true, checkPage: async () => ({ kind: 'live' }) },
      macs: { idempotency: keyring.mac('idempotency-mac') },
      checkSecretStore: async () => undefined,
      clock,
      playbooks,
      logger: false,
      publicUrl: null,
      dashboardDirectory,
      allowedHostNames: [],
      limits: { pollInterval: 50 },
    });
  let app = await makeApp();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const unplug = async () => {
    app.server.closeAllConnections();
    await app.close();
  };

  return {
    url: `http://127.0.0.1:${port}`,
    records,
    operations,
    async newKey(role) {
      const key = newApiKey();
      const keyId = randomUUID();
      keyIds.push(keyId);
      const bounds = { tenantIds: null, applicationIds: null, expiresAt: null };
      await records.insertKey({ keyId, name: 'test', role, sha256: sha256Hex(key), ...bounds });
      return key;
    },
    async revokeKeys() {
      for (const keyId of keyIds) await records.revokeKey(keyId);
    },
    async addTenant(tenantId, name = tenantId) {
      const [view] = await records.createTenant(
        {
          tenantId,
          name,
          registrations: [
            {
              applicationId: 'chart-app',
              environment: 'production',
              endpointId: 'main',
              fhirBaseUrl: `https://fhir.${tenantId}.example/r4`,
              method: 'auto',
              registrationEndpoint: null,
              issuer: null,
              clientMetadata: null,
              initialAccessToken: null,
              shareWith: null,
            },
          ],
        },
        'system',
      );
      if (view === undefined) throw new Error('createTenant answered no registration');
      return view;
    },
    async record(registrationId, event, change = {}) {
      const before = await records.registration(registrationId, everything);
      if (before === null) throw new Error(`there is no registration ${registrationId}`);
      const sequence = before.sequence + 1;
      const view: RegistrationView = { ...before, ...change, sequence };
      const at = new Date().toISOString();
      await withTransitions(records).recordTransition({
        registrationId,
        sequence,
        at,
        actor: 'system',
        ...event,
        view,
      });
      return view;
    },
    unplug,
    async plugIn() {
      app = await makeApp();
      await app.listen({ host: '127.0.0.1', port });
    },
    async close() {
      await unplug();
      await db.destroy();
    },
  };
}
