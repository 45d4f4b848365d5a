import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import { defaultTimePolicy, type TimePolicy } from '../../../domain/time/policy.ts';
import type { ApiCaller } from '../../support/apiCaller.ts';
import { freshDatabase } from '../../support/freshDatabase.ts';
import { freshNamespace } from '../../support/freshNamespace.ts';
import { type Behaviour, honest } from '../../support/peers/behaviour.ts';
import { Peer } from '../../support/peers/peer.ts';
import { newMasterKey, type Product, startProduct } from '../../support/product.ts';
import { waitFor } from '../../support/waitFor.ts';
import { openTaskBooks } from './histories.ts';
import { makeNextRelease } from './nextRelease.ts';

export interface Servers {
  readonly postgres: { readonly url: string };
  readonly temporal: { readonly address: string };
}

export interface UpgradeReport {
  /** Of each kind. */
  readonly registrations: Readonly<Record<Kind, number>>;
  /** Registrations whose history shows a task with other commands than it had. */
  readonly nondeterministic: number;
  /** Registrations whose task failed again and again: with the old release alone, and at the end with the new one. */
  readonly stuckAfterRollback: number;
  readonly stuckAtEnd: number;
  /** Operations that were answered 202 and never ended. */
  readonly unanswered: readonly string[];
}

/** Runs that are open when the next release comes. */
const behaviours = {
  parked: honest,
  'backing-off': { ...honest, documents: { status: 503 } },
  working: { ...honest, delay: 4000 },
  waiting: { ...honest, delay: 4000 },
} as const satisfies Record<string, Behaviour>;
type Kind = keyof typeof behaviours;

/** Entities park soon, and a step may take as long as a slow peer does. */
const policy: TimePolicy = {
  ...defaultTimePolicy,
  restFor: 2000,
  retryInitial: 1000,
  retryMaximum: 15_000,
};

/** Milliseconds that everything has to go on in, once the new release is back. */
const untilAllGoOn = 120_000;

/** Registrations that are brought on at once. */
const width = 12;

/**
 * The next release comes to an installation: old and new worker side by side, the new one alone, back to the old one,
 * and forward again; every registration is asked for something in each stage.
 *
 * @param rollbackFor milliseconds for which the old release works alone again.
 */
