import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Dependencies, EntityRecords } from '../../../activities/dependencies.ts';
import { type ActivityDependencies, createActivities } from '../../../activities/index.ts';
import { Bearers } from '../../../activities/servers/bearers.ts';
import { sweepIssuedTokens } from '../../../activities/servers/sweepIssuedTokens.ts';
import { clientSecretName, managementSecretName } from '../../../domain/ids.ts';
import type {
  CredentialState,
  Endpoints,
  OwnActivities,
  PeerSteps,
  RequestArguments,
  RequestResult,
} from '../../../domain/ports/activities.ts';
import type { OwnSettings } from '../../../domain/ports/callers/ownSettings.ts';
import type { Decided } from '../../../domain/ports/entityState.ts';
import type { OrphanView } from '../../../domain/ports/lists/orphans.ts';
import type { OnboardArguments, OnboardFacts } from '../../../domain/ports/onboarding.ts';
import type { NewRegistration } from '../../../domain/ports/registrations/newRegistration.ts';
import type { SecretStore } from '../../../domain/ports/secretStore.ts';
import type { Budgets } from '../../../domain/ports/servers/budgets.ts';
import type { DiscoveryView, RegistrationView } from '../../../domain/registration/view.ts';
import type { ServerCredential } from '../../../domain/servers/authorizationServer.ts';
import { defaultTimePolicy } from '../../../domain/time/policy.ts';
import { createGuardedClient, type GuardedClient } from '../../../protocols/http/client.ts';
import { createDatabaseSecretStore } from '../../../stores/secrets/database.ts';
import { drain } from '../../../stores/spool/drain.ts';
import { createSpool, type Spool } from '../../../stores/spool/spool.ts';
import { discoveryOf } from '../../support/entity.ts';
import { memoryDatabase } from '../../support/memoryDatabase.ts';
import { noLimits } from '../../support/noLimits.ts';
import { decidedNow, type WithTransitions } from '../../support/recording.ts';
import {
  anApplication,
  everything,
  type Fixture,
  fixtureOn,
  nextEvent,
  oneRegistration,
} from '../stores/records/fixture.ts';
import { Peer } from './peer.ts';

/** A method that stands in for the real one; call the given one to go on. */
type Instead<Target> = {
  -readonly [Name in keyof Target]?: Target[Name] extends (...given: infer Given) => infer Result
    ? (real: (...given: Given) => Result, ...given: Given) => Result
    : never;
};

/**
 * The real activities on a real database, secret store, spool and HTTP client, with a peer that can misbehave and a
 * trace of everything in its order: requests as the peer sees them, calls of records, secrets and spool as they begin.
 */
export class World {
  readonly trace: string[] = [];
  readonly peer = new Peer(this.trace);
  readonly insteadOfRecords: Instead<EntityRecords> = {};
  readonly insteadOfSecrets: Instead<SecretStore> = {};
  /** Who says when a step has its turn. */
  budgets: Budgets = noLimits;
  /** Milliseconds that each wait for a turn lasted; none lasts at all. */
  readonly waits: number[] = [];
  /** Milliseconds that a step with a request has. */
  requestStep = defaultTimePolicy.requestStep;
  requestTimes: NonNullable<Dependencies['requestTimes']> = defaultTimePolicy;
  readonly #fixture: Fixture;
  readonly #directory: string;
  readonly #others: string[] = [];
  readonly #openedAhead: string[] = [];
  #client: GuardedClient | null = null;
  #activities: (PeerSteps & OwnActivities) | null = null;
  #dependencies: Dependencies | null = null;
  #view: RegistrationView | null = null;

  static async open(): Promise<World> {
    const directory = await mkdtemp(join(tmpdir(), 'registrar-activities-'));
    return new World(await fixtureOn(await memoryDatabase()), directory);
  }

  private constructor(fixture: Fixture, directory: string) {
    this.#fixture = fixture;
    this.#directory = directory;
  }

