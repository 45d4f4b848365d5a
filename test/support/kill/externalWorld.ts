import { randomBytes } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import { type HealthSystem, startHealthSystem } from '../../../sandbox/healthSystem.ts';
import type { SystemOptions } from '../../../sandbox/sandbox.ts';
import { createKeyring, parseMasterKey } from '../../../stores/crypto/keyring.ts';
import { openPostgres, verifyAudit } from '../../../stores/records/records.ts';
import { createAwsSecretStore } from '../../../stores/secrets/aws.ts';
import { freshDatabase } from '../freshDatabase.ts';
import { freshNamespace } from '../freshNamespace.ts';
import { type Exchange, type HttpProxy, startHttpProxy } from '../httpProxy.ts';
import { newMasterKey, scratch } from '../product.ts';
import { type Gate, startPostgresProxy } from '../proxies/postgresProxy.ts';
import { startTemporalProxy } from '../proxies/temporalProxy.ts';
import { failedWorkflows } from './failedWorkflows.ts';
import type { Books } from './judge.ts';
import { killPolicy } from './killPolicy.ts';
import { applicationId, Life, type LifeKind, redirectUri } from './life.ts';
import { Running } from './running.ts';
import { Watch } from './watch.ts';

export interface ServersOfWorld {
  readonly moto: { readonly url: string };
  readonly postgres: { readonly url: string };
  readonly temporal: { readonly address: string };
}

export interface ExternalWorld {
  readonly watch: Watch;
  readonly running: Running;
  readonly books: Books;
  /**
   * Tenants with an authorization server of their own each. The product knows new ones from its next start on. Names
   * are unique within this world; the secret store is shared with others, so that tenant ids have a suffix.
   */
  prepare(names: readonly string[], options?: Partial<SystemOptions>, kind?: LifeKind): Promise<void>;
  /** The life of a prepared tenant. */
  life(name: string): Promise<Life>;
  close(): Promise<void>;
}

/** Milliseconds that what was read serves all who look. */
const lookInterval = 40;

/**
 * The product with every part outside it, and a proxy before each. Requests to authorization servers and secret store
 * tell which registration they are about (`watches: 'peers'`: many registrations may live at once); those to database
 * and engine do not (`watches: 'engine'`: one registration at a time, and the watch's only subject is `engine`).
 */
