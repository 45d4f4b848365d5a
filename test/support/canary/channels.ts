import { readFile } from 'node:fs/promises';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Page } from 'playwright-core';
import { readChildRecord } from '../../../runtime/embedded/temporal/childRecord.ts';
import { serverLogPath } from '../../../runtime/embedded/temporal/serverProcess.ts';
import { createPayloadCodec } from '../../../runtime/temporal/codec.ts';
import { createKeyring, parseMasterKey } from '../../../stores/crypto/keyring.ts';
import { collectFiles, collectStream, collectTables } from './collect.ts';
import { collectHistories } from './histories.ts';
import { manners } from './peer.ts';
import type { Channel, Part } from './scanner.ts';
import { pages, pageToken, registrationAt } from './scenario.ts';
import { type CanaryWorld, withDatabase } from './world.ts';

export const namespace = 'default';

/** Where the product's own Temporal server listens. */
export async function temporalAddress({ dataDir }: CanaryWorld): Promise<string> {
  const record = await readChildRecord(dataDir);
  if (record === null) throw new Error('the product has no Temporal server of its own');
  return `127.0.0.1:${record.port}`;
}

/** Everything on every channel (issue 3, "Canary"), read now. */
export async function readChannels(world: CanaryWorld, page: Page): Promise<Channel[]> {
  const keyring = createKeyring(parseMasterKey(world.masterKey));
  const codec = createPayloadCodec(keyring.sealer('codec'));
  const histories = await collectHistories(await temporalAddress(world), namespace, codec);
  return [
    { name: 'workflow histories, raw', parts: histories.raw, minimum: 100_000 },
    { name: 'workflow histories, decoded', parts: histories.decoded, minimum: 50_000 },
    { name: 'logs at debug level', parts: await logs(world), minimum: 20_000 },
    { name: 'database dump', parts: await dump(world), minimum: 100_000 },
    { name: 'data directory', parts: await collectFiles(world.dataDir), minimum: 500_000 },
    { name: 'API answers', parts: await apiAnswers(world), minimum: 200_000 },
    { name: 'event stream', parts: await events(world), minimum: 10_000 },
    {
      name: 'pages in Chromium',
      parts: await pages(world, page),
      minimum: 100_000,
      // The page sends it with each request.
      exempt: [pageToken],
    },
    { name: 'process arguments', parts: world.processes.parts(), minimum: 500 },
    { name: 'names and tags in the secret store', parts: await secretStore(world), minimum: 10_000 },
  ];
}

export async function logs({ products, dataDir }: CanaryWorld): Promise<Part[]> {
  const ours = products.flatMap(({ outputPath, logPath }) => [outputPath, logPath]);
  const paths = [...ours, serverLogPath(dataDir)];
  return await Promise.all(paths.map(async (path) => ({ source: path, bytes: await readFile(path) })));
}

function dump({ databaseUrl }: CanaryWorld): Promise<Part[]> {
  return withDatabase(databaseUrl, (client) =>
    collectTables(async (statement) => (await client.query(statement)).rows),
  );
}

async function events({ api, databaseUrl, administratorKey }: CanaryWorld): Promise<Part[]> {
  const last = await withDatabase(databaseUrl, (client) =>
    client.query<{ position: string }>(
      `select max(position) as position from audit where subject_kind = 'registration'`,
    ),
  );
  return await collectStream(api.url, administratorKey, Number(last.rows[0]?.position));
}

/** Asks every GET route that the API documents, for every registration; then everything answered so far. */
async function apiAnswers(world: CanaryWorld): Promise<Part[]> {
  const { api, metricsUrl, peer } = world;
  const [{ jwks_id: opaque }] = storedKeySets(world);
  const { paths } = await api.ok<{ paths: Record<string, Record<string, unknown>> }>('GET', '/v1/openapi.json');
  const routes = Object.keys(paths).filter((path) => paths[path]?.['get'] !== undefined && path !== '/v1/events');
  const { items: servers } = await api.ok<{ items: { serverId: string }[] }>('GET', '/v1/authorization-servers');
  const [known] = servers;
  if (known === undefined) throw new Error('no authorization server is known');
  const questions = manners.flatMap((manner, index) =>
    routes.map((route) =>
      route
        .replace('{serverId}', (servers[index] ?? known).serverId)
        .replace('{registrationId}', registrationAt(manner))
        .replace('{tenantId}', manner)
        .replace('{applicationId}', 'portal')
        .replace('{opaque}', opaque),
    ),
  );
  const iss = encodeURIComponent(peer.fhirBaseUrl('careless'));
  const others = ['/', '/docs', '/docs/json', `/v1/registrations?iss=${iss}&limit=500`, metricsUrl];
  for (const question of new Set([...questions, ...others])) {
    if (question.includes('{')) throw new Error(`nobody knows how to ask for ${question}`);
    await api.call('GET', question);
  }
  return api.answers;
}

/** Every request to the secret store but for the secrets themselves, and what the store lists. */
async function secretStore({ moto }: CanaryWorld): Promise<Part[]> {
  const requests = moto.exchanges.map(({ method, path, operation, body }): Part => {
    const { SecretString: _, ...rest } = JSON.parse(body || '{}') as Record<string, unknown>;
    return { source: `${operation}`, bytes: Buffer.from(JSON.stringify({ method, path, operation, ...rest })) };
  });
  const client = secretsClient(moto.url);
  const listed = await client.send(new ListSecretsCommand({ MaxResults: 100, IncludePlannedDeletion: true }));
  client.destroy();
  return [...requests, { source: 'ListSecrets', bytes: Buffer.from(JSON.stringify(listed.SecretList)) }];
}

export function secretsClient(endpoint: string): SecretsManagerClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new SecretsManagerClient({ endpoint, region: 'us-east-1', credentials });
}

interface KeySet {
  readonly jwks_id: string;
  readonly keys: readonly Readonly<Record<string, string>>[];
}

/** Every set of key pairs that the product made. */
export function storedKeySets(world: CanaryWorld): [KeySet, ...KeySet[]] {
  const secrets = storedSecrets(world).split('\n');
  const [first, ...rest] = secrets.filter((secret) => secret.includes('"jwks_id"')).map((secret) => JSON.parse(secret));
  if (first === undefined) throw new Error('no keys were made');
  return [first, ...rest];
}

/** The private numbers of all keys are canaries; nobody knows them before the product has made them. */
export function plantPrivateKeys(world: CanaryWorld): void {
  for (const { keys } of storedKeySets(world))
    for (const key of keys)
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi'])
        if (key[member] !== undefined) world.plant.add(`private key ${key['alg']}: ${member}`, key[member]);
}

/** Every secret that the product put into the secret store. */
export function storedSecrets({ moto }: CanaryWorld): string {
  return moto.exchanges.map(({ body }) => String(JSON.parse(body || '{}').SecretString ?? '')).join('\n');
}
