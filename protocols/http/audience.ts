import { HttpGuardError } from './httpGuardError.ts';
import { originOf } from './publicUrl.ts';

/** A secret sealed with the exact origins that it may be sent to (DESIGN section 9). */
export interface AudienceSecret {
  readonly value: string;
  /** From the approved discovery snapshot, never from a document's claim. */
  readonly audience: readonly string[];
}

class SealedSecret implements AudienceSecret {
  readonly audience: readonly string[];
  readonly #value: string;

  constructor(value: string, audience: readonly string[]) {
    this.audience = audience;
    this.#value = value;
  }

  /** On the prototype and backed by a private field: neither enumerated, nor inspected, nor serialised. */
  get value(): string {
    return this.#value;
  }

  toJSON(): string {
    return '[secret]';
  }

  toString(): string {
    return '[secret]';
  }
}

/**
 * Seals a secret with the origins of `audience` (origins or URLs).
 *
 * @throws HttpGuardError `url-not-allowed` when an audience is no http or https URL.
 */
export function audienceSecret(value: string, audience: readonly string[]): AudienceSecret {
  return new SealedSecret(value, Object.freeze(audience.map(originOf)));
}

/** @throws HttpGuardError `audience-refused` unless the URL's origin is one of the audience, byte by byte. */
export function requireAudience(url: URL, audience: readonly string[]): void {
  if (!audience.includes(url.origin))
    throw new HttpGuardError('audience-refused', `${url.origin} is not an approved origin for this secret`);
}
