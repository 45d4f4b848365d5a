import type { Operation } from '../domain/entity/state.ts';
import type { StoredState } from '../domain/ports/entityState.ts';
import type { Unrecorded } from './unrecorded.ts';

/** Argument of the workflow. */
export interface RegistrationInput {
  readonly registrationId: string;
  /** Where activities that talk to a health system or a secret store go. */
  readonly peerTaskQueue: string;
  /** After continue-as-new only. */
  readonly carried?: Carried;
}

/** What one run of an entity hands to the next. The recorded state counts; this one judges operations until it is read. */
export interface Carried {
  /** Null = not read yet. */
  readonly incarnation: number | null;
  readonly state: StoredState | null;
  /** That came before there was a state. */
  readonly operations: readonly Operation[];
  /** Milliseconds since the epoch; null = it waits for an operation only. */
  readonly wakeAt: number | null;
  readonly unrecorded: Unrecorded | null;
  /** Intent of an open request that nobody was given; it is not recorded either. */
  readonly opened: string | null;
  /** Times in a row that the records could not be reached. */
  readonly failures: number;
}
