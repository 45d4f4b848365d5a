/**
 * The one interface to secrets managers. Stages are AWS's idea reduced to three: pending (AWSPENDING), current
 * (AWSCURRENT), previous (AWSPREVIOUS). One contract suite runs against every implementation.
 */
export type SecretStage = 'pending' | 'current' | 'previous';

/** A JSON object. Values are secrets: never log, never put in an error. */
export type SecretValue = Readonly<Record<string, unknown>>;

export interface SecretVersion {
  readonly versionId: string;
  readonly value: SecretValue;
}

/** What may be said aloud about a version. */
export interface SecretVersionInfo {
  readonly versionId: string;
  readonly stages: readonly SecretStage[];
  /** Held by {@link SecretStore.keep}. */
  readonly kept: boolean;
  /** Milliseconds since the epoch, UTC. */
  readonly createdAt: number;
}

/** Versions of a secret that are kept at a time. AWS takes 20 labels a secret, three of which are stages. */
export const mostKept = 15;

export type SecretStoreKind = 'database' | 'aws' | 'azure';

export type SecretStoreErrorCode =
  /** Another version is current than the caller expected, or the version id exists with other content. */
  | 'conflict'
  /** Worth trying again: network, throttling, 5xx. */
  | 'unavailable'
  /** Not worth trying again without a person: permissions, deletion pending, too large. */
  | 'refused'
  | 'not-found';

/** Carries no value, no body and no cause. `message` may be shown to people. */
export class SecretStoreError extends Error {
  override readonly name = 'SecretStoreError';
  readonly code: SecretStoreErrorCode;
  constructor(code: SecretStoreErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface SecretStore {
  readonly kind: SecretStoreKind;
  /**
   * Writes a version with stage pending; the current one is untouched. The first version of a name becomes current
   * at once, whatever is asked (AWS does so; every implementation agrees).
   * A version that was pending until then is kept, as {@link SecretStore.keep} does; beyond {@link mostKept} the oldest
   * is let go.
   * Idempotent: the same `versionId` (32 to 64 characters) with the same content is a no-op; other content is a `conflict`.
   */
  put(name: string, versionId: string, value: SecretValue, tags?: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Makes `versionId` current by compare-and-swap and the former current one previous. Success when it is current
   * already; it is not kept any more. A current version that is neither `versionId` nor `expectedCurrent` is a `conflict`.
   */
  promote(name: string, versionId: string, expectedCurrent: string | null): Promise<void>;
  /** Reads by stage or by version id; null when there is none. Always asks for the stage by name. */
  get(name: string, which: { stage: SecretStage } | { versionId: string }): Promise<SecretVersion | null>;
  /**
   * Holds a version that carries no stage, or will lose it (set aside, or draining): without a label AWS may drop it at
   * any time. Repeatable. `not-found` when there is no such version.
   */
  keep(name: string, versionId: string): Promise<void>;
  /** Lets go of it again; success when it was not held. */
  release(name: string, versionId: string): Promise<void>;
  /** Versions that carry a stage or are kept, without values; null when the name is unknown. */
  describe(name: string): Promise<SecretVersionInfo[] | null>;
  /** Schedules deletion with the store's recovery window. Success when it is gone already. */
  remove(name: string): Promise<void>;
  /** Rejects with SecretStoreError when the store cannot be used; for `/readyz`. */
  check(): Promise<void>;
}
