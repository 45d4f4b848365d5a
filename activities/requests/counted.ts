import { RegistrarFailure } from '../../domain/failure.ts';
import { explain } from '../../domain/reasons/index.ts';

/** The requests that one step sends to a client's registration endpoints, under the ceiling of DESIGN section 6. */
export class CountedRequests {
  #sent = 0;
  readonly #most: number;

  /** @param most that may be sent; all of a step that comes to no end are told with its failure. */
  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  /** For one that is sent now. Throws `RotationPaced` where no more may be. */
  count(): void {
    if (this.#sent >= this.#most)
      throw new RegistrarFailure({
        reason: 'RotationPaced',
        retryClass: 'transient',
        message: explain('RotationPaced'),
      });
    this.#sent += 1;
  }

  /** A failure of the step, with what was sent before it. */
  told({ reason, retryClass, message, status, retryAfterSeconds, spooledAt }: RegistrarFailure): RegistrarFailure {
    return new RegistrarFailure({
      reason,
      retryClass,
      message,
      status,
      retryAfterSeconds,
      spooledAt,
      reads: this.#sent,
    });
  }
}
