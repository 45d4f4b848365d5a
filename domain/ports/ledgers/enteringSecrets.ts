/** What a secret that a person gives is for. */
export type EnteringSecretKind = 'initial-access-token' | 'credential';

/** Secrets on their way in: sealed under the operation that brought them, until they are claimed and spent. */
export interface EnteringSecretLedger {
  /** Seals an entering secret under an operation id; swept after an hour when nobody claims it. */
  putEnteringSecret(entry: {
    operationId: string;
    registrationId: string;
    kind: EnteringSecretKind;
    value: string;
    /** `key:{keyId}`, `oidc:{subject}` or `system`; null = not known. */
    suppliedBy?: string | null | undefined;
  }): Promise<void>;
  /** Claims for good; refuses (null) an operation id of another registration. Repeatable. */
  claimEnteringSecret(operationId: string, registrationId: string): Promise<string | null>;
  /** Deletes the value: it was used. Those of its kind that came before it for the registration go along. Idempotent. */
  spendEnteringSecret(operationId: string): Promise<void>;
  /** Deletes what nobody claimed within an hour. Returns how many. */
  sweepEnteringSecrets(): Promise<number>;
}
