import type { ChoreIntervals } from '../../domain/time/chores.ts';
import type { Anchor } from '../../stores/records/records.ts';
import type { Log } from '../log/log.ts';
import type { Chore } from './chore.ts';

/** What nobody waits for. */
export interface Housekeeping {
  /** Brings spooled answers to the database; resolves to how many. */
  drainSpool(): Promise<number>;
  /** Deletes entering secrets that nobody claimed within an hour; resolves to how many. */
  sweepEnteringSecrets(): Promise<number>;
  /** Revokes initial access tokens that were issued and not used; resolves to how many. */
  sweepIssuedTokens(): Promise<number>;
  /** Initial access tokens that end soon, each told once. */
  warnOfExpiringTokens(): Promise<readonly { readonly registrationId: string; readonly expiresAt: number }[]>;
  /** Settles requests about Keycloak clients whose process died; resolves to how many. */
  settleKeycloakRequests(): Promise<number>;
  /** Head of the audit chain: logged each hour, so that a truncated audit shows (DESIGN section 10). */
  anchor(): Promise<Anchor>;
  /** Makes the parts of the audit for the months to come; resolves to how many. */
  makePartitions(): Promise<number>;
  /** Deletes refusals that no bound counts any more; resolves to how many. */
  pruneAuthenticationFailures(): Promise<number>;
}

/** What a worker does besides its tasks. Each chore by itself: none waits for a peer that another one talks to. */
export function housekeepingChores(keeping: Housekeeping, intervals: ChoreIntervals, log: Log): Chore[] {
  const { collectEvery, sweepEvery, anchorEvery, partitionsEvery, pruneEvery } = intervals;
  const counting = (name: string, every: number, event: string, work: () => Promise<number>): Chore => ({
    name,
    every,
    async round() {
      const count = await work();
      if (count > 0) log.info(event, { count });
    },
  });
  return [
    counting('drain-spool', collectEvery, 'spool.drained', keeping.drainSpool),
    counting('sweep-secrets', sweepEvery, 'entering-secrets.swept', keeping.sweepEnteringSecrets),
    counting('sweep-issued-tokens', sweepEvery, 'issued-tokens.revoked', keeping.sweepIssuedTokens),
    counting('settle-keycloak', sweepEvery, 'keycloak-requests.settled', keeping.settleKeycloakRequests),
    counting('make-partitions', partitionsEvery, 'audit.partitions-made', keeping.makePartitions),
    counting('prune-failures', pruneEvery, 'authentication-failures.pruned', keeping.pruneAuthenticationFailures),
    {
      name: 'warn-of-expiring-tokens',
      every: sweepEvery,
      async round(now) {
        for (const { registrationId, expiresAt } of await keeping.warnOfExpiringTokens())
          log.warn('initial-access-token.expiring', { registrationId, delayMilliseconds: expiresAt - now });
      },
    },
    {
      name: 'anchor',
      every: anchorEvery,
      async round() {
        const { position, hash } = await keeping.anchor();
        log.info('audit.anchor', { position, hash });
      },
    },
  ];
}
