import { hash, randomBytes } from 'node:crypto';
import type { Behaviour } from './behaviour.ts';
import type { PeerClient } from './ledger.ts';

interface Secret {
  readonly value: string;
  readonly issuedAt: number;
  readonly endsAt: number | null;
}

/** One client of a simulated authorization server, with everything that the server would hold. */
export class SimulatedClient {
  readonly clientId: string;
  readonly system: string;
  readonly createdAt: number;
  metadata: Readonly<Record<string, unknown>>;
  deletedAt: number | null = null;
  enabled: boolean;
  token = `rat-${randomBytes(18).toString('base64url')}`;
  readonly #secrets: Secret[] = [];

  constructor(system: string, metadata: Readonly<Record<string, unknown>>, behaviour: Behaviour, now: number) {
    this.clientId = `client-${randomBytes(6).toString('hex')}`;
    this.system = system;
    this.createdAt = now;
    this.metadata = metadata;
    this.enabled = !behaviour.disabled;
    this.issue(behaviour, now);
  }

  get secret(): string {
    return this.#newest.value;
  }

  get #newest(): Secret {
    const newest = this.#secrets.at(-1);
    if (newest === undefined) throw new Error('a client has a secret');
    return newest;
  }

  issue({ lifetime }: Behaviour, now: number, value = `secret-${randomBytes(18).toString('base64url')}`): void {
    this.#secrets.push({ value, issuedAt: now, endsAt: lifetime === 0 ? null : now + lifetime * 1000 });
  }

  renewToken(): void {
    this.token = `rat-${randomBytes(18).toString('base64url')}`;
  }

  /** Whether an update comes too early for a new secret. */
  isTooEarly({ lifetime, renewalShare }: Behaviour, now: number): boolean {
    return lifetime > 0 && (this.#newest.endsAt ?? now) - now > renewalShare * lifetime * 1000;
  }

  /** Ordinal, from 1, of a secret of this client that has not ended; null for anything else. A replaced one goes on. */
  ordinalOf(value: string, now: number): number | null {
    const index = this.#secrets.findIndex((secret) => secret.value === value);
    const found = this.#secrets[index];
    return found === undefined || (found.endsAt !== null && found.endsAt <= now) ? null : index + 1;
  }

  /** The answer to POST, PUT and GET. */
  shown(behaviour: Behaviour, clientUri: string, form: 'plain' | 'masked' | 'hashed'): Record<string, unknown> {
    const { value, issuedAt } = this.#newest;
    const says = behaviour.says(Math.floor(issuedAt / 1000), behaviour.lifetime);
    const forms = { plain: value, masked: '********', hashed: hash('sha256', value) };
    return {
      ...this.metadata,
      client_id: this.clientId,
      client_secret: forms[form],
      ...(says === null ? {} : { client_secret_expires_at: says }),
      registration_access_token: this.token,
      registration_client_uri: clientUri,
    };
  }

  book(): PeerClient {
    return {
      clientId: this.clientId,
      system: this.system,
      createdAt: this.createdAt,
      deletedAt: this.deletedAt,
      secrets: this.#secrets.map(({ issuedAt, endsAt }) => ({ issuedAt, endsAt })),
      metadata: this.metadata,
    };
  }
}
