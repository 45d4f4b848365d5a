import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { VendorError } from '../domain/credential/vendorErrors.ts';
import type { Playbooks } from '../domain/people/playbooks/playbook.ts';
import type { SecretStore } from '../domain/ports/secretStore.ts';
import type { Budgets } from '../domain/ports/servers/budgets.ts';
import type { ProofQueue } from '../domain/ports/servers/proofs.ts';
import { budgetOf } from '../domain/servers/budgetOf.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { TimePolicy } from '../domain/time/policy.ts';
import { createGuardedClient, type GuardedClient } from '../protocols/http/client.ts';
import { createKeyring, type Keyring } from '../stores/crypto/keyring.ts';
import { createBudgets } from '../stores/records/budgets/budgets.ts';
import { createProofQueue } from '../stores/records/proofs/queue.ts';
import type { Records } from '../stores/records/records.ts';
import { createRecords, type Database } from '../stores/records/records.ts';
import { createSecretStore } from '../stores/secrets/index.ts';
import { createSpool, type Spool } from '../stores/spool/spool.ts';
import type { Config } from './config/config.ts';
import { openDatabase } from './database.ts';
import { type DataDirectory, openDataDirectory } from './dataDirectory.ts';
import { makePrivateDirectory } from './files.ts';
import { checkMasterKey, type KeyCheckTables } from './keys/check.ts';
import { loadMasterKeys } from './keys/masterKeys.ts';
import type { Log } from './log/log.ts';
import { countedClient } from './metrics/countedClient.ts';
import { createMetrics, fleetReader, type Metrics } from './metrics/metrics.ts';
import { loadPlaybooks } from './playbooks.ts';
import type { Shutdown } from './shutdown.ts';
import { loadVendorErrors } from './vendorErrors.ts';

/** What API and worker share in one process. */
export interface Services {
  /** Null when nothing embedded runs here: then any number of processes may use the directory. */
  readonly dataDirectory: DataDirectory | null;
  readonly db: Kysely<Database>;
  readonly keyring: Keyring;
  readonly records: Records;
  readonly secrets: SecretStore;
  readonly spool: Spool;
  readonly client: GuardedClient;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly playbooks: Playbooks;
  readonly vendorErrors: readonly VendorError[];
  readonly budgets: Budgets;
  readonly proofs: ProofQueue;
}

/**
 * Opens everything in order and hands each part to the shutdown, which closes the last one first. `clock`: the system's,
 * but in a simulation.
 */
export async function openServices(
  config: Config,
  policy: TimePolicy,
  shutdown: Shutdown,
  log: Log,
  clock: Clock = { now: Date.now },
): Promise<Services> {
  // First: a broken one is told before anything is opened.
  const playbooks = await loadPlaybooks();
  const vendorErrors = await loadVendorErrors();
  const embedded = config.database.kind === 'embedded' || config.temporal.kind === 'embedded';
  const dataDirectory = embedded ? await openDataDirectory(config.dataDir) : null;
  if (dataDirectory === null) await makePrivateDirectory(config.dataDir);
  else shutdown.add('data-directory', () => dataDirectory.release());

  const keyring = createKeyring(await loadMasterKeys(config));
  const db = await openDatabase(config, dataDirectory);
  shutdown.add('database', () => db.destroy());
  await checkMasterKey(db.withTables<KeyCheckTables>(), keyring);
  const sealer = keyring.sealer('escrow');
  const records = createRecords({ db, sealer, auditMacKey: keyring.mac('audit-mac'), clock, watchIntervals: policy });
  const secrets = createSecretStore(config.secretStore, { database: db, keyring, clock, deadline: policy.secretStore });
  const spoolDirectory = join(config.dataDir, 'spool');
  await makePrivateDirectory(spoolDirectory);
  const spool = createSpool(spoolDirectory, sealer);
  const client = createGuardedClient({
    allowedHosts: config.allowedHosts,
    timeouts: { total: policy.httpTotal },
    clock,
  });
  shutdown.add('http-client', () => client.close());
  const metrics = createMetrics({ readFleet: fleetReader(records), spoolDepth: () => spool.depth(), clock, log });
  const counted = countedClient(client, metrics.countPeerRequest);
  const budgets = createBudgets(db, (url) => budgetOf(playbooks, url));
  const proofs = createProofQueue({ db });
  const stores = { dataDirectory, db, keyring, records, secrets, spool, budgets, proofs };
  return { ...stores, client: counted, clock, metrics, playbooks, vendorErrors };
}
