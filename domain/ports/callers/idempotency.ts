import type { RegistrationView } from '../../registration/view.ts';

/** An idempotency row to complete in the same transaction as the change, so that a crash cannot part them. */
export interface AnswerToKeep {
  readonly principal: string;
  readonly route: string;
  readonly key: string;
  readonly status: number;
  readonly body: (created: readonly RegistrationView[]) => unknown;
}

/** Answers to requests with an idempotency key. */
export interface Idempotency {
  /**
   * Claims an idempotency row (principal, route, key; 24 h) for a request with this HMAC. `fresh`: go on and complete
   * it; `stored`: answer this; `mismatch`: other request under the same key; `in-progress`: its first try still runs
   * (an abandoned one is taken over after a minute and is `fresh` again).
   */
  beginIdempotent(row: {
    principal: string;
    route: string;
    key: string;
    requestMac: string;
  }): Promise<
    | { kind: 'fresh' }
    | { kind: 'stored'; status: number; body: unknown }
    | { kind: 'mismatch' }
    | { kind: 'in-progress' }
  >;
  completeIdempotent(
    row: { principal: string; route: string; key: string },
    status: number,
    body: unknown,
  ): Promise<void>;
  /** Forgets a claim whose request failed. */
  abandonIdempotent(row: { principal: string; route: string; key: string }): Promise<void>;
}