  /** A registration of its own for each test. `alsoAllowed` are more hosts that may be spoken to. */
  async begin(given: Partial<NewRegistration> = {}, alsoAllowed: readonly string[] = []): Promise<void> {
    await this.peer.listen();
    const { db, keyring, clock, records } = this.#fixture;
    this.#view = await oneRegistration(this.#fixture, {
      environment: 'test2',
      fhirBaseUrl: `${this.peer.url}/fhir`,
      ...given,
    });
    this.#client = createGuardedClient({ allowedHosts: [this.peer.host, ...alsoAllowed] });
    const secrets = createDatabaseSecretStore(db, keyring.sealer('store'), clock);
    const stepTime = () => this.requestStep;
    const times = () => this.requestTimes;
    const spool = createSpool(this.#directory, keyring.sealer('escrow'));
    this.#dependencies = {
      records: this.#traced('records', records as EntityRecords, this.insteadOfRecords),
      secrets: this.#traced('secrets', secrets, this.insteadOfSecrets),
      spool: this.#traced<Spool>('spool', spool, {}),
      client: this.#noting(this.#client),
      clock,
      drainSpool: async () => void (await drain(spool, records)),
      isAllowedUrl: () => true,
      bearers: new Bearers(),
      get requestTimes() {
        return times();
      },
      get requestStep() {
        return stepTime();
      },
    };
    this.#activities = decidedNow(createActivities(this.#onTurn(this.#dependencies), defaultTimePolicy), records);
    this.trace.length = 0;
  }

  /** Another registration beside the one of this test. */
  async beside(given: Partial<NewRegistration> = {}): Promise<RegistrationView> {
    return await oneRegistration(this.#fixture, {
      environment: 'test2',
      fhirBaseUrl: `${this.peer.url}/fhir`,
      ...given,
    });
  }

  async end(): Promise<void> {
    for (const name of Object.keys(this.insteadOfRecords)) delete this.insteadOfRecords[name as never];
    for (const name of Object.keys(this.insteadOfSecrets)) delete this.insteadOfSecrets[name as never];
    this.requestStep = defaultTimePolicy.requestStep;
    this.budgets = noLimits;
    this.waits.length = 0;
    this.peer.whims.clear();
    this.peer.bodies.removeAllListeners();
    this.peer.clients.clear();
    this.peer.asked.length = 0;
    await sql`delete from registrar_clock`.execute(this.#fixture.db);
    this.requestTimes = defaultTimePolicy;
    await this.#client?.close();
    await this.peer.close();
  }

  async close(): Promise<void> {
    await this.#fixture.db.destroy();
    for (const directory of [this.#directory, ...this.#others]) await rm(directory, { recursive: true, force: true });
  }

  #onTurn(deps: Dependencies): ActivityDependencies {
    const budgets: Budgets = {
      reserve: (...ask) => this.budgets.reserve(...ask),
      pause: (...ask) => this.budgets.pause(...ask),
    };
    const turns = { budgets, wait: async (milliseconds: number) => this.waits.push(milliseconds) };
    // A spread would read the getters once.
    return Object.defineProperties(turns, Object.getOwnPropertyDescriptors(deps)) as ActivityDependencies;
  }

  #noting(client: GuardedClient): GuardedClient {
    this.#openedAhead.length = 0;
    return {
      ...client,
      openAhead: (url) => {
        this.#openedAhead.push(url);
        client.openAhead(url);
      },
    };
  }

  #traced<Target extends object>(label: string, target: Target, instead: Instead<Target>): Target {
    return new Proxy(target, {
      get: (from, name) => {
        const real: unknown = Reflect.get(from, name);
        if (typeof real !== 'function') return real;
        return (...given: unknown[]) => {
          this.trace.push(`${label}.${String(name)}`);
          const other = instead[name as keyof Target] as ((...all: unknown[]) => unknown) | undefined;
          const bound = real.bind(from) as (...all: unknown[]) => unknown;
          return other === undefined ? bound(...given) : other(bound, ...given);
        };
      },
    });
  }

  get activities(): PeerSteps & OwnActivities {
    return this.#activities ?? notBegun();
  }

  /** With its turns, as a worker runs it. */
  onboard(argument: OnboardArguments & Decided): Promise<OnboardFacts> {
    return createActivities(this.#onTurn(this.dependencies), defaultTimePolicy).onboard(argument);
  }

  /** What the activities are made of. */
  get dependencies(): Dependencies {
    return this.#dependencies ?? notBegun();
  }

  /** URLs to which connections were opened ahead. */
  get openedAhead(): readonly string[] {
    return this.#openedAhead;
  }

  /** What an intent says that will be sent. */
  async preparedRequest(intentId: string): Promise<unknown> {
    const { db } = this.#fixture;
    const intents = db.selectFrom('intents').select('request').where('intent_id', '=', intentId);
    return (await intents.executeTakeFirstOrThrow()).request;
  }

  get records(): WithTransitions<EntityRecords> {
    return this.#fixture.records;
  }

  /** The first settings of the registration's own. */
  async putOwnSettings(settings: OwnSettings): Promise<void> {
    if (!(await this.#fixture.records.putOwnSettings(this.registrationId, 0, settings))) throw new Error('not stored');
    await this.#recordApplied();
  }

  /** As the entity does it after it registered the client. */
  async #recordApplied(): Promise<void> {
    const applied = { appliedRevision: 1, ownRevision: { applied: 0, desired: 0 } };
    await this.#fixture.records.recordTransition(nextEvent(this.view, applied));
  }

  /** Everything that the records can do. */
  get everyRecord(): Fixture['records'] {
    return this.#fixture.records;
  }

  get clock(): Fixture['clock'] {
    return this.#fixture.clock;
  }

  /** A discovery that found {@link endpoints}. */
  get discovery(): DiscoveryView {
    return discoveryOf(this.endpoints);
  }

  /** Makes the authorization server known, as the transition after discovery does, and puts a credential of it. */
  async putServerCredential(credential: ServerCredential, endpoints: Endpoints = this.endpoints): Promise<string> {
    const discovery = { ...this.discovery, ...endpoints };
    await this.records.recordTransition(nextEvent(this.view, { phase: 'registering', discovery }));
    const { items } = await this.everyRecord.authorizationServers(everything, { limit: 500 });
    const server = items.find(({ tokenEndpoint }) => tokenEndpoint === endpoints.tokenEndpoint);
    if (server === undefined) throw new Error('the authorization server is not known');
    await this.everyRecord.putServerCredential(server.serverId, credential, 'key:test');
    return server.serverId;
  }

  /** Lets the application register anonymously, in production too. */
  async allowAnonymous(): Promise<void> {
    const { applicationId } = this.view;
    const known = await this.everyRecord.application(applicationId);
    if (known === null) throw new Error('there is no such application');
    const policies = { ...known.application.policies, allowAnonymous: true };
    await this.everyRecord.putApplication(applicationId, { ...known.application, policies });
  }

  /** Revokes what was issued and not used. */
  sweepIssuedTokens(): Promise<number> {
    return sweepIssuedTokens(this.#dependencies ?? notBegun());
  }

  /** Sets members of the registration's client metadata. */
  async giveMetadata(members: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#fixture.db
      .updateTable('registrations')
      .set({ client_metadata: JSON.stringify(members) })
      .where('registration_id', '=', this.registrationId)
      .execute();
  }

  /** What is listed for a person about this registration. */
  async orphans(): Promise<OrphanView[]> {
    const everything = { tenantIds: null, applicationIds: null };
    const { items } = await this.#fixture.records.orphans(everything, { limit: 500 });
    return items.filter(({ registrationId }) => registrationId === this.registrationId);
  }

  get secrets(): SecretStore {
    const { db, keyring, clock } = this.#fixture;
    return createDatabaseSecretStore(db, keyring.sealer('store'), clock);
  }

  /** Id of the version that is at a stage of a secret; null = none is. */
  async versionAt(name: string, stage: 'current' | 'pending' | 'previous'): Promise<string | null> {
    return (await this.secrets.get(name, { stage }))?.versionId ?? null;
  }

  get view(): RegistrationView {
    return this.#view ?? notBegun();
  }

  get registrationId(): string {
    return this.view.registrationId;
  }

  get clientSecret(): string {
    return clientSecretName(this.view);
  }

  get managementSecret(): string {
    return managementSecretName(this.view);
  }

  get endpoints(): Endpoints {
    return discoveryOf({
      registrationEndpoint: `${this.peer.url}/register`,
      tokenEndpoint: `${this.peer.url}/token`,
      authorizationEndpoint: `${this.peer.url}/authorize`,
      issuer: null,
    });
  }

  /** Arguments of a new request. */
  request(): RequestArguments {
    const { registrationId, endpoints } = this;
    return {
      registrationId,
      endpoints,
      intentId: randomUUID(),
      operationId: randomUUID(),
      initialAccessTokenRef: null,
    };
  }

  /** A new revision of the application; the members given replace those of its client metadata. */
  async revise(clientMetadata: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<void> {
    const { clientMetadata: before } = anApplication();
    const revised = anApplication({ clientMetadata: { ...before, ...clientMetadata }, ...more });
    await this.#fixture.records.putApplication(this.view.applicationId, revised);
  }

  /** An initial access token on its way in; its operation id. */
  async token(value: string): Promise<string> {
    const operationId = randomUUID();
    const { registrationId } = this;
    await this.records.putEnteringSecret({ operationId, registrationId, kind: 'initial-access-token', value });
    return operationId;
  }

  /** No answer of a request that was sent before comes in time any more, by the database's clock. */
  async answersAreLate(): Promise<void> {
    await sql`insert into registrar_clock (at) values (clock_timestamp() + interval '1 hour')`.execute(
      this.#fixture.db,
    );
  }

  get db(): Fixture['db'] {
    return this.#fixture.db;
  }

  /** Another worker on the same database and secret store, with a data directory of its own. */
  async anotherWorker(): Promise<{ activities: PeerSteps & OwnActivities; collect: () => Promise<unknown> }> {
    const directory = await mkdtemp(join(tmpdir(), 'registrar-activities-'));
    this.#others.push(directory);
    const spool = createSpool(directory, this.#fixture.keyring.sealer('escrow'));
    const collect = () => drain(spool, this.#fixture.records);
    const drainSpool = async () => void (await collect());
    const deps = { ...this.dependencies, spool, drainSpool };
    const activities = decidedNow(createActivities(this.#onTurn(deps), defaultTimePolicy), this.records);
    return { activities, collect };
  }

  /** Lets milliseconds go by. */
  pass(milliseconds: number): void {
    this.#fixture.clock.move(milliseconds);
  }

  /** A client that is registered, proved and current; the trace starts anew. */
  async active(): Promise<CredentialState> {
    const result = await this.activities.register(this.request());
    const current = result.proof?.current;
    if (!current) throw new Error(`not proved: ${JSON.stringify(result)}`);
    this.trace.length = 0;
    return current;
  }

  times(what: string): number {
    return this.trace.filter((entry) => entry === what).length;
  }

  /** Position in the trace; throws when it never happened. */
  at(what: string): number {
    const position = this.trace.indexOf(what);
    if (position < 0) throw new Error(`${what} never happened: ${this.trace.join(', ')}`);
    return position;
  }
}

export function storedIn({ outcome }: RequestResult): CredentialState {
  if (outcome.kind !== 'stored') throw new Error(`not stored: ${JSON.stringify(outcome)}`);
  return outcome.credential;
}

function notBegun(): never {
  throw new Error('the world was not begun');
}
