import { createHmac, randomUUID } from 'node:crypto';
import { outcomeOf } from '../../domain/operations/outcome.ts';
import { attentionOf } from '../../domain/people/attention.ts';
import type { TenantRecord } from '../../domain/ports/callers/tenants.ts';
import type { EventRecord } from '../../domain/ports/lists/events.ts';
import type { Page } from '../../domain/ports/page.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import type { ApiClient } from '../client.ts';
import { CommandError } from '../errors.ts';
import type { AdoptionLine } from './file.ts';

/** How a line ended. `pending`: not yet, and Registrar goes on by itself. */
export interface LineEnd {
  readonly outcome: 'proved' | 'unchanged' | 'failed' | 'pending';
  readonly reason: string;
  readonly message: string;
}

/** A line on its way. */
interface Entry {
  readonly line: AdoptionLine;
  stage: 'add' | 'supply' | 'prove';
  /** RFC 3339 UTC; tells a tenant from one of the same id that was removed. */
  tenantSince: string;
  operationId: string;
  /** Whether this run sent the credential; the answer may have been lost, and what it asked for happened. */
  sent: boolean;
  end: LineEnd | null;
}

export interface Progress {
  readonly all: number;
  readonly counts: Readonly<Record<LineEnd['outcome'], number>>;
}

/** Answers after which the same request can succeed later. */
const laterStatuses: ReadonlySet<number> = new Set([429, 503]);

/**
 * Adopts clients through the API: adds what is missing, supplies each credential once discovery is over, and waits for
 * its proof. What is there already is left alone. Keys of requests follow from what is sent, so that a second run sends
 * nothing twice.
 */
export class Adoption {
  readonly #client: ApiClient;
  readonly #entries: Entry[];
  readonly #startedAt: number;
  readonly #tenants = new Map<string, Promise<unknown>>();
  #changed = false;

  constructor(client: ApiClient, lines: readonly AdoptionLine[], now: number) {
    this.#client = client;
    this.#startedAt = now;
    this.#entries = lines.map((line) => ({
      line,
      stage: 'add',
      tenantSince: '',
      operationId: '',
      sent: false,
      end: null,
    }));
  }

  /** Whether this run changed anything. */
  get changed(): boolean {
    return this.#changed;
  }

  get progress(): Progress {
    const counts = { proved: 0, unchanged: 0, failed: 0, pending: 0 };
    for (const { end } of this.#entries) if (end !== null) counts[end.outcome] += 1;
    return { all: this.#entries.length, counts };
  }

  get ends(): readonly { readonly line: AdoptionLine; readonly end: LineEnd | null }[] {
    return this.#entries;
  }

  get isOver(): boolean {
    return this.#entries.every(({ end }) => end !== null);
  }

  /** One look at every line that has not ended, as many at a time as `parallel`. */
  async round(parallel: number, onEnd: () => void): Promise<void> {
    const open = this.#entries.filter(({ end }) => end === null);
    let next = 0;
    const worker = async () => {
      for (let entry = open[next++]; entry !== undefined; entry = open[next++]) {
        await this.#advance(entry);
        if (entry.end !== null) onEnd();
      }
    };
    await Promise.all(Array.from({ length: Math.min(parallel, open.length) }, worker));
  }

  /** What has not ended is left to Registrar, which goes on with it. */
  giveUp(seconds: number): void {
    for (const entry of this.#entries)
      entry.end ??= { outcome: 'pending', reason: '-', message: `Not ended within ${seconds} seconds.` };
  }

  async #advance(entry: Entry): Promise<void> {
    try {
      if (entry.stage === 'add') await this.#inTurn(entry.line.given.tenantId, () => this.#add(entry));
      if (entry.stage === 'supply') await this.#supply(entry);
      if (entry.stage === 'prove') await this.#look(entry);
    } catch (error) {
      const status = statusOf(error);
      if (status === null || !(error instanceof CommandError)) throw error;
      if (!laterStatuses.has(status)) entry.end = failed(nameOf(error), error.message);
    }
  }

  /** Lines of one tenant are added one after the other. */
  async #inTurn(tenantId: string, run: () => Promise<void>): Promise<void> {
    const before = this.#tenants.get(tenantId) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(run);
    this.#tenants.set(tenantId, turn);
    await turn;
  }

  async #add(entry: Entry): Promise<void> {
    const { given, registrationId } = entry.line;
    let tenant = await this.#tenant(given.tenantId);
    if (tenant === null) {
      const body = { tenantId: given.tenantId, name: given.name ?? given.tenantId, registrations: [requestOf(entry)] };
      await this.#post('/v1/tenants', body, this.#keyOf('tenant', body));
      tenant = await this.#tenant(given.tenantId);
      if (tenant === null) {
        // The answer was that of a tenant that was removed since.
        await this.#post('/v1/tenants', body, randomUUID());
        tenant = await this.#tenant(given.tenantId);
      }
    } else if (!tenant.registrations.some((one) => one.registrationId === registrationId)) {
      const body = { registrations: [requestOf(entry)] };
      const key = this.#keyOf(tenant.createdAt, body);
      await this.#post(`/v1/tenants/${given.tenantId}/registrations`, body, key);
    }
    entry.tenantSince = tenant?.createdAt ?? '';
    entry.stage = 'supply';
  }

  async #supply(entry: Entry): Promise<void> {
    const { registrationId, given } = entry.line;
    const view = await this.#client.get<RegistrationView>(`/v1/registrations/${registrationId}`);
    const end = standing(view, given.clientId);
    const isOurs = entry.sent && end?.outcome === 'unchanged';
    entry.end = isOurs ? { outcome: 'proved', reason: '-', message: 'The credential that was supplied works.' } : end;
    if (isOurs) this.#changed = true;
    if (entry.end !== null || view.phase === 'discovering') return;
    const { tenantId: _t, name: _n, applicationId: _a, environment: _e, endpointId: _i, ...rest } = given;
    const { fhirBaseUrl: _f, registrationEndpoint: _r, issuer: _s, ...credential } = rest;
    const path = `/v1/registrations/${registrationId}/credential`;
    entry.sent = true;
    const answer = await this.#send<{ operationId: string }>(
      path,
      credential,
      this.#keyOf(entry.tenantSince, credential),
    );
    entry.operationId = answer.operationId;
    entry.stage = 'prove';
  }

  async #look(entry: Entry): Promise<void> {
    const path = `/v1/registrations/${entry.line.registrationId}/events?limit=200`;
    const { items } = await this.#client.get<Page<EventRecord>>(path);
    const own = items.filter(({ operationId }) => operationId === entry.operationId);
    const last = own.find(({ type }) => outcomeOf('supplyCredential', type) !== null);
    if (own.some(({ at }) => Date.parse(at) >= this.#startedAt)) this.#changed = true;
    if (last === undefined) return;
    const outcome = outcomeOf('supplyCredential', last.type);
    const { reason = '-', message } = last;
    entry.end = outcome === 'succeeded' ? { outcome: 'proved', reason, message } : failed(reason, message);
  }

  async #tenant(tenantId: string): Promise<TenantRecord | null> {
    try {
      return await this.#client.get<TenantRecord>(`/v1/tenants/${tenantId}`);
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }

  async #post(path: string, body: unknown, key: string): Promise<void> {
    await this.#send(path, body, key);
    this.#changed = true;
  }

  #send<Answer>(path: string, body: unknown, key: string): Promise<Answer> {
    return this.#client.send<Answer>('POST', path, body, undefined, key);
  }

  /** Follows from what is sent; keyed by the API key, as what is sent holds secrets. */
  #keyOf(since: string, body: unknown): string {
    const mac = createHmac('sha256', this.#client.authorization);
    return `adopt-${mac.update(JSON.stringify([since, body])).digest('hex')}`;
  }
}

