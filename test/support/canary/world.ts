import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { findFreePort } from '../../../runtime/embedded/freePort.ts';
import { type FreshDatabase, freshDatabase } from '../freshDatabase.ts';
import { type HttpProxy, startHttpProxy } from '../httpProxy.ts';
import { newMasterKey, type Product, scratch, startProduct } from '../product.ts';
import { ProcessWatch } from './collect.ts';
import { CarelessPeer } from './peer.ts';
import { Plant } from './plant.ts';
import { RecordingCaller } from './recordingCaller.ts';

interface Servers {
  /** Both, or neither: then everything is embedded. */
  readonly postgres?: { readonly url: string };
  readonly moto?: { readonly url: string };
  readonly temporal: { readonly binary: string | null };
}

/**
 * The whole product with planted secrets, its own Temporal server, and careless health systems; on PostgreSQL (with a
 * password) and AWS Secrets Manager behind a recording proxy, or on the embedded stores.
 */
export class CanaryWorld {
  readonly plant = new Plant();
  readonly administratorKey = this.plant.apiKey('administrator key');
  masterKey = newMasterKey();
  readonly peer: CarelessPeer = new CarelessPeer(this.plant);
  /** Every product process that ran, oldest first. */
  readonly products: Product[] = [];
  readonly #servers: Servers;
  #database: FreshDatabase | undefined;
  readonly #role = `canary_${randomBytes(4).toString('hex')}`;
  #moto: HttpProxy | undefined;
  #directory: Awaited<ReturnType<typeof scratch>> | undefined;
  #environment: Record<string, string> = {};
  #watch: ProcessWatch | undefined;
  #api: RecordingCaller | undefined;

  constructor(servers: Servers) {
    this.#servers = servers;
  }

  async start(): Promise<void> {
    await this.peer.listen();
    this.#directory = await scratch();
    this.#watch = new ProcessWatch(() => this.products.filter(({ running }) => running).map(({ pid }) => pid));
    const binary = this.#servers.temporal.binary;
    this.#environment = {
      ...(binary === null ? {} : { PATH: `${dirname(binary)}:${process.env['PATH']}` }),
      ...(await this.#stores()),
      REGISTRAR_BOOTSTRAP_KEY: this.administratorKey,
      REGISTRAR_ALLOWED_HOSTS: this.peer.host,
      REGISTRAR_PORT: String(await findFreePort()),
      REGISTRAR_METRICS_PORT: String(await findFreePort()),
    };
    await this.restart();
    if (this.#database === undefined) this.masterKey = await readFile(join(this.dataDir, 'master-key'), 'utf8');
    this.plant.add('master key', this.masterKey.trim().slice(this.masterKey.indexOf(':') + 1));
    this.#api = new RecordingCaller(this.product.url, this.administratorKey);
  }

  /** Starts the product, again on the same ports. */
  async restart(): Promise<void> {
    const product = await startProduct({ dataDir: this.dataDir, environment: this.#environment });
    this.products.push(product);
  }

  async stop(): Promise<void> {
    await this.products.at(-1)?.stop();
    this.#watch?.stop();
    await Promise.all([this.peer.close(), this.#moto?.close()]);
    await this.#database?.drop();
    if (this.#servers.postgres !== undefined)
      await run(this.#servers.postgres.url, `drop role if exists ${this.#role}`);
    await this.#directory?.remove();
  }

  get product(): Product {
    return existing(this.products.at(-1));
  }

  /** The administrator's calls; every answer is kept. */
  get api(): RecordingCaller {
    return existing(this.#api);
  }

  get moto(): HttpProxy {
    return existing(this.#moto);
  }

  get dataDir(): string {
    return existing(this.#directory).dataDir;
  }

  /** Superuser URL of the product's database. */
  get databaseUrl(): string {
    return existing(this.#database).url;
  }

  get processes(): ProcessWatch {
    return existing(this.#watch);
  }

  get metricsUrl(): string {
    return `http://127.0.0.1:${this.#environment['REGISTRAR_METRICS_PORT']}/metrics`;
  }

  async #stores(): Promise<Record<string, string>> {
    const { postgres, moto } = this.#servers;
    if (postgres === undefined || moto === undefined) return {};
    this.#moto = await startHttpProxy(moto.url);
    this.#database = await freshDatabase(postgres);
    return {
      DATABASE_URL: await this.#roleUrl(),
      REGISTRAR_MASTER_KEY: this.masterKey,
      REGISTRAR_SECRET_STORE: 'aws',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: this.moto.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'registrar',
      AWS_SECRET_ACCESS_KEY: this.plant.token('AWS secret access key'),
    };
  }

  /** The product's own role, whose password is a canary. */
  async #roleUrl(): Promise<string> {
    const password = this.plant.token('database password');
    const url = new URL(this.databaseUrl);
    await run(this.databaseUrl, `create role ${this.#role} login superuser password '${password}'`);
    url.username = this.#role;
    url.password = encodeURIComponent(password);
    return url.href;
  }
}

function existing<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the world was not started');
  return value;
}

async function run(url: string, statement: string): Promise<void> {
  await withDatabase(url, (client) => client.query(statement));
}

/** A connection for the time of one function. */
export async function withDatabase<Result>(url: string, use: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
