import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dependencies } from '../../../../activities/dependencies.ts';
import { createKeycloakClients } from '../../../../activities/keycloak/clients.ts';
import { Bearers } from '../../../../activities/servers/bearers.ts';
import type { OrphanView } from '../../../../domain/ports/lists/orphans.ts';
import type { SecretStore, SecretValue } from '../../../../domain/ports/secretStore.ts';
import type {
  KeycloakClientRequest,
  KeycloakClientResult,
  KeycloakClients,
  SecretReference,
} from '../../../../domain/servers/keycloakClients.ts';
import { createGuardedClient, type GuardedClient } from '../../../../protocols/http/client.ts';
import { createDatabaseSecretStore } from '../../../../stores/secrets/database.ts';
import { drain } from '../../../../stores/spool/drain.ts';
import { createSpool } from '../../../../stores/spool/spool.ts';
import { type HttpProxy, startHttpProxy } from '../../../support/httpProxy.ts';
import { KeycloakRealmForTest } from '../../../support/keycloakRealm.ts';
import { memoryDatabase } from '../../../support/memoryDatabase.ts';
import type { ServerAddresses } from '../../../support/servers/catalog.ts';
import { type Fixture, fixtureOn } from '../../stores/records/fixture.ts';

type Given = Partial<KeycloakClientRequest> & Pick<KeycloakClientRequest, 'operation' | 'authentication'>;

/** The real activity on a real database, secret store and spool, before a real Keycloak that a proxy can cut off. */
export class KeycloakWorld {
  readonly proxy: HttpProxy;
  readonly realm: KeycloakRealmForTest;
  readonly clients: KeycloakClients;
  readonly secrets: SecretStore;
  readonly deps: Dependencies;
  readonly fixture: Fixture;
  readonly #directory: string;
  readonly #client: GuardedClient;

  static async open(keycloak: ServerAddresses['keycloak']): Promise<KeycloakWorld> {
    const proxy = await startHttpProxy(keycloak.url);
    const realm = await KeycloakRealmForTest.open(keycloak, proxy.url);
    const fixture = await fixtureOn(await memoryDatabase());
    return new KeycloakWorld(proxy, realm, fixture, await mkdtemp(join(tmpdir(), 'registrar-keycloak-clients-')));
  }

  private constructor(proxy: HttpProxy, realm: KeycloakRealmForTest, fixture: Fixture, directory: string) {
    this.proxy = proxy;
    this.realm = realm;
    this.fixture = fixture;
    this.#directory = directory;
    const { db, keyring, clock, records } = fixture;
    this.#client = createGuardedClient({ allowedHosts: [proxy.host], maxPerSecondPerHost: 100 });
    this.secrets = createDatabaseSecretStore(db, keyring.sealer('store'), clock);
    const spool = createSpool(directory, keyring.sealer('escrow'));
    this.deps = {
      records,
      secrets: this.secrets,
      spool,
      client: this.#client,
      clock,
      drainSpool: async () => void (await drain(spool, records)),
      isAllowedUrl: () => true,
      requestStep: 60_000,
      bearers: new Bearers(),
    };
    this.clients = createKeycloakClients(this.deps);
  }

  async close(): Promise<void> {
    await this.#client.close();
    await this.realm.remove();
    await this.proxy.close();
    await this.fixture.db.destroy();
    await rm(this.#directory, { recursive: true, force: true });
  }

  request(given: Given): KeycloakClientRequest {
    return {
      operationId: randomUUID(),
      realmUrl: this.realm.issuer,
      provider: 'default',
      clientId: null,
      client: null,
      descriptor: null,
      merge: false,
      ...given,
    };
  }

  carryOut(given: Given): Promise<KeycloakClientResult> {
    return this.clients.carryOut(this.request(given));
  }

  /** Reason of the refusal; throws when it was carried out. */
  async refusal(given: Given): Promise<{ reason: string; message: string }> {
    const result = await this.carryOut(given).catch((error: unknown) => error);
    if (!(result instanceof Error) || !('reason' in result)) throw new Error(`carried out: ${JSON.stringify(result)}`);
    return { reason: String(result.reason), message: result.message };
  }

  async read(reference: SecretReference | null): Promise<SecretValue> {
    if (reference === null) throw new Error('nothing was stored');
    const version = await this.secrets.get(reference.name, { stage: 'current' });
    if (version?.versionId !== reference.versionId) throw new Error('another version is current');
    return version.value;
  }

  async token(): Promise<KeycloakClientRequest['authentication']> {
    return { kind: 'initial-access-token', token: (await this.realm.initialAccessToken()).token };
  }

  /** What is listed for a person about a client. */
  async orphans(): Promise<OrphanView[]> {
    const everything = { tenantIds: null, applicationIds: null };
    return (await this.fixture.records.orphans(everything, { limit: 500 })).items;
  }
}
