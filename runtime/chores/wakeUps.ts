import { type EntityClient, EntityError } from '../../domain/operations/request.ts';
import type { TokenWakeRequests } from '../../domain/ports/servers/tokenWakeRequests.ts';

/** Milliseconds between two looks for registrations to be woken. */
const interval = 3000;
const batch = 50;

/** Reported by the wake-ups; the caller logs it. */
export type WakeUpReport = (event: 'wake-ups-sent' | 'wake-ups-failed', fields: { count: number }) => void;

/**
 * Lets registrations that wait for a token look again once a credential of their authorization server was put: the row
 * was committed with the credential, and lives until the entity took the operation. Sent again under the same operation
 * id after a crash, so that it is carried out once.
 */
export function startWakeUps(
  records: TokenWakeRequests,
  entities: Pick<EntityClient, 'operate'>,
  report: WakeUpReport,
): { stop(): Promise<void> } {
  let stopped = false;
  let running: Promise<void> | null = null;

  async function round(): Promise<void> {
    let count = 0;
    try {
      for (const { registrationId, operationId } of await records.tokenWakeRequests(batch)) {
        if (stopped) return;
        await wake(registrationId, operationId);
        await records.endTokenWakeRequest(registrationId, operationId);
        count += 1;
      }
      if (count > 0) report('wake-ups-sent', { count });
    } catch {
      // Database or Temporal are away: the rows stay, and the next round tries again.
      report('wake-ups-failed', { count });
    }
  }

  /** What the entity refuses needs no waking: it is retired, or has enough to do. */
  async function wake(registrationId: string, operationId: string): Promise<void> {
    const reason = 'A credential of the authorization server was put.';
    try {
      await entities.operate(registrationId, { operationId, kind: 'discover', actor: 'system', reason });
    } catch (error) {
      if (!(error instanceof EntityError) || error.code !== 'refused') throw error;
    }
  }

  function tick(): void {
    if (stopped || running !== null) return;
    running = round().finally(() => {
      running = null;
    });
  }

  const timer = setInterval(tick, interval);
  timer.unref();
  tick();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
