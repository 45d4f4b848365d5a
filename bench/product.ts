import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { defaultTimePolicy } from '../domain/time/policy.ts';
import { readChildRecord, readIdentity } from '../runtime/embedded/temporal/childRecord.ts';
import { temporalHost } from '../runtime/embedded/temporal/command.ts';
import { temporalConnectionOptions } from '../runtime/temporal/connection.ts';
import { pinned } from '../test/support/servers/catalog.ts';
import { cacheFolder } from '../test/support/servers/commands.ts';
import { certificateFile } from './certificate.ts';

const command = fileURLToPath(new URL('../bin/registrar.js', import.meta.url));
const withPolicy = fileURLToPath(new URL('../test/support/productMain.ts', import.meta.url));

export interface ProductOptions {
  /** A directory of its own; whoever made it removes it. */
  readonly directory: string;
  /** Null = embedded. */
  readonly databaseUrl: string | null;
  /** `host:port` of the health systems. */
  readonly allowedHosts: readonly string[];
  /** Where `node --cpu-prof` writes its profiles; null = none. */
  readonly profiles: string | null;
  /** Milliseconds after which an entity parks; null = as the product does it. */
  readonly restFor: number | null;
}

/** `registrar start` as operators run it, with its embedded Temporal server. */
export class Product {
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #dataDir: string;
  #temporalPid = 0;
  #temporalAddress = '';
  #url = '';
  #key = '';

  /** Starts it; it is of use once {@link ready} has resolved. */
  constructor(options: ProductOptions) {
    this.#directory = options.directory;
    this.#dataDir = join(options.directory, 'data');
    const profiling = options.profiles === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profiles}`];
    const database =
      options.databaseUrl === null
        ? {}
        : { DATABASE_URL: options.databaseUrl, REGISTRAR_MASTER_KEY: `bench:${randomBytes(32).toString('base64')}` };
    const start =
      options.restFor === null
        ? [command, 'start']
        : [withPolicy, 'start', JSON.stringify({ ...defaultTimePolicy, restFor: options.restFor })];
    this.#child = spawn(process.execPath, [...profiling, ...start], {
      env: {
        // The server that the tests have built serves as well as one that is built again for this.
        PATH: [process.env['PATH'], join(cacheFolder(), `temporal-${pinned.temporal}`)].join(delimiter),
        HOME: process.env['HOME'],
        XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
        NODE_EXTRA_CA_CERTS: certificateFile,
        REGISTRAR_DATA_DIR: this.#dataDir,
        REGISTRAR_PORT: '0',
        REGISTRAR_METRICS_PORT: '0',
        REGISTRAR_ALLOWED_HOSTS: options.allowedHosts.join(','),
        ...database,
      },
      stdio: ['ignore', openSync(this.#outputPath, 'w'), openSync(this.#logPath, 'w')],
      // A Ctrl-C reaches only the benchmark, which then stops this in its turn.
      detached: true,
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get temporalPid(): number {
    return this.#temporalPid;
  }

  /** How to reach its Temporal server, and the namespace in which its workflows are. */
  get temporal(): { readonly address: string; readonly namespace: string } {
    const embedded = { temporal: { kind: 'embedded' } } as const;
    const { connection, namespace } = temporalConnectionOptions(embedded, {}, this.#temporalAddress);
    return { address: connection.address, namespace };
  }

  /** Rejects when it ends before it is ready. */
  async ready(): Promise<void> {
    for (;;) {
      const [, url] = /^Registrar is ready at (\S+)$/m.exec(await readFile(this.#outputPath, 'utf8')) ?? [];
      if (url !== undefined) {
        this.#url = url;
        break;
      }
      if (!this.#running) throw new Error(`Registrar ended: ${(await readFile(this.#logPath, 'utf8')).slice(-3000)}`);
      await delay(100);
    }
    this.#key = (await readFile(join(this.#dataDir, 'admin-key'), 'utf8')).trim();
    this.#temporalPid = (await readIdentity(this.#dataDir))?.pid ?? 0;
    this.#temporalAddress = `${temporalHost}:${(await readChildRecord(this.#dataDir))?.port}`;
  }

  /** The body of an answer of the API, which must be a success. */
  async call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as Body;
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }

  get #running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get #outputPath(): string {
    return join(this.#directory, 'registrar.out');
  }

  get #logPath(): string {
    return join(this.#directory, 'registrar.log');
  }
}
