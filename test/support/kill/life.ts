import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import type { HealthSystem } from '../../../sandbox/sandbox.ts';
import { waitFor } from '../waitFor.ts';
import type { Running } from './running.ts';

export const applicationId = 'portal';
export const redirectUri = 'https://portal.example.org/callback';

export const movedUri = 'https://portal.example.org/moved';

/**
 * How a client comes to be: registered by the product; registered after an administrator approved the endpoint; or made
 * by somebody and adopted with secret and registration access token.
 */
export type LifeKind = 'registered' | 'approved' | 'adopted';

/** Milliseconds for one phase of a life, with the death of the product in it. */
const usualPatience = 120_000;

export interface LifeOptions {
  readonly running: Running;
  /** One of its own for each life: callers may retire only so many registrations in an hour. */
  readonly key: string;
  readonly tenantId: string;
  readonly kind?: LifeKind;
  readonly system: HealthSystem;
  /** Where the product reaches the authorization server; needed to adopt. */
  readonly issuerUrl?: string;
  /** What the product is told; another path of it for each tenant. */
  readonly fhirBaseUrl: string;
  /** Reads the view of a registration from wherever it does not disturb; null when there is none. */
  readonly look: (registrationId: string) => Promise<RegistrationView | null>;
  /** Milliseconds for one phase, however often the product dies in it. */
  readonly patience?: number;
}

/**
 * One registration from onboarding over rotation to retirement, as its operator sees it: who repeats a request that
 * went unanswered because the product died, under the same Idempotency-Key, and gives a token when asked for one.
 */
export class Life {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly system: HealthSystem;
  readonly #options: LifeOptions;
  readonly #patience: number;

  constructor(options: LifeOptions) {
    this.#options = options;
    this.#patience = options.patience ?? usualPatience;
    this.tenantId = options.tenantId;
    this.system = options.system;
    this.registrationId = `${options.tenantId}.${applicationId}.production.main`;
  }

  view(): Promise<RegistrationView | null> {
    return this.#options.look(this.registrationId);
  }

  onboard(): Promise<void> {
    return this.#options.kind === 'adopted' ? this.#adopt() : this.#register();
  }

