import type { ApiDependencies } from './dependencies.ts';

/**
 * Starts entities right after their registrations were committed, so that nobody waits for the dispatcher's next round.
 * A start that fails, or whose entity does not claim its registration, is left to the dispatcher: the request was committed with the registration.
 */
export class EntityStarter {
  readonly #dependencies: Pick<ApiDependencies, 'entities' | 'records' | 'logger'>;
  readonly #underWay = new Set<Promise<void>>();

  constructor(dependencies: Pick<ApiDependencies, 'entities' | 'records' | 'logger'>) {
    this.#dependencies = dependencies;
  }

  /** Never rejects and never waits. */
  start(registrationIds: readonly string[]): void {
    for (const registrationId of registrationIds) {
      const attempt = this.#startOne(registrationId).finally(() => this.#underWay.delete(attempt));
      this.#underWay.add(attempt);
    }
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #startOne(registrationId: string): Promise<void> {
    const { entities, records, logger } = this.#dependencies;
    try {
      await entities.start(registrationId);
      await records.putOffStart(registrationId);
    } catch (error) {
      if (logger !== false) logger.warn('entity.start-left-to-dispatcher', { registrationId }, error);
    }
  }
}