export async function runUpgrade(
  servers: Servers,
  counts: Readonly<Record<Kind, number>>,
  withRules: boolean,
  rollbackFor: number,
  say: (line: string) => void,
): Promise<UpgradeReport> {
  const folder = await mkdtemp(join(tmpdir(), 'registrar-upgrade-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const next = await makeNextRelease(folder, withRules);
    const peer = await new Peer().listen();
    closers.push(() => peer.close());
    const database = await freshDatabase(servers.postgres);
    closers.push(() => database.drop());
    const namespace = await freshNamespace(servers.temporal.address);
    const environment = {
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: servers.temporal.address,
      TEMPORAL_NAMESPACE: namespace,
      REGISTRAR_MASTER_KEY: newMasterKey(),
      REGISTRAR_ALLOWED_HOSTS: peer.hosts,
    };
    const start = async (part: 'api' | 'worker', tree?: string): Promise<Product> => {
      const dataDir = join(await mkdtemp(join(folder, `${part}-`)), 'data');
      const product = await startProduct({
        part,
        environment,
        dataDir,
        policy,
        ...(tree === undefined ? {} : { tree }),
      });
      closers.push(() => product.stop());
      return product;
    };
    const api = await (await start('api')).api();
    let old = await start('worker');
    const fleet = new Fleet(api, peer, counts);
    await fleet.onboard();
    await fleet.openRuns();
    say(`${fleet.registrationIds.length} registrations stand ready`);

    let newer = await start('worker', next);
    await fleet.askAll();
    await fleet.someMoved(2);
    say('old and new worker side by side');
    await old.stop();
    await fleet.askAll();
    await fleet.someMoved(2);
    say('the new worker alone');
    await newer.stop();
    old = await start('worker');
    await fleet.askAll();
    const books = await openTaskBooks(servers.temporal.address, namespace, fleet.registrationIds);
    closers.push(() => books.close());
    await fleet.ended(rollbackFor);
    const back = await books.failing();
    say(`the old worker alone: ${back.length} wait for the new one`);
    newer = await start('worker', next);
    const unanswered = await fleet.ended(untilAllGoOn);
    // The engine itself waits between two attempts of a task, longer each time.
    const end = Date.now() + untilAllGoOn;
    let stuck = await books.failing();
    while (stuck.length > 0 && Date.now() < end) stuck = await books.failing();
    return {
      registrations: counts,
      nondeterministic: (await books.nondeterministic()).size,
      stuckAfterRollback: back.length,
      stuckAtEnd: stuck.length,
      unanswered,
    };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** Registrations of every kind, and what they were asked. */
class Fleet {
  readonly registrationIds: string[] = [];
  readonly #api: ApiCaller;
  readonly #peer: Peer;
  readonly #members: { readonly kind: Kind; readonly tenantId: string; readonly registrationId: string }[];
  /** Operations by registration. */
  readonly #asked = new Map<string, string[]>();

  constructor(api: ApiCaller, peer: Peer, counts: Readonly<Record<Kind, number>>) {
    this.#api = api;
    this.#peer = peer;
    this.#members = (Object.keys(counts) as Kind[]).flatMap((kind) =>
      Array.from({ length: counts[kind] }, (_, index) => {
        const tenantId = `${kind}-${index}`;
        return { kind, tenantId, registrationId: `${tenantId}.app.sandbox.main` };
      }),
    );
    this.registrationIds.push(...this.#members.map(({ registrationId }) => registrationId));
  }

  async onboard(): Promise<void> {
    await this.#api.ok('PUT', '/v1/applications/app', {
      clientMetadata: {
        client_name: 'Drill',
        redirect_uris: ['https://app.example.org/callback'],
        scope: 'openid patient/*.rs',
      },
      environments: { sandbox: { class: 'nonProduction' } },
    });
    await this.#each(async ({ tenantId, registrationId }) => {
      this.#peer.program(tenantId, honest);
      const registration = {
        applicationId: 'app',
        environment: 'sandbox',
        fhirBaseUrl: this.#peer.fhirBaseUrl(tenantId),
      };
      await this.#api.ok('POST', '/v1/tenants', { tenantId, name: tenantId, registrations: [registration] });
      await this.#api.until(registrationId, 'is active', ({ phase }: RegistrationView) => phase === 'active');
    });
  }

  /** Each gets the behaviour of its kind, and all but the parked ones something to do there. */
  async openRuns(): Promise<void> {
    await this.#each(async ({ kind, tenantId, registrationId }) => {
      this.#peer.program(tenantId, behaviours[kind]);
      if (kind === 'parked') return;
      await this.#ask(registrationId, 'discover');
      if (kind === 'waiting') await this.#ask(registrationId, 'verify');
    });
  }

  async askAll(): Promise<void> {
    await this.#each(({ registrationId, kind }) =>
      this.#ask(registrationId, kind === 'parked' ? 'verify' : 'discover'),
    );
  }

  /** Waits until so many parked ones more have carried out what they were asked last, by whichever worker. */
  async someMoved(count: number): Promise<void> {
    const parked = this.#members.filter(({ kind }) => kind === 'parked');
    await waitFor(
      async () => {
        let moved = 0;
        for (const { registrationId } of parked) if (await this.#hasEnded(registrationId)) moved += 1;
        return moved >= Math.min(count, parked.length);
      },
      { what: `${count} parked registrations to have moved`, milliseconds: 90_000 },
    );
  }

  /** Lets every peer answer, and waits until everything asked has ended; what has not within the milliseconds. */
  async ended(milliseconds: number): Promise<string[]> {
    for (const { tenantId } of this.#members) this.#peer.program(tenantId, honest);
    const end = Date.now() + milliseconds;
    const left = new Set(this.registrationIds);
    while (left.size > 0 && Date.now() < end) {
      for (const registrationId of left) if (await this.#hasEnded(registrationId)) left.delete(registrationId);
    }
    return [...left];
  }

  async #hasEnded(registrationId: string): Promise<boolean> {
    const outcomes = await Promise.all(
      (this.#asked.get(registrationId) ?? []).map((operationId) => this.#outcome(registrationId, operationId)),
    );
    return outcomes.every(Boolean);
  }

  async #outcome(registrationId: string, operationId: string): Promise<boolean> {
    const events = await this.#api.events(registrationId);
    return events.some((event) => event.operationId === operationId && event.type !== 'operation.accepted');
  }

  async #ask(registrationId: string, action: string): Promise<void> {
    const answer = await this.#api.call<{ operationId: string }>(
      'POST',
      `/v1/registrations/${registrationId}/${action}`,
      {},
    );
    // A worker that is away, or a queue that is full: it was not taken, and need not end.
    if (answer.status !== 202) return;
    this.#asked.set(registrationId, [...(this.#asked.get(registrationId) ?? []), answer.body.operationId]);
  }

  async #each(
    work: (member: { kind: Kind; tenantId: string; registrationId: string }) => Promise<unknown>,
  ): Promise<void> {
    let next = 0;
    const lane = async () => {
      for (let member = this.#members[next++]; member !== undefined; member = this.#members[next++]) await work(member);
    };
    await Promise.all(Array.from({ length: width }, lane));
  }
}
