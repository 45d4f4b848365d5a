/** What a request was for. `manage`: at a client's own URI; `fhir`: documents of the FHIR base and of the issuer. */
export type RequestKind = 'fhir' | 'register' | 'manage' | 'token' | 'other';

/** A request as the peer saw it. Holds no secret and no token. */
export interface PeerRequest {
  /** Milliseconds since the epoch by the peer's clock, when it came. */
  readonly at: number;
  readonly system: string;
  readonly kind: RequestKind;
  readonly method: string;
  /** 0: the answer was never sent. */
  readonly status: number;
  /** The client that it was about, where the peer knows it. */
  readonly clientId: string | null;
  /** Ordinal, from 1, of the client's secret that came with it; null where none of its secrets did. */
  readonly secret: number | null;
}

/** A client in the peer's books. Times are milliseconds since the epoch. */
export interface PeerClient {
  readonly clientId: string;
  readonly system: string;
  readonly createdAt: number;
  readonly deletedAt: number | null;
  /** When each of its secrets was issued, and ends (null: never), oldest first. */
  readonly secrets: readonly { readonly issuedAt: number; readonly endsAt: number | null }[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The peer's own books: what a drill is judged by. */
export interface Ledger {
  readonly requests: readonly PeerRequest[];
  readonly clients: readonly PeerClient[];
}

/** Requests to registration endpoint and client URIs, whatever their method. */
export function managementOf(requests: readonly PeerRequest[], system?: string): PeerRequest[] {
  return requests.filter(
    ({ kind, system: of }) => (kind === 'register' || kind === 'manage') && (system === undefined || of === system),
  );
}

/** Requests that make or change a client. */
export function writesOf(requests: readonly PeerRequest[], system?: string): PeerRequest[] {
  return managementOf(requests, system).filter(({ method }) => method === 'POST' || method === 'PUT');
}

/** The most times that fall into any window so long, in milliseconds; the times need no order. */
export function mostWithin(times: readonly number[], window: number): number {
  const sorted = [...times].sort((left, right) => left - right);
  let most = 0;
  let first = 0;
  for (const [index, time] of sorted.entries()) {
    while (time - (sorted[first] ?? time) >= window) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
