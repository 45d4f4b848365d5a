import { dirname } from 'node:path';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import type { TimePolicy } from '../../../domain/time/policy.ts';
import { parseConfig } from '../../../runtime/config/config.ts';
import { isRunning } from '../../../runtime/embedded/processIdentity.ts';
import { readChildRecord, readIdentity } from '../../../runtime/embedded/temporal/childRecord.ts';
import { createLog } from '../../../runtime/log/log.ts';
import { openServices } from '../../../runtime/services.ts';
import { createShutdown } from '../../../runtime/shutdown.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts';
import { verifyAudit } from '../../../stores/records/records.ts';
import { scratch } from '../product.ts';
import { failedWorkflows } from './failedWorkflows.ts';
import type { Books } from './judge.ts';
import { killPolicy } from './killPolicy.ts';
import { applicationId, Life, redirectUri } from './life.ts';
import { Running } from './running.ts';

/** Steps that end soon, so that a registration gets on between two kills. */
const policy: TimePolicy = {
  ...killPolicy,
  httpTotal: 2000,
  keepAnswer: 1000,
  secretStore: 2000,
  requestStep: 5000,
  repeatableStep: 5000,
};

/** Milliseconds that the servers think before each answer: then more kills meet a request on its way. */
const answerDelay = 40;

/** Milliseconds: one registration may meet many kills. */
const patience = 480_000;

export interface EmbeddedWorld {
  readonly running: Running;
  /** Requests that the health systems have answered so far. */
  requests(): number;
  life(tenantId: string): Promise<Life>;
  /** `kill -9` of the embedded Temporal server, which else survives the product. */
  killEngine(): Promise<void>;
  /** One Ctrl-C, which ends the engine too. */
  stop(): Promise<void>;
  /** Reads the books of the product, which must be stopped. */
  audit<Result>(judge: (books: Books) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** The product with everything embedded, against simulated health systems that live on in this process. */
export async function openEmbeddedWorld(temporal: { readonly binary: string | null }): Promise<EmbeddedWorld> {
  const directory = await scratch();
  const { dataDir } = directory;
  const sandbox: Sandbox = await startSandbox({
    systems: ['north', 'south'].map((name) => ({
      name,
      kind: 'rotating' as const,
      secretLifetime: 3600,
      renewalShare: 2,
      answerDelay,
    })),
  });
  const environment = {
    REGISTRAR_ALLOWED_HOSTS: sandbox.systems.map(({ host }) => host).join(','),
    ...(temporal.binary === null ? {} : { PATH: `${dirname(temporal.binary)}:${process.env['PATH']}` }),
  };
  const running = new Running(() => ({ dataDir, policy, environment }));
  const seen = new Map<string, RegistrationView>();
  let books: Books | null = null;
  let lives = 0;
  let failed: readonly string[] = [];

  /** By the API while the product runs, in its books while they are open; else what was seen last. */
  async function look(key: string, registrationId: string): Promise<RegistrationView | null> {
    const view = books === null ? await ask(key, registrationId) : await readView(books, registrationId);
    if (view !== null) seen.set(registrationId, view);
    return view ?? seen.get(registrationId) ?? null;
  }

  async function ask(key: string, registrationId: string): Promise<RegistrationView | null> {
    if (!running.isReady) return null;
    const caller = await running.caller(key);
    try {
      const { status, body } = await caller.call<RegistrationView>('GET', `/v1/registrations/${registrationId}`);
      return status === 200 ? body : null;
    } catch {
      // It was killed meanwhile.
      return null;
    }
  }

  async function killEngine(): Promise<void> {
    const identity = await readIdentity(dataDir);
    if (identity !== null && (await isRunning(identity))) process.kill(identity.pid, 'SIGKILL');
  }

  return {
    running,
    killEngine,
    requests: () => sandbox.systems.reduce((sum, system) => sum + system.ledger().requests.length, 0),

    async life(tenantId) {
      const system = sandbox.systems[lives++ % sandbox.systems.length];
      if (system === undefined) throw new Error('there is no health system');
      const key = await newKey(running, tenantId);
      return new Life({
        running,
        key,
        tenantId,
        system,
        fhirBaseUrl: `${system.fhirBaseUrl}/${tenantId}`,
        look: (registrationId) => look(key, registrationId),
        patience,
      });
    },

    async stop() {
      // While the engine still runs.
      const record = await readChildRecord(dataDir);
      failed = record === null ? [] : await failedWorkflows(`127.0.0.1:${record.port}`, 'default');
      await running.stop();
    },

    async audit(judge) {
      const config = parseConfig({ REGISTRAR_DATA_DIR: dataDir });
      const log = createLog('silent');
      const silent = { on: () => undefined, off: () => undefined, exit: () => undefined };
      const shutdown = createShutdown({ log, graceMilliseconds: 10_000, process: silent });
      try {
        const { db: database, secrets, keyring } = await openServices(config, policy, shutdown, log);
        books = {
          database,
          secrets,
          dataDir,
          failed: async () => failed,
          auditIsWhole: async () => (await verifyAudit(database, keyring.verifyMac('audit-mac'))).ok,
        };
        return await judge(books);
      } finally {
        books = null;
        await shutdown.begin();
      }
    },

    async close() {
      await running.stop();
      await killEngine();
      await sandbox.stop();
      await directory.remove();
    },
  };
}

async function readView({ database }: Books, registrationId: string): Promise<RegistrationView | null> {
  const row = await database
    .selectFrom('registrations')
    .select('view')
    .where('registration_id', '=', registrationId)
    .executeTakeFirst();
  return (row?.view as RegistrationView | undefined) ?? null;
}

/** A caller for one life; asked for again when the product dies meanwhile. */
async function newKey(running: Running, name: string): Promise<string> {
  for (;;) {
    const administrator = await running.caller();
    try {
      await administrator.ok('PUT', `/v1/applications/${applicationId}`, {
        clientMetadata: { client_name: 'Portal', redirect_uris: [redirectUri], scope: 'openid patient/*.rs' },
      });
      const { key } = await administrator.ok<{ key: string }>('POST', '/v1/keys', { name, role: 'administrator' });
      return key;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
}
