import type { Budgets } from '../../domain/ports/servers/budgets.ts';

/** Every step has its turn at once: for tests of something else, which ask one peer faster than a server is asked. */
export const noLimits: Budgets = {
  reserve: async () => ({ turn: { kind: 'granted', at: 0 }, now: 0, spacing: 0 }),
  pause: async () => undefined,
};
