import { readFile } from 'node:fs/promises';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { Runtime } from '@temporalio/worker';
import { peerTaskQueue } from '../../../domain/ports/activities.ts';
import type { TimePolicy } from '../../../domain/time/policy.ts';
import { parseConfig } from '../../../runtime/config/config.ts';
import { createLog } from '../../../runtime/log/log.ts';
import { openServices, type Services } from '../../../runtime/services.ts';
import { createShutdown } from '../../../runtime/shutdown.ts';
import { startApiPart } from '../../../runtime/startApi.ts';
import { startWorkerPart } from '../../../runtime/startWorker.ts';
import { dataConverter } from '../../../runtime/temporal/dataConverter.ts';
import { createEntityClient } from '../../../runtime/temporal/entityClient.ts';
import { createEntityKeeper } from '../../../runtime/temporal/entityKeeper.ts';
import { installRuntime, openTemporalClient } from '../../../runtime/temporal/open.ts';
import { setDatabaseClock } from '../../../stores/records/clock.ts';
import { ApiCaller } from '../apiCaller.ts';
import { Peer } from '../peers/peer.ts';
import { newMasterKey, scratch } from '../product.ts';
import { type SimulatedTime, startSimulatedTime } from './time.ts';

/** The product in this process, on a server whose time is simulated, against peers that live by the same time. */
export interface SimulatedWorld {
  readonly time: SimulatedTime;
  readonly peer: Peer;
  readonly services: Services;
  /** An administrator's calls. */
  readonly api: ApiCaller;
  /** Lets so many milliseconds pass. */
  advance(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens it. Real: workflow bundle, workers, activities, HTTP, API, embedded database. Simulated: the time of workflows,
 * activities, records and peers. Chores run at their intervals of real time.
 */
export async function openSimulatedWorld(classPath: string, policy: TimePolicy): Promise<SimulatedWorld> {
  const directory = await scratch();
  const time = await startSimulatedTime(classPath);
  const peer = await new Peer(time.clock).listen();
  const masterKey = newMasterKey();
  const config = parseConfig({
    REGISTRAR_DATA_DIR: directory.dataDir,
    REGISTRAR_PORT: '0',
    REGISTRAR_METRICS_PORT: '0',
    TEMPORAL_ADDRESS: time.address,
    REGISTRAR_MASTER_KEY: masterKey,
    REGISTRAR_ALLOWED_HOSTS: peer.hosts,
  });
  const log = createLog('silent');
  const silent = { on: () => undefined, off: () => undefined, exit: () => undefined };
  const shutdown = createShutdown({ log, graceMilliseconds: 10_000, process: silent });
  shutdown.add('directory', () => directory.remove());
  shutdown.add('time', () => time.close());
  shutdown.add('peer', () => peer.close());
  const services = await openServices(config, policy, shutdown, log, time.clock);
  let latest = 0;
  const setTime = async () => {
    latest = Math.max(latest, await time.read());
    await setDatabaseClock(services.db, latest);
  };
  await setTime();
  if (Runtime._instance === undefined) installRuntime(log);
  const temporal = { connection: { address: time.address }, namespace: 'default' };
  const client = await openTemporalClient(temporal, dataConverter(services.keyring), shutdown);
  const entities = createEntityClient(client, { workflowTask: policy.workflowTask, peerTaskQueue });
  const keeper = createEntityKeeper(client, entities);
  const chores = await startWorkerPart(config, services, temporal, keeper, policy, log, shutdown, [
    settingTimeFirst(setTime),
  ]);
  const { url, adminKeyFile } = await startApiPart(config, services, entities, log, shutdown, policy);
  const key = (await readFile(adminKeyFile ?? '', 'utf8')).trim();
  return {
    time,
    peer,
    services,
    api: new ApiCaller(url ?? '', key),
    async advance(milliseconds) {
      await time.advance(milliseconds);
      await setTime();
      await chores.round();
    },
    close: () => shutdown.begin(),
  };
}

/** Time may have been skipped since the last activity. */
function settingTimeFirst(setTime: () => Promise<void>): ActivityInterceptorsFactory {
  return () => ({
    inbound: {
      async execute(input, next) {
        await setTime();
        return await next(input);
      },
    },
  });
}
