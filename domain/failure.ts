import type { Reason } from './reasons/index.ts';
import type { SafeText } from './text/safe.ts';

/**
 * What should happen after a failure (DESIGN section 5).
 * `input`: wait for new input (400 family, 403); `token`: a token problem (401), never blindly retried;
 * `transient`: 408, 425, 429, 5xx and network, tried again for repeatable requests only; `bug`: ours.
 */
export type RetryClass = 'input' | 'token' | 'transient' | 'bug';

/**
 * The only error with which protocols, stores and activities speak to the workflow. Everything in it may be shown:
 * it has no cause, no body and no secret.
 */
export class RegistrarFailure extends Error {
  override readonly name = 'RegistrarFailure';
  readonly reason: Reason;
  readonly retryClass: RetryClass;
  /** HTTP status of the peer, where there was one. */
  readonly status: number | null;
  /** Seconds to wait before the next try as the peer asked (RFC 9110 section 10.2.3), bounded by the caller. */
  readonly retryAfterSeconds: number | null;
  /** Requests that a settlement ladder sent before it failed. */
  readonly reads: number;
  /** Instance whose spool holds the answer, where that did not reach the database. */
  readonly spooledAt: string | null;

  constructor(fields: {
    reason: Reason;
    retryClass: RetryClass;
    message: string | SafeText;
    status?: number | null;
    retryAfterSeconds?: number | null;
    reads?: number;
    spooledAt?: string | null;
  }) {
    super(fields.message);
    this.reason = fields.reason;
    this.retryClass = fields.retryClass;
    this.status = fields.status ?? null;
    this.retryAfterSeconds = fields.retryAfterSeconds ?? null;
    this.reads = fields.reads ?? 0;
    this.spooledAt = fields.spooledAt ?? null;
  }
}

/** Retry class of an HTTP status of a peer. */
export function retryClassOf(status: number): RetryClass {
  if (status === 401) return 'token';
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'transient';
  return 'input';
}