  async #register(): Promise<void> {
    const body = {
      tenantId: this.tenantId,
      name: this.tenantId,
      registrations: [
        {
          applicationId,
          fhirBaseUrl: this.#options.fhirBaseUrl,
          initialAccessToken: await this.system.initialAccessToken(),
          // Tells at the server whose client one is.
          clientMetadata: { client_name: this.tenantId },
        },
      ],
    };
    await this.#insist('POST', '/v1/tenants', body, async () => (await this.view()) !== null);
    await this.#until('is active', async (view) => {
      if (view.phase === 'active') return true;
      if (view.phase === 'awaiting_approval') await this.#approve(view);
      if (wantsPerson(view)) await this.#supplyToken();
      return false;
    });
  }

  async #approve({ discovery }: RegistrationView): Promise<void> {
    const { registrationEndpoint, evidenceHash } = discovery?.candidate ?? {};
    const path = `/v1/registrations/${this.registrationId}/approve-endpoint`;
    const isOver = async () => (await this.#found()).phase !== 'awaiting_approval';
    await this.#insist('POST', path, { registrationEndpoint, evidenceHash }, isOver);
    await this.#until('is approved', ({ phase }) => phase !== 'awaiting_approval');
  }

  /** A client that somebody made years ago, by the server's own address, is handed over. */
  async #adopt(): Promise<void> {
    const { fhirBaseUrl, issuerUrl = '' } = this.#options;
    const made = await fetch(this.system.registrationEndpoint ?? '', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await this.system.initialAccessToken()}`,
      },
      body: JSON.stringify({ client_name: this.tenantId, redirect_uris: [redirectUri], scope: 'openid' }),
    });
    const client = (await made.json()) as Record<string, unknown>;
    const registrations = [
      { applicationId, fhirBaseUrl, method: 'adopt', clientMetadata: { client_name: this.tenantId } },
    ];
    const tenant = { tenantId: this.tenantId, name: this.tenantId, registrations };
    await this.#insist('POST', '/v1/tenants', tenant, async () => (await this.view()) !== null);
    await this.#until('was discovered', ({ phase }) => phase === 'manual_required');
    const path = `/v1/registrations/${this.registrationId}/credential`;
    const credential = {
      clientId: client['client_id'],
      clientSecret: client['client_secret'],
      expiresAt: new Date(Number(client['client_secret_expires_at']) * 1000).toISOString(),
      registrationAccessToken: client['registration_access_token'],
      registrationClientUri: String(client['registration_client_uri']).replace(this.system.issuer, issuerUrl),
    };
    await this.#insist('POST', path, credential, async () => (await this.#found()).phase !== 'manual_required');
    await this.#until('is active', ({ phase }) => phase === 'active');
  }

  /** Another redirect URI. `lost` as with {@link rotate}. */
  async change(): Promise<'changed' | 'lost'> {
    const path = `/v1/registrations/${this.registrationId}`;
    const patch = { clientMetadata: { redirect_uris: [redirectUri, movedUri] } };
    await this.#insist('PATCH', path, patch, async () => ((await this.#found()).ownRevision?.desired ?? 0) > 0);
    let outcome: 'changed' | 'lost' = 'changed';
    await this.#until('is changed', (view) => {
      outcome = tokenIsLost(view) ? 'lost' : 'changed';
      const { applied = 0, desired = 0 } = view.ownRevision ?? {};
      return outcome === 'lost' || (view.phase === 'active' && desired > 0 && applied === desired);
    });
    return outcome;
  }

  /** `lost`: no stored token works any more, as the answer with the new one was lost; a person has to act. */
  async rotate(): Promise<'rotated' | 'lost'> {
    const before = await this.#version();
    const path = `/v1/registrations/${this.registrationId}/rotate`;
    await this.#insist('POST', path, {}, async () => (await this.#version()) !== before);
    let outcome: 'rotated' | 'lost' = 'rotated';
    await this.#until('is rotated', (view) => {
      outcome = tokenIsLost(view) ? 'lost' : 'rotated';
      const settled = view.phase === 'active' && view.credentialHealth !== 'rotating';
      return outcome === 'lost' || (settled && view.credential?.ref.versionId !== before);
    });
    return outcome;
  }

  async retire(): Promise<void> {
    const path = `/v1/registrations/${this.registrationId}`;
    await this.#insist('DELETE', path, undefined, async () =>
      ['retiring', 'retired'].includes((await this.view())?.phase ?? ''),
    );
    await this.#until('is retired', ({ phase }) => phase === 'retired');
  }

  async #version(): Promise<string | null> {
    return (await this.view())?.credential?.ref.versionId ?? null;
  }

  async #supplyToken(): Promise<void> {
    const path = `/v1/registrations/${this.registrationId}/initial-access-token`;
    const body = { token: await this.system.initialAccessToken() };
    await this.#insist('PUT', path, body, async () => !wantsPerson(await this.#found()));
    await this.#until('has taken the token', (view) => !wantsPerson(view));
  }

  async #found(): Promise<RegistrationView> {
    const view = await this.view();
    if (view === null) throw new Error(`${this.registrationId} is not there`);
    return view;
  }

  async #until(what: string, done: (view: RegistrationView) => Promise<boolean> | boolean): Promise<void> {
    let last: RegistrationView | null = null;
    await waitFor(
      async () => {
        last = await this.view();
        return last !== null && (await done(last));
      },
      {
        what: `${this.registrationId} ${what}`,
        milliseconds: this.#patience,
        seen: () => last && { phase: last.phase, health: last.credentialHealth, conditions: last.conditions },
      },
    );
  }

  /**
   * Sends a request until it is accepted. One without an answer is repeated under the same key; one that is refused
   * since an earlier try is still held by a dead process is sent under a new key, unless it shows that it happened.
   */
  async #insist(method: string, path: string, body: unknown, happened: () => Promise<boolean>): Promise<void> {
    let idempotencyKey = randomUUID();
    const end = Date.now() + this.#patience;
    for (;;) {
      const status = await this.#try(method, path, body, idempotencyKey);
      if (status === 202) return;
      if (status !== null && status !== 409 && status !== 503) throw new Error(`${method} ${path} answered ${status}`);
      if (status === 409) {
        if (await happened()) return;
        idempotencyKey = randomUUID();
      }
      if (Date.now() > end) throw new Error(`${method} ${path} was never accepted; the last answer was ${status}`);
      await delay(100);
    }
  }

  /** Null when there was no answer. */
  async #try(method: string, path: string, body: unknown, idempotencyKey: string): Promise<number | null> {
    const caller = await this.#options.running.caller(this.#options.key);
    try {
      return (await caller.call(method, path, body, { 'idempotency-key': idempotencyKey })).status;
    } catch (error) {
      // What fetch throws when the other side dies, or does not answer.
      if (error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError')) return null;
      throw error;
    }
  }
}

function attentionOf(view: RegistrationView) {
  return view.conditions.find(({ type, status }) => type === 'NeedsAttention' && status === 'True')?.reason;
}

/** The server refuses every stored token. */
export function tokenIsLost(view: RegistrationView): boolean {
  return attentionOf(view) === 'ManagementRejected';
}

function wantsPerson(view: RegistrationView): boolean {
  return view.phase === 'awaiting_token' || attentionOf(view) === 'RegistrationUnanswered';
}
