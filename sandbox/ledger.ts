import { hash } from 'node:crypto';

/** A client as the simulated server knows it. Times are milliseconds since the epoch, UTC. */
export interface LedgerClient {
  readonly clientId: string;
  readonly clientName: string | null;
  readonly createdAt: number;
  /** Null while it exists. */
  readonly deletedAt: number | null;
  readonly redirectUris: readonly string[];
  readonly scope: string | null;
  readonly authMethod: string | null;
  /** Every secret that it ever had, oldest first, by its SHA-256 in hexadecimal. */
  readonly secrets: readonly {
    readonly sha256: string;
    readonly issuedAt: number;
    readonly expiresAt: number | null;
  }[];
  /** Accepted RFC 7592 updates. */
  readonly updates: number;
}

/** A request that was answered. Never holds a token, a secret or a query. */
export interface LedgerRequest {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** The client that the server found for it. */
  readonly clientId: string | null;
}

/** The other side's own books: what a test judges the product by. */
export interface Ledger {
  readonly clients: readonly LedgerClient[];
  readonly requests: readonly LedgerRequest[];
}

export class LedgerBook {
  readonly #clients = new Map<string, LedgerClient>();
  readonly #requests: LedgerRequest[] = [];

  /** A client was stored: created, or updated when it was known already. */
  stored(clientId: string, metadata: Readonly<Record<string, unknown>>, now: number): void {
    const before = this.#clients.get(clientId);
    this.#clients.set(clientId, {
      clientId,
      clientName: text(metadata['client_name']),
      createdAt: before?.createdAt ?? now,
      deletedAt: null,
      redirectUris: Array.isArray(metadata['redirect_uris']) ? metadata['redirect_uris'].map(String) : [],
      scope: text(metadata['scope']),
      authMethod: text(metadata['token_endpoint_auth_method']),
      secrets: withSecret(before?.secrets ?? [], metadata, now),
      updates: before === undefined ? 0 : before.updates + 1,
    });
  }

  deleted(clientId: string, now: number): void {
    const before = this.#clients.get(clientId);
    if (before !== undefined) this.#clients.set(clientId, { ...before, deletedAt: now });
  }

  answered(request: LedgerRequest): void {
    this.#requests.push(request);
  }

  read(): Ledger {
    return { clients: [...this.#clients.values()], requests: [...this.#requests] };
  }
}

function withSecret(
  before: LedgerClient['secrets'],
  metadata: Readonly<Record<string, unknown>>,
  now: number,
): LedgerClient['secrets'] {
  const secret = text(metadata['client_secret']);
  if (secret === null) return before;
  const sha256 = hash('sha256', secret);
  if (before.at(-1)?.sha256 === sha256) return before;
  const expiresAt = Number(metadata['client_secret_expires_at'] ?? 0);
  return [...before, { sha256, issuedAt: now, expiresAt: expiresAt === 0 ? null : expiresAt * 1000 }];
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
