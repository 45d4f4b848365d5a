import { type HealthSystem, startHealthSystem } from './healthSystem.ts';
import type { SystemOptions } from './options.ts';

export type { HealthSystem } from './healthSystem.ts';
export type { Ledger, LedgerClient, LedgerRequest } from './ledger.ts';
export type { SystemKind, SystemOptions } from './options.ts';

export interface Sandbox {
  /** In the order asked for. */
  readonly systems: readonly HealthSystem[];
  /** The system of a name; throws when there is none. */
  system(name: string): HealthSystem;
  stop(): Promise<void>;
}

/**
 * Starts simulated health systems, each on its own loopback port, in this process. What they hold is gone when they
 * stop. Resolves when all answer.
 */
export async function startSandbox(options: { readonly systems: readonly SystemOptions[] }): Promise<Sandbox> {
  const started = await Promise.allSettled(options.systems.map(startHealthSystem));
  const systems = started.filter((outcome) => outcome.status === 'fulfilled').map((outcome) => outcome.value);
  const stop = async () => {
    await Promise.all(systems.map((system) => system.stop()));
  };
  const failed = started.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return {
    systems,
    system(name) {
      const found = systems.find((system) => system.name === name);
      if (found === undefined) throw new Error(`the sandbox has no system named ${name}`);
      return found;
    },
    stop,
  };
}
