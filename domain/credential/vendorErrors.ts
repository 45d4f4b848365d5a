import type { ErrorObservation } from './probeAnswer.ts';
import type { Verdict } from './proofDecision.ts';

/**
 * An answer that means something else than its OAuth error code says: an entry of `playbooks/errors/`. Every member of
 * `when` must fit; a text fits where it stands in the peer's, letter case apart.
 */
export interface VendorError {
  /** Kebab-case, unique among all entries. */
  readonly name: string;
  readonly when: {
    readonly status?: number | undefined;
    readonly error?: string | undefined;
    readonly errorUri?: string | undefined;
    readonly description?: string | undefined;
  };
  /** What it says about the credential; outranks the code. */
  readonly verdict: Verdict;
  /** What it means and what to do, for people. */
  readonly meaning: string;
}

/** The first entry that fits; null = none does. */
export function knownError(table: readonly VendorError[], observation: ErrorObservation): VendorError | null {
  return table.find(({ when }) => fits(when, observation)) ?? null;
}

function fits(when: VendorError['when'], { status, error, errorUri, description }: ErrorObservation): boolean {
  return (
    (when.status === undefined || when.status === status) &&
    (when.error === undefined || when.error === error) &&
    holds(errorUri, when.errorUri) &&
    holds(description, when.description)
  );
}

function holds(text: string | null, part: string | undefined): boolean {
  return part === undefined || text?.toLowerCase().includes(part.toLowerCase()) === true;
}
