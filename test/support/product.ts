import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultTimePolicy, type TimePolicy } from '../../domain/time/policy.ts';
import { ApiCaller } from './apiCaller.ts';
import { waitFor } from './waitFor.ts';

const thisTree = fileURLToPath(new URL('../..', import.meta.url));

/** Short enough for tests, and in proportion: steps exceed requests, back-off is far below the shortest lifetime. */
export const testPolicy: TimePolicy = {
  ...defaultTimePolicy,
  httpTotal: 4000,
  keepAnswer: 1500,
  collectInterval: 500,
  secretStore: 3000,
  requestStep: 8000,
  repeatableStep: 8000,
  retryInitial: 250,
  retryMaximum: 5000,
  attentionAfter: 20_000,
  replicationLag: 2000,
  usableExpiry: 2000,
  watchEvery: 500,
};

export interface ProductOptions {
  readonly part?: 'start' | 'api' | 'worker';
  readonly environment?: Readonly<Record<string, string>>;
  /** Made and removed by the caller when given. */
  readonly dataDir: string;
  readonly policy?: TimePolicy;
  /** Root of the tree that it runs from; this one by default. */
  readonly tree?: string;
}

/** A running Registrar in a process of its own. */
export class Product {
  readonly dataDir: string;
  readonly outputPath: string;
  readonly logPath: string;
  readonly #child: ChildProcess;
  readonly exited: Promise<number | null>;
  #url: string | null = null;

  constructor(options: ProductOptions) {
    this.dataDir = options.dataDir;
    const name = `${options.part ?? 'start'}-${Date.now()}-${randomBytes(3).toString('hex')}`;
    this.outputPath = join(options.dataDir, '..', `${name}.out`);
    this.logPath = join(options.dataDir, '..', `${name}.log`);
    this.#child = spawn(
      process.execPath,
      [
        join(options.tree ?? thisTree, 'test/support/productMain.ts'),
        options.part ?? 'start',
        JSON.stringify(options.policy ?? testPolicy),
      ],
      {
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          REGISTRAR_DATA_DIR: options.dataDir,
          REGISTRAR_PORT: '0',
          REGISTRAR_METRICS_PORT: '0',
          REGISTRAR_LOG_LEVEL: 'debug',
          ...options.environment,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#child.stdout?.pipe(createWriteStream(this.outputPath));
    this.#child.stderr?.pipe(createWriteStream(this.logPath));
    this.exited = once(this.#child, 'exit').then(([code]) => code as number | null);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the product was not started');
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get url(): string {
    if (this.#url === null) throw new Error('the product is not ready');
    return this.#url;
  }

  /** Standard output so far. */
  async output(): Promise<string> {
    return await readFile(this.outputPath, 'utf8').catch(() => '');
  }

  async log(): Promise<string> {
    return await readFile(this.logPath, 'utf8').catch(() => '');
  }

  /** Waits for the ready line. Rejects when the process ends before it. */
  async ready(): Promise<this> {
    const line = await waitFor(
      async () => {
        if (!this.running) throw new Error(`the product ended: ${(await this.log()).slice(-3000)}`);
        return /^Registrar (?:is ready at (\S+)|worker is ready)$/m.exec(await this.output());
      },
      { what: 'the ready line', milliseconds: 90_000 },
    );
    this.#url = line[1] ?? '';
    return this;
  }

  /** An administrator's calls to the API. */
  async api(): Promise<ApiCaller> {
    const key = (await readFile(join(this.dataDir, 'admin-key'), 'utf8')).trim();
    return new ApiCaller(this.url, key);
  }

  /** As the kernel does it when memory runs out. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** One Ctrl-C. Resolves to the exit code. */
  async stop(): Promise<number | null> {
    if (this.running) this.#child.kill('SIGTERM');
    return await this.exited;
  }
}

export function startProduct(options: ProductOptions): Promise<Product> {
  return new Product(options).ready();
}

/** A directory for one test's data and logs, removed at its end. */
export async function scratch(): Promise<{ readonly dataDir: string; remove(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'registrar-test-'));
  return {
    dataDir: join(directory, 'data'),
    remove: () => rm(directory, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** A new master key in the form of `REGISTRAR_MASTER_KEY`. */
export function newMasterKey(): string {
  return `test:${randomBytes(32).toString('base64')}`;
}
