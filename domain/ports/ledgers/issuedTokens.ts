/** An initial access token that an administrator issued for one request, before it is known how it ended. */
export interface IssuedToken {
  /** Of the request that it was issued for. */
  readonly intentId: string;
  readonly registrationId: string;
  readonly serverId: string;
  /** The server's own id; null = its answer was not kept. */
  readonly peerTokenId: string | null;
  readonly lifetimeSeconds: number;
  readonly askedAt: number;
}

/** Initial access tokens that administrators issued, so that none is forgotten. */
export interface IssuedTokenLedger {
  /** Before an initial access token is issued, so that none is forgotten. Idempotent by intent. */
  beginIssuedToken(token: Omit<IssuedToken, 'peerTokenId' | 'askedAt'>): Promise<void>;
  /** What the server answered. */
  recordIssuedToken(intentId: string, peerTokenId: string, expiresAt: number | null): Promise<void>;
  /** `spent`: a client was registered with it. `revoked`: the server knows it no longer. Idempotent. */
  endIssuedToken(intentId: string, how: 'spent' | 'revoked'): Promise<void>;
  /**
   * Issued tokens that nobody will use any more: their request is settled without a client, or was never prepared and
   * is older than `abandonedAfter` milliseconds. Those whose request brought a client are ended as spent.
   */
  unusedIssuedTokens(abandonedAfter: number): Promise<IssuedToken[]>;
  /** Waiting tokens that end within `within` milliseconds, each told once. */
  warnOfExpiringTokens(within: number): Promise<{ registrationId: string; expiresAt: number }[]>;
}
