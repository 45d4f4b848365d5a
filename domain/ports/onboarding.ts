import type { DiscoveryView } from '../registration/view.ts';
import type { TimePolicy } from '../time/policy.ts';
import type { Failure, ProofOutcome, RegistrationActivities, RequestOutcome } from './activities.ts';
import type { Decided, StoredState } from './entityState.ts';

/** An onboarding as one step: from the discovery documents to a proved credential (DESIGN section 5, `onboard`). */
export interface OnboardArguments {
  readonly registrationId: string;
  /** Temporal's `firstExecutionRunId`: who may write of the registration. */
  readonly chain: string;
  /** As the records hold it, or the first one where they hold none yet. */
  readonly state: StoredState;
  /** Of the registration that comes next, if it does. */
  readonly intentId: string;
  readonly operationId: string;
  readonly policy: TimePolicy;
}

/** Why it was left to single steps before anything was recorded. */
export type OnboardStop =
  /** The documents could not be read. */
  | 'discovery'
  /** Another step than registering comes next. */
  | 'decision'
  /** Somebody asked for something meanwhile. */
  | 'operation'
  /** Too little of the step's time is left to send what cannot be repeated, or its turn there comes later. */
  | 'time';

/** What happened, in order; the entity draws what follows from it, as from single steps. */
export type OnboardFacts =
  | { readonly stoppedAt: 'discovery'; readonly failure: Failure }
  | { readonly stoppedAt: Exclude<OnboardStop, 'discovery'>; readonly found: DiscoveryView }
  | {
      readonly stoppedAt: null;
      readonly found: DiscoveryView;
      /** When the discovery and the open request were recorded, in milliseconds since the epoch. */
      readonly recordedAt: number;
      /** How the request ended, or why nobody knows yet. */
      readonly request: RequestOutcome | { readonly kind: 'failed'; readonly failure: Failure };
      /** Of what was stored; null = none was made, and it is a step of its own. */
      readonly proof: ProofOutcome | null;
    };

/** An activity of the outbound task queue, beside the single steps. */
export interface Onboarding {
  /** Never retried. Rejects where nobody knows what was recorded: the records then tell. */
  onboard(argument: OnboardArguments & Decided): Promise<OnboardFacts>;
}

/** Everything that an entity can ask for. */
export type EntityActivities = RegistrationActivities & Onboarding;