export async function openExternalWorld(servers: ServersOfWorld, watches: 'peers' | 'engine'): Promise<ExternalWorld> {
  const watch = new Watch();
  const closers: (() => Promise<unknown>)[] = [];
  const directory = await scratch();
  closers.push(directory.remove);
  const fresh = await freshDatabase(servers.postgres);
  closers.push(() => fresh.drop());
  const database = openPostgres(fresh.url, { maxConnections: 4, applicationName: 'judge' });
  closers.push(() => database.destroy());
  const namespace = await freshNamespace(servers.temporal.address);
  const suffix = randomBytes(4).toString('hex');
  const masterKey = newMasterKey();
  const keyring = createKeyring(parseMasterKey(masterKey));

  const secretStoreProxy = await startHttpProxy(servers.moto.url);
  closers.push(() => secretStoreProxy.close());
  if (watches === 'peers') watchHttp(secretStoreProxy, watch, secretStoreRequest);
  const engine = watches === 'engine';
  const postgres = engine ? await startPostgresProxy(fresh.url, engineGate(watch, 'postgresql')) : null;
  if (postgres !== null) closers.push(() => postgres.proxy.close());
  const temporal = engine ? await startTemporalProxy(servers.temporal.address, engineGate(watch, 'temporal')) : null;
  if (temporal !== null) closers.push(() => temporal.close());

  interface Prepared {
    readonly tenantId: string;
    readonly kind: LifeKind;
    readonly system: HealthSystem;
    readonly proxy: HttpProxy;
    /** What stands before its FHIR base: of an `approved` life on another site than the authorization server. */
    readonly fhir: HttpProxy;
  }
  const systems = new Map<string, Prepared>();
  const running = new Running(() => ({
    dataDir: directory.dataDir,
    policy: killPolicy,
    environment: {
      DATABASE_URL: postgres?.url ?? fresh.url,
      TEMPORAL_ADDRESS: temporal?.address ?? servers.temporal.address,
      TEMPORAL_NAMESPACE: namespace,
      REGISTRAR_MASTER_KEY: masterKey,
      REGISTRAR_SECRET_STORE: 'aws',
      REGISTRAR_ALLOWED_HOSTS: [
        ...new Set([...systems.values()].flatMap(({ proxy, fhir }) => [proxy.host, fhir.host])),
      ].join(','),
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretStoreProxy.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'registrar',
      AWS_SECRET_ACCESS_KEY: 'registrar',
    },
  }));
  const secrets = createAwsSecretStore({
    client: new SecretsManagerClient({
      endpoint: servers.moto.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'judge', secretAccessKey: 'judge' },
    }),
  });

  let views = new Map<string, RegistrationView>();
  let lookedAt = 0;

  /** Read from the database, so that looking is not a request that the watch sees, and for all at once. */
  async function look(registrationId: string): Promise<RegistrationView | null> {
    if (Date.now() - lookedAt >= lookInterval) {
      lookedAt = Date.now();
      const rows = await database.selectFrom('registrations').select(['registration_id', 'view']).execute();
      views = new Map(rows.map((row) => [row.registration_id, row.view as RegistrationView]));
    }
    return views.get(registrationId) ?? null;
  }

  return {
    watch,
    running,
    books: {
      database,
      secrets,
      dataDir: directory.dataDir,
      failed: () => failedWorkflows(servers.temporal.address, namespace),
      auditIsWhole: async () => (await verifyAudit(database, keyring.verifyMac('audit-mac'))).ok,
    },

    async prepare(names, options = {}, kind = 'registered') {
      for (const name of names) {
        const tenantId = `${name}-${suffix}`;
        const system = await startHealthSystem({
          name: tenantId,
          kind: 'rotating',
          secretLifetime: 3600,
          // Every update replaces the secret: rotations are asked for here, and never come too early.
          renewalShare: 2,
          ...options,
        });
        const proxy = await startHttpProxy(system.issuer, { renames: true });
        const isElsewhere = kind === 'approved';
        const fhir = isElsewhere ? await startHttpProxy(proxy.url, { address: '127.0.0.2' }) : proxy;
        if (watches === 'peers') {
          // What comes by way of the other site is seen there, where its sender can go away.
          watchHttp(proxy, watch, (exchange) =>
            isElsewhere && exchange.path.startsWith('/fhir') ? null : peerRequest(tenantId, exchange),
          );
          if (isElsewhere) watchHttp(fhir, watch, (exchange) => peerRequest(tenantId, exchange));
        }
        systems.set(name, { tenantId, kind, system, proxy, fhir });
      }
    },

    async life(name) {
      const found = systems.get(name);
      if (found === undefined) throw new Error(`${name} was not prepared`);
      const { tenantId } = found;
      const administrator = await running.caller();
      const application = {
        clientMetadata: { client_name: 'Portal', redirect_uris: [redirectUri], scope: 'openid patient/*.rs' },
      };
      await administrator.ok('PUT', `/v1/applications/${applicationId}`, application);
      const { key } = await administrator.ok<{ key: string }>('POST', '/v1/keys', {
        name: tenantId,
        role: 'administrator',
      });
      return new Life({
        running,
        key,
        tenantId,
        kind: found.kind,
        system: found.system,
        issuerUrl: found.proxy.url,
        fhirBaseUrl: `${found.fhir.url}/fhir`,
        look,
      });
    },

    async close() {
      watch.clear();
      await running.stop();
      for (const { system, proxy, fhir } of systems.values())
        closers.push(
          () => proxy.close(),
          () => (fhir === proxy ? Promise.resolve() : fhir.close()),
          () => system.stop(),
        );
      for (const close of closers.reverse()) await close();
    },
  };
}

type Named = { readonly subject: string; readonly request: string } | null;

function watchHttp(proxy: HttpProxy, watch: Watch, name: (exchange: Exchange) => Named): void {
  const passing = new WeakMap<Exchange, ReturnType<Watch['arrive']>>();
  proxy.gate = async (exchange, point) => {
    const named = name(exchange);
    if (named === null) return 'go-on';
    if (point === 'before') passing.set(exchange, watch.arrive(named.subject, named.request));
    const found = passing.get(exchange);
    return found === undefined ? 'go-on' : await watch.at(found, point, () => !exchange.abandoned);
  };
}

function peerRequest(subject: string, { method, path }: Exchange): Named {
  const plain = path
    .replace(/\?.*$/, '')
    .replace(/^\/reg\/.+$/, '/reg/{client}')
    .replace(/^\/fhir\/.*\//, '');
  return { subject, request: `authorization-server ${method} ${plain}` };
}

/** Requests that name a secret of a registration; others are not about one. */
function secretStoreRequest({ operation, body }: Exchange): Named {
  const parsed: unknown = JSON.parse(body || '{}');
  const { SecretId, Name } = parsed as { SecretId?: string; Name?: string };
  const [root, tenantId, , , , half] = (SecretId ?? Name ?? '').split('/');
  if (root !== 'smart' || tenantId === undefined || half === undefined) return null;
  return { subject: tenantId, request: `secret-store ${operation} ${half}` };
}

export const engineSubject = 'engine';

function engineGate(watch: Watch, server: string): Gate {
  return {
    arrive: (request) => watch.arrive(engineSubject, `${server} ${request}`),
    at: (passing, point, stillWaiting) => watch.at(passing, point, stillWaiting),
  };
}