function requestOf({ line: { given } }: Entry): Record<string, unknown> {
  const { applicationId, environment, endpointId, fhirBaseUrl, registrationEndpoint, issuer } = given;
  const request = { applicationId, environment, endpointId, fhirBaseUrl, registrationEndpoint, issuer };
  return { ...request, method: 'adopt' };
}

/** How a registration that is there ends the line before anything is supplied; null = its credential is wanted. */
function standing(view: RegistrationView, clientId: string): LineEnd | null {
  const { phase, credential, credentialHealth } = view;
  if (phase === 'retired' || phase === 'retiring')
    return failed('OperationNotPossible', 'The registration is retired. Remove its tenant, or use another endpointId.');
  if (phase === 'discovering') {
    const attention = attentionOf(view);
    return attention === null ? null : failed(attention.reason, `${attention.sentence} ${attention.message}`);
  }
  if (phase !== 'active' || credential === null) return null;
  if (credential.clientId !== clientId)
    return failed('OperationNotPossible', `The registration is active with client ${credential.clientId}.`);
  const works = credential.provedAt !== null && credentialHealth !== 'rejected' && credentialHealth !== 'expired';
  return works ? { outcome: 'unchanged', reason: '-', message: 'It was proved before.' } : null;
}

function failed(reason: string, message: string): LineEnd {
  return { outcome: 'failed', reason, message };
}

function statusOf(error: unknown): number | null {
  const problem = error instanceof CommandError ? (error.problem as { status?: unknown } | undefined) : undefined;
  return typeof problem?.status === 'number' ? problem.status : null;
}

/** Its reason where it has one, else its name. */
function nameOf(error: CommandError): string {
  const { reason, type } = error.problem as { reason?: unknown; type?: unknown };
  if (typeof reason === 'string') return reason;
  return typeof type === 'string' ? (type.split(':').at(-1) ?? '-') : '-';
}
