import { setTimeout as sleep } from 'node:timers/promises';
import { RegistrarFailure } from '../../domain/failure.ts';
import type { Endpoints, Failure } from '../../domain/ports/activities.ts';
import type { Budgets } from '../../domain/ports/servers/budgets.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { WorkClass } from '../../domain/servers/budget.ts';
import { rfc3339OrNull } from '../../domain/time/clock.ts';
import type { GuardedClient } from '../../protocols/http/client.ts';

/** What a step will ask of a server, at most. */
export interface StepCalls {
  /** Whose origin counts. */
  readonly url: string;
  readonly calls: number;
  readonly workClass: WorkClass;
}

export interface TurnDependencies {
  readonly budgets: Budgets;
  readonly client: Pick<GuardedClient, 'saturation'>;
  /** Resolves after milliseconds; tests and simulations give their own. */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

/** Whom a step asks: for discovery documents, for its client, for a token. */
type Asked = 'documents' | 'registration' | 'token';

/**
 * Requests that a step makes in the usual case, its proof with a control included, by whom they go to. More are no
 * danger: the budget is at peace again after a moment; fewer would be a place that stays empty.
 */
const callsOf = {
  discover: { documents: 2 },
  register: { registration: 1, token: 2 },
  /** Until its discovery tells whom it asks; from there on it is a registration. */
  onboard: { documents: 2 },
  update: { registration: 2, token: 2 },
  read: { registration: 1 },
  settle: { registration: 1, token: 2 },
  prove: { token: 2 },
  probeSetAside: { token: 2 },
  settleConflict: { token: 2 },
  storeSupplied: { token: 2 },
  // The secret store only.
  showEndpoints: {},
  retire: { registration: 1 },
} as const satisfies Readonly<Record<string, Readonly<Partial<Record<Asked, number>>>>>;

export type StepName = keyof typeof callsOf;

/**
 * The calls of a step by the origins that they go to, the one whose answer it is about first. What is not known yet, or
 * not there, counts at the token endpoint, and before that at the FHIR base URL.
 *
 * @param endpoints null: it asks nobody; absent: they are not known yet.
 */
export function turnsOf(
  name: StepName,
  endpoints: Pick<Endpoints, 'registrationEndpoint' | 'tokenEndpoint'> | null | undefined,
  fhirBaseUrl: string,
): readonly Pick<StepCalls, 'url' | 'calls'>[] {
  if (endpoints === null) return [];
  const token = endpoints?.tokenEndpoint ?? fhirBaseUrl;
  const urls = { documents: fhirBaseUrl, registration: endpoints?.registrationEndpoint ?? token, token };
  const turns = new Map<string, { url: string; calls: number }>();
  for (const [asked, calls] of Object.entries(callsOf[name]) as [Asked, number][]) {
    const url = urls[asked];
    const origin = URL.canParse(url) ? new URL(url).origin : url;
    turns.set(origin, { url, ...turns.get(origin), calls: (turns.get(origin)?.calls ?? 0) + calls });
  }
  return [...turns.values()];
}

/**
 * Waits for the turn of a whole step, two seconds at most. Fails with `TurnNotYet` and the seconds to wait where it is
 * further away: the step then ends, and its entity sleeps without a place at the queue (DESIGN section 11). That is no
 * failed attempt.
 */
export async function takeTurn(deps: TurnDependencies, { url, calls, workClass }: StepCalls): Promise<void> {
  const saturated = deps.client.saturation(url);
  if (saturated !== null) throw notYet(saturated, null);
  const { turn, now } = await deps.budgets.reserve(url, calls, workClass);
  if (turn.kind === 'not-yet') throw notYet(turn.at - now, turn.at);
  if (turn.at > now) await (deps.wait ?? sleep)(turn.at - now);
}

/**
 * Seconds that all registrations of a server pause for what one was told. Whoever was told waits for the whole of it;
 * that it is meant for all is not known, and a day of it would stop a health system without a word. Where it is, the
 * next one is told the same.
 */
const longestPause = 60;

/**
 * Tells the budget when the server asked for a pause (429 or 503 with `Retry-After`). What a step learned counts for more
 * than the pause: nothing is thrown where the budget cannot be told.
 *
 * @param failure what was thrown, or is in the result; anything else asks for nothing.
 */
export async function heedPause(deps: Pick<TurnDependencies, 'budgets'>, url: string, failure: unknown): Promise<void> {
  const { reason, status, retryAfterSeconds } = (failure ?? {}) as Partial<Failure>;
  if (reason === 'TurnNotYet' || retryAfterSeconds == null || (status !== 429 && status !== 503)) return;
  await deps.budgets.pause(url, Math.min(retryAfterSeconds, longestPause)).catch(() => undefined);
}

function notYet(milliseconds: number, at: number | null): RegistrarFailure {
  const when = rfc3339OrNull(at);
  return new RegistrarFailure({
    reason: 'TurnNotYet',
    retryClass: 'transient',
    retryAfterSeconds: Math.max(1, Math.ceil(milliseconds / 1000)),
    message: when === null ? explain('TurnNotYet') : `${explain('TurnNotYet')} Its turn comes at ${when}.`,
  });
}
