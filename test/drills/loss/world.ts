import { cp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { workflowIdOf } from '../../../domain/ids.ts';
import type { TimePolicy } from '../../../domain/time/policy.ts';
import { parseConfig } from '../../../runtime/config/config.ts';
import { isRunning } from '../../../runtime/embedded/processIdentity.ts';
import { readChildRecord, readIdentity } from '../../../runtime/embedded/temporal/childRecord.ts';
import { temporalDirectory } from '../../../runtime/embedded/temporal/command.ts';
import { createLog } from '../../../runtime/log/log.ts';
import { openServices, type Services } from '../../../runtime/services.ts';
import { createShutdown } from '../../../runtime/shutdown.ts';
import type { ApiCaller } from '../../support/apiCaller.ts';
import { Running } from '../../support/kill/running.ts';
import { Peer } from '../../support/peers/peer.ts';
import { scratch, testPolicy } from '../../support/product.ts';
import { waitFor } from '../../support/waitFor.ts';

/**
 * Entities that are gone are missed within seconds. Back-off begins at a millisecond, so that the bound on failed
 * authentications, which scales with it, lets the longest pause between two proofs be eighteen seconds; nothing fails
 * for so long that it wants attention by time alone.
 */
export const lossPolicy: TimePolicy = {
  ...testPolicy,
  reconcileEvery: 1000,
  overdueAfter: 3000,
  reconcileOneEvery: 50,
  httpTotal: 2000,
  secretStore: 2000,
  // One peer answers each request after a second and a half: three of a reading, on a busy machine.
  requestStep: 10_000,
  repeatableStep: 10_000,
  retryInitial: 1,
  attentionAfter: 3_600_000,
};

const never = 3_600_000;

/** Nothing looks for entities that are gone: the drill must notice. */
export const withoutReconciler: TimePolicy = {
  ...lossPolicy,
  reconcileEvery: never,
  overdueAfter: never,
  reconcileOneEvery: never,
};

/** The product with everything embedded, whose engine can lose its data. */
export interface LossWorld {
  readonly peer: Peer;
  readonly running: Running;
  /** An administrator's calls, to whatever process runs now. */
  api(): Promise<ApiCaller>;
  /** `kill -9` of product and engine: what was answered a moment ago is not carried out by a shutdown. */
  kill(): Promise<void>;
  /** Engine's data as they are: only while nothing runs. */
  keepCopy(): Promise<void>;
  deleteEngineData(): Promise<void>;
  restoreCopy(): Promise<void>;
  /** Ends the runs of these registrations as an operator does it in the engine's page. */
  terminate(registrationIds: readonly string[]): Promise<void>;
  /** Reads the database while the product is stopped. */
  read<Result>(look: (services: Services) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export async function openLossWorld(
  temporal: { readonly binary: string | null },
  policy: TimePolicy = lossPolicy,
): Promise<LossWorld> {
  const directory = await scratch();
  const { dataDir } = directory;
  const peer = await new Peer().listen();
  const environment = {
    REGISTRAR_ALLOWED_HOSTS: peer.hosts,
    ...(temporal.binary === null ? {} : { PATH: `${dirname(temporal.binary)}:${process.env['PATH']}` }),
  };
  const running = new Running(() => ({ dataDir, policy, environment }));
  const engineData = temporalDirectory(dataDir);
  const copy = join(dataDir, '..', 'engine-copy');

  async function killEngine(): Promise<void> {
    const identity = await readIdentity(dataDir);
    if (identity === null || !(await isRunning(identity))) return;
    process.kill(identity.pid, 'SIGKILL');
    await waitFor(async () => !(await isRunning(identity)), { what: 'the end of the engine' });
  }

  return {
    peer,
    running,
    api: () => running.caller(),
    async kill() {
      await running.kill();
      await killEngine();
    },
    keepCopy: () => cp(engineData, copy, { recursive: true }),
    deleteEngineData: () => rm(engineData, { recursive: true }),
    async restoreCopy() {
      await rm(engineData, { recursive: true });
      await cp(copy, engineData, { recursive: true });
    },
    async terminate(registrationIds) {
      const record = await readChildRecord(dataDir);
      const connection = await Connection.connect({ address: `127.0.0.1:${record?.port}` });
      try {
        const { workflow } = new Client({ connection });
        for (const registrationId of registrationIds)
          await workflow.getHandle(workflowIdOf(registrationId)).terminate();
      } finally {
        await connection.close();
      }
    },
    async read(look) {
      const log = createLog('silent');
      const silent = { on: () => undefined, off: () => undefined, exit: () => undefined };
      const shutdown = createShutdown({ log, graceMilliseconds: 10_000, process: silent });
      try {
        return await look(await openServices(parseConfig({ REGISTRAR_DATA_DIR: dataDir }), policy, shutdown, log));
      } finally {
        await shutdown.begin();
      }
    },
    async close() {
      await running.stop();
      await killEngine();
      await peer.close();
      await directory.remove();
    },
  };
}
