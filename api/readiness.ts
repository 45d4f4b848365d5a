import type { z } from 'zod';
import type { ApiDependencies } from './dependencies.ts';
import type { checkNames, readinessView } from './schemas/overview.ts';

export type Readiness = z.infer<typeof readinessView>;

/** A number tells nobody whose registrations are there. */
const everybody = { tenantIds: null, applicationIds: null };
/** Milliseconds after which a part counts as failing. */
const longestCheck = 3_000;
/** Milliseconds for which an answer is given again: anybody may ask, and a check may cost money. */
const keptFor = 1_000;

/** Asks every part that a request may need, all at once; callers within a second share one answer. */
export class ReadinessChecks {
  readonly #dependencies: Pick<ApiDependencies, 'records' | 'entities' | 'checkSecretStore' | 'spoolDepth' | 'clock'>;
  #answer: { readonly at: number; readonly readiness: Promise<Readiness> } | null = null;

  constructor(
    dependencies: Pick<ApiDependencies, 'records' | 'entities' | 'checkSecretStore' | 'spoolDepth' | 'clock'>,
  ) {
    this.#dependencies = dependencies;
  }

  /** Never rejects. */
  read(): Promise<Readiness> {
    const now = this.#dependencies.clock.now();
    if (this.#answer === null || now - this.#answer.at >= keptFor) this.#answer = { at: now, readiness: this.#ask() };
    return this.#answer.readiness;
  }

  async #ask(): Promise<Readiness> {
    const { records, entities, checkSecretStore, spoolDepth } = this.#dependencies;
    const checks: Record<(typeof checkNames)[number], () => Promise<void>> = {
      database: () => records.check(),
      temporal: () => entities.check(),
      secretStore: () => checkSecretStore(),
    };
    const entries = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await stateOf(check)] as const),
    );
    const ready = entries.every(([, state]) => state === 'ok');
    const spooledAnswers = await spoolDepth?.().catch(() => undefined);
    const pausedOrigins = await within(records.pausedOrigins(everybody)).catch(() => undefined);
    return {
      status: ready ? 'ready' : 'not-ready',
      checks: Object.fromEntries(entries) as Readiness['checks'],
      ...(spooledAnswers === undefined ? {} : { spooledAnswers }),
      ...(pausedOrigins === undefined ? {} : { pausedOrigins: pausedOrigins.length }),
    };
  }
}

function stateOf(check: () => Promise<void>): Promise<'ok' | 'failing'> {
  return within(check()).then(
    () => 'ok',
    () => 'failing',
  );
}

/** Rejects when it takes too long. */
async function within<Answer>(asked: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it took too long')), longestCheck);
  });
  try {
    return await Promise.race([asked, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
