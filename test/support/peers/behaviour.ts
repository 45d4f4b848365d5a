/** An answer that refuses: its status, and the seconds of its `Retry-After`. */
export interface Refusal {
  readonly status: number;
  readonly retryAfter?: number;
  /** `error` of its JSON body; none: an empty body. */
  readonly error?: string;
  /** `error_description` beside it. */
  readonly description?: string;
}

/** How a simulated authorization server behaves; everything is what an RFC 7591 and 7592 server would do, unless said. */
export interface Behaviour {
  /** Seconds that a secret lives and is taken; 0: for ever. */
  readonly lifetime: number;
  /** `client_secret_expires_at` of an answer, by the seconds at which the secret was issued; null leaves it out. */
  readonly says: (issuedAt: number, lifetime: number) => number | null;
  /** Documents of the FHIR base. */
  readonly documents: 'shown' | Refusal;
  /**
   * A registration: it is answered; made and never answered; answered with the client that the system has already; made
   * and answered without its id; or refused.
   */
  readonly register: 'answers' | 'goes-silent' | 'same-client' | 'without-id' | Refusal;
  /** What an update does to the secret, and shows of it. `masked` and `hashed` keep it. */
  readonly update: 'new' | 'same' | 'masked' | 'hashed' | 'goes-silent' | Refusal;
  /** An update is too early, and keeps the secret, while more than this share of its life is left; 1: never. */
  readonly renewalShare: number;
  readonly remove: 'removes' | Refusal;
  /** What a read shows; `renews-token`: also a new registration access token, the older one ends. */
  readonly read: 'shows' | 'renews-token' | 'hashed' | Refusal;
  /**
   * `honest` judges the client first; `newest-fails` takes a client's first secret only; `anybody` says
   * `invalid_grant` to whoever asks.
   */
  readonly token: 'honest' | 'newest-fails' | 'anybody' | Refusal;
  /** Whether an update brings a new registration access token, which ends the older one. */
  readonly updateRenewsToken: boolean;
  /** Clients are disabled until {@link Peer.enable}: the token endpoint refuses them all. */
  readonly disabled: boolean;
  /** Whether the documents name a registration endpoint. */
  readonly registers: boolean;
  /** Whether a registration needs an initial access token. */
  readonly wantsToken: boolean;
  /** Milliseconds before each answer. */
  readonly delay: number;
}

const day = 86_400;

/** Ninety days, replaced by any update in the last third of their life. */
export const honest: Behaviour = {
  lifetime: 90 * day,
  says: (issuedAt, lifetime) => (lifetime === 0 ? 0 : issuedAt + lifetime),
  documents: 'shown',
  register: 'answers',
  update: 'new',
  remove: 'removes',
  renewalShare: 1,
  read: 'shows',
  token: 'honest',
  updateRenewsToken: true,
  disabled: false,
  registers: true,
  wantsToken: false,
  delay: 0,
};

/** Ten days: rotation is due, tried and too late within a month. */
const short: Behaviour = { ...honest, lifetime: 10 * day };

/**
 * Servers that reports of others tell of. A lie about the expiry is one about the answer only: the secret goes on
 * working, as it did there.
 */
export const behaviours = {
  honest,
  short,
  'expiry-in-the-past': { ...honest, lifetime: 0, says: () => 978_307_200 },
  'expiry-now-plus-one': { ...honest, lifetime: 0, says: (issuedAt: number) => issuedAt + 1 },
  'expiry-is-a-duration': { ...honest, lifetime: 0, says: () => 86_400 },
  'expiry-is-a-duration-and-kept': { ...honest, lifetime: 0, says: () => 86_400, update: 'same' },
  'same-secret': { ...short, update: 'same' },
  'masked-secret': { ...short, update: 'masked' },
  'hashed-secret': { ...short, update: 'hashed', read: 'hashed' },
  'refuses-400': { ...short, update: { status: 400, error: 'invalid_client_metadata' } },
  'refuses-401': {
    ...short,
    update: { status: 401, error: 'invalid_token' },
    read: { status: 401, error: 'invalid_token' },
  },
  'fails-500': { ...short, update: { status: 500 }, read: { status: 500 } },
  'retry-after-a-day': { ...short, update: { status: 503, retryAfter: day } },
  'never-proves': { ...short, token: 'newest-fails' },
  'invalid-grant-to-anybody': { ...short, token: 'anybody' },
  'token-renewed-by-read': { ...short, read: 'renews-token' },
  slow: { ...short, delay: 1500 },
} satisfies Record<string, Behaviour>;

export type BehaviourName = keyof typeof behaviours;
