/** The inventory of initial access tokens (RFC 7591 section 3.1): never a value. */

export const tokenSources = ['operator', 'keycloak-admin'] as const;
/** Who brought a token: a person, or an administrator that Registrar asked. */
export type TokenSource = (typeof tokenSources)[number];

export const tokenStates = ['waiting', 'claimed', 'spent', 'swept', 'expired', 'revoked'] as const;
/**
 * `waiting`: nobody uses it yet, and it is swept an hour after it came; `claimed`: kept for its registration; `spent`:
 * a client was registered with it, or a newer one was.
 */
export type TokenState = (typeof tokenStates)[number];

export interface InitialAccessTokenRecord {
  readonly tokenId: string;
  readonly registrationId: string;
  readonly source: TokenSource;
  /** Where an administrator issued it. */
  readonly authorizationServerId: string | null;
  /** `key:{keyId}`, `oidc:{subject}` or `system`; null = not known. */
  readonly suppliedBy: string | null;
  /** Times are RFC 3339 UTC. */
  readonly suppliedAt: string;
  /** Null: not known. */
  readonly expiresAt: string | null;
  /** Registrations left; null: not known. */
  readonly remainingCount: number | null;
  readonly spentAt: string | null;
  readonly state: TokenState;
  /** Usable, and ends within a day. */
  readonly expiring: boolean;
}

/** How long before its end a token is told to be expiring, in milliseconds. */
export const expiringWithin = 24 * 60 * 60 * 1000;

/** What is known of a token when its state is judged; times in milliseconds since the epoch, UTC. */
export interface TokenFacts {
  readonly source: TokenSource;
  readonly claimedAt: number | null;
  readonly spentAt: number | null;
  readonly sweptAt: number | null;
  readonly revokedAt: number | null;
  readonly expiresAt: number | null;
}

/** The state of a token at a time. What became of it outranks the clock. */
export function tokenStateAt(token: TokenFacts, now: number): TokenState {
  if (token.spentAt !== null) return 'spent';
  if (token.revokedAt !== null) return 'revoked';
  if (token.sweptAt !== null) return 'swept';
  if (token.expiresAt !== null && token.expiresAt <= now) return 'expired';
  return token.claimedAt === null ? 'waiting' : 'claimed';
}

/** Whether a usable token ends soon. One that an administrator issued lives for minutes: that is no news. */
export function isExpiring(token: TokenFacts, now: number): boolean {
  const state = tokenStateAt(token, now);
  if (token.source !== 'operator' || token.expiresAt === null) return false;
  return (state === 'waiting' || state === 'claimed') && token.expiresAt - now <= expiringWithin;
}

/** Registrations that a token is known to allow still; null = not known. */
export function remainingCountOf(token: TokenFacts, now: number): number | null {
  const state = tokenStateAt(token, now);
  if (state === 'waiting' || state === 'claimed') return token.source === 'keycloak-admin' ? 1 : null;
  return 0;
}
