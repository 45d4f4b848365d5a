import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { Runtime } from '@temporalio/worker';
import { createActivities } from '../../../activities/index.ts';
import { Bearers } from '../../../activities/servers/access.ts';
import { peerTaskQueue } from '../../../domain/ports/activities.ts';
import type { TimePolicy } from '../../../domain/time/policy.ts';
import { parseAllowedHosts, parsePublicUrl } from '../../../protocols/http/publicUrl.ts';
import { parseConfig } from '../../../runtime/config/config.ts';
import { createLog } from '../../../runtime/log/log.ts';
import { openServices, type Services } from '../../../runtime/services.ts';
import { createShutdown } from '../../../runtime/shutdown.ts';
import { startApiPart } from '../../../runtime/startApi.ts';
import { dataConverter } from '../../../runtime/temporal/dataConverter.ts';
import { createEntityClient } from '../../../runtime/temporal/entityClient.ts';
import { redactFailures } from '../../../runtime/temporal/interceptors.ts';
import { installRuntime, openTemporalClient } from '../../../runtime/temporal/open.ts';
import { startWorkers } from '../../../runtime/temporal/worker.ts';
import { bundleWorkflows } from '../../../scripts/workflowBundle.ts';
import { drain } from '../../../stores/spool/drain.ts';
import { ApiCaller } from '../apiCaller.ts';
import { Peer } from '../peers/peer.ts';
import { newMasterKey, scratch } from '../product.ts';
import { type SimulatedTime, startSimulatedTime } from './time.ts';

const root = join(import.meta.dirname, '../../..');

/** The product in this process, on a server whose time is simulated, against peers that live by the same time. */
export interface SimulatedWorld {
  readonly time: SimulatedTime;
  readonly peer: Peer;
  readonly services: Services;
  /** An administrator's calls. */
  readonly api: ApiCaller;
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
  if (Runtime._instance === undefined) installRuntime(log);
  const temporal = { connection: { address: time.address }, namespace: 'default' };
  const client = await openTemporalClient(temporal, dataConverter(services.keyring), shutdown);
  const entities = createEntityClient(client, {
    policy,
    peerTaskQueue,
    entityStart: (registrationId) => services.records.entityStart(registrationId),
  });
  const workflowBundle = join(directory.dataDir, 'workflow-bundle.js');
  await writeFile(workflowBundle, await bundleWorkflows(root));
  const allowedHosts = parseAllowedHosts(config.allowedHosts);
  const workers = await startWorkers({
    ...temporal,
    workflowBundle,
    activities: createActivities({
      records: services.records,
      secrets: services.secrets,
      spool: services.spool,
      client: services.client,
      clock: time.clock,
      drainSpool: async () => void (await drain(services.spool, services.records)),
      isAllowedUrl: (url) => parsePublicUrl(url, allowedHosts).ok,
      requestStep: policy.requestStep,
      bearers: new Bearers(),
    }),
    dataConverter: dataConverter(services.keyring),
    activityInterceptors: [readingTimeFirst(time), redactFailures(log)],
    longestStep: Math.max(policy.requestStep, policy.repeatableStep),
    workflowTask: policy.workflowTask,
    onFailure: (error) => void shutdown.begin(error),
  });
  shutdown.add('workers', () => workers.stop());
  const { url, adminKeyFile } = await startApiPart(config, services, entities, log, shutdown, policy);
  const key = (await readFile(adminKeyFile ?? '', 'utf8')).trim();
  return {
    time,
    peer,
    services,
    api: new ApiCaller(url ?? '', key),
    close: () => shutdown.begin(),
  };
}

/** Time may have been skipped since the last activity. */
function readingTimeFirst(time: SimulatedTime): ActivityInterceptorsFactory {
  return () => ({
    inbound: {
      async execute(input, next) {
        await time.read();
        return await next(input);
      },
    },
  });
}
