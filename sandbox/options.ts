/**
 * Kinds of simulated health systems.
 * `rotating`: initial access token, RFC 7592, secrets that expire and are replaced on PUT near their end.
 * `open`: anybody registers; no RFC 7592, no registration access token, secrets never expire.
 * `initial-access-token`: initial access token that works once, RFC 7592, secrets never expire and are never replaced.
 * `no-registration`: no registration endpoint; a person would register the client.
 */
export type SystemKind = 'rotating' | 'open' | 'initial-access-token' | 'no-registration';

export interface SystemOptions {
  /** Shown in the ledger and in the demo. */
  readonly name: string;
  readonly kind: SystemKind;
  /** Loopback port; any free one by default. */
  readonly port?: number;
  /** Milliseconds that every answer takes longer. */
  readonly answerDelay?: number;
  /** Seconds that a secret of a `rotating` system lives; 60 by default. */
  readonly secretLifetime?: number;
  /** A PUT replaces the secret when less than this share of its life is left; 0.5 by default. An earlier one keeps it. */
  readonly renewalShare?: number;
  /** Seconds that a replaced secret keeps working; half the lifetime by default. */
  readonly overlap?: number;
  /** False: registration access tokens read their client and can neither change nor delete it. */
  readonly registrationManagement?: boolean;
  /** Whether an initial access token works once; by default only at kind `initial-access-token`. */
  readonly oneUseTokens?: boolean;
  /** Whether an update leaves the registration access token as it was; by default it brings a new one. */
  readonly keepsManagementToken?: boolean;
}

export const defaultSecretLifetime = 60;
export const defaultRenewalShare = 0.5;
