import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Dependencies } from '../activities/dependencies.ts';
import { createActivities } from '../activities/index.ts';
import { proveCurrent, readFingerprint } from '../activities/proof/watched.ts';
import { Bearers } from '../activities/servers/bearers.ts';
import { sweepIssuedTokens } from '../activities/servers/sweepIssuedTokens.ts';
import { expiringWithin } from '../domain/servers/initialAccessToken.ts';
import { reachableBaseUrl } from '../domain/text/reachableBaseUrl.ts';
import { defaultTimePolicy, type TimePolicy } from '../domain/time/policy.ts';
import { parseAllowedHosts, parsePublicUrl } from '../protocols/http/publicUrl.ts';
import { anchorAudit, makeAuditPartitions } from '../stores/records/records.ts';
import { drain } from '../stores/spool/drain.ts';
import { type RunningChores, startChores } from './chores/chore.ts';
import { housekeepingChores } from './chores/housekeeping.ts';
import { type EntityKeeper, reconcilerChores } from './chores/reconciler.ts';
import { createWatch, watchChore } from './chores/watch.ts';
import type { Config } from './config/config.ts';
import { keycloakClientsOn } from './keycloakClients.ts';
import type { Log } from './log/log.ts';
import { workflowBundlePath } from './paths.ts';
import type { Services } from './services.ts';
import type { Shutdown } from './shutdown.ts';
import type { TemporalConnectionOptions } from './temporal/connection.ts';
import { dataConverter } from './temporal/dataConverter.ts';
import { heartbeats } from './temporal/heartbeat.ts';
import { redactFailures } from './temporal/interceptors.ts';
import { startWorkers } from './temporal/worker.ts';

/**
 * The worker part of a process: activities, workflows, housekeeping and the reconciler.
 *
 * @param before every activity: of a simulation.
 */
export async function startWorkerPart(
  config: Config,
  services: Services,
  temporal: TemporalConnectionOptions,
  keeper: EntityKeeper,
  policy: TimePolicy,
  log: Log,
  shutdown: Shutdown,
  before: readonly ActivityInterceptorsFactory[] = [],
): Promise<RunningChores> {
  const { records, secrets, spool, client, clock, db, keyring, vendorErrors } = services;
  const allowedHosts = parseAllowedHosts(config.allowedHosts);
  const drainSpool = async () => {
    const report = await drain(spool, records);
    for (const { id } of report.unreadable) log.error('spool.unreadable', { intentId: id });
    return report.stored;
  };
  const dependencies: Dependencies = {
    records,
    secrets,
    spool,
    client,
    clock,
    drainSpool: async () => void (await drainSpool()),
    isAllowedUrl: (url) => parsePublicUrl(url, allowedHosts).ok,
    requestTimes: policy,
    requestStep: policy.requestStep,
    jwksBaseUrl: reachableBaseUrl(config.publicUrl),
    bearers: new Bearers(),
    vendorErrors,
    // As short as the back-off: tests scale all times alike.
    boundScale: policy.retryInitial / defaultTimePolicy.retryInitial,
  };
  const activities = createActivities({ ...dependencies, budgets: services.budgets }, policy);
  const housekeeping = housekeepingChores(
    {
      drainSpool,
      sweepEnteringSecrets: () => records.sweepEnteringSecrets(),
      sweepIssuedTokens: () => sweepIssuedTokens(dependencies),
      warnOfExpiringTokens: () => records.warnOfExpiringTokens(expiringWithin),
      settleKeycloakRequests: () => keycloakClientsOn(config, services, policy).settleAbandoned(),
      anchor: () => anchorAudit(db, keyring.mac('audit-mac'), clock),
      makePartitions: () => makeAuditPartitions(db),
      pruneAuthenticationFailures: () => records.pruneAuthenticationFailures(),
    },
    policy,
    log,
  );
  const watch = createWatch({
    queue: services.proofs,
    budgets: services.budgets,
    prove: (registrationId) => proveCurrent(dependencies, registrationId),
    readDocuments: (registrationId) => readFingerprint(dependencies, registrationId),
    owner: randomUUID(),
    proofInterval: policy.proofInterval,
    discoveryInterval: policy.discoveryInterval,
    wait: sleep,
  });
  const all = [...housekeeping, watchChore(watch, policy, log), ...reconcilerChores(records, keeper, policy, log)];
  const chores = startChores(all, { clock, log, stopWithin: policy.choreStop });
  shutdown.add('chores', () => chores.stop());
  const workers = await startWorkers({
    connection: temporal.connection,
    namespace: temporal.namespace,
    workflowBundle: workflowBundlePath,
    activities,
    dataConverter: dataConverter(keyring),
    activityInterceptors: [...before, redactFailures(log), heartbeats],
    longestStep: Math.max(policy.requestStep, policy.repeatableStep),
    workflowTask: policy.workflowTask,
    onFailure: (error) => void shutdown.begin(error),
  });
  shutdown.add('workers', () => workers.stop());
  return chores;
}
