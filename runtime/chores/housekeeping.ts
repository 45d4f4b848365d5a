import type { Anchor } from '../../stores/records/records.ts';
import type { Log } from '../log/log.ts';

/** Milliseconds between two rounds, and between two anchors. */
const roundInterval = 30_000;
const anchorInterval = 3_600_000;

/** What nobody waits for. */
export interface Chores {
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
}

/** Runs the chores at once, then at their intervals. A chore that fails is logged and tried again. */
export function startHousekeeping(chores: Chores, log: Log): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();

  function every(milliseconds: number, step: string, chore: () => Promise<void>): NodeJS.Timeout {
    const run = async () => {
      try {
        await chore();
      } catch (error) {
        log.warn('housekeeping.failed', { step }, error);
      }
    };
    const tick = () => {
      running = running.then(run);
    };
    tick();
    return setInterval(tick, milliseconds).unref();
  }

  const timers = [
    every(roundInterval, 'drain-spool', async () => {
      const count = await chores.drainSpool();
      if (count > 0) log.info('spool.drained', { count });
    }),
    every(roundInterval, 'sweep-secrets', async () => {
      const count = await chores.sweepEnteringSecrets();
      if (count > 0) log.info('entering-secrets.swept', { count });
    }),
    every(roundInterval, 'sweep-issued-tokens', async () => {
      const count = await chores.sweepIssuedTokens();
      if (count > 0) log.info('issued-tokens.revoked', { count });
    }),
    every(roundInterval, 'warn-of-expiring-tokens', async () => {
      for (const { registrationId, expiresAt } of await chores.warnOfExpiringTokens())
        log.warn('initial-access-token.expiring', { registrationId, delayMilliseconds: expiresAt - Date.now() });
    }),
    every(roundInterval, 'settle-keycloak', async () => {
      const count = await chores.settleKeycloakRequests();
      if (count > 0) log.info('keycloak-requests.settled', { count });
    }),
    every(anchorInterval, 'anchor', async () => {
      const { position, hash } = await chores.anchor();
      log.info('audit.anchor', { position, hash });
    }),
  ];
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await running;
    },
  };
}
