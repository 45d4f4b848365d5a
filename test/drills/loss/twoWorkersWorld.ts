import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TimePolicy } from '../../../domain/time/policy.ts';
import type { ApiCaller } from '../../support/apiCaller.ts';
import { freshDatabase } from '../../support/freshDatabase.ts';
import { freshNamespace } from '../../support/freshNamespace.ts';
import { Running } from '../../support/kill/running.ts';
import { Peer } from '../../support/peers/peer.ts';
import { newMasterKey, scratch, startProduct, testPolicy } from '../../support/product.ts';
import { type Books, openBooks } from './books.ts';
import { type DatabaseLine, openDatabaseLine } from './databaseLine.ts';

export interface ServersOfTwo {
  readonly temporal: { readonly address: string };
  readonly postgres: { readonly url: string };
}

/** Short, so that a request is settled soon after the line was cut, and in proportion. */
const policy: TimePolicy = {
  ...testPolicy,
  httpTotal: 2000,
  keepAnswer: 1000,
  collectInterval: 250,
  collectEvery: 500,
  secretStore: 2000,
  requestStep: 5000,
  repeatableStep: 5000,
  workflowTask: 2000,
  retryInitial: 100,
  retryMaximum: 1000,
  recordsRetry: 250,
  recordsRetryMaximum: 1000,
  reconcileEvery: 1000,
  overdueAfter: 3000,
  dispatchEvery: 500,
};

/** A worker with a data directory and a line to the database of its own. */
export interface LoneWorker {
  readonly line: DatabaseLine;
  readonly running: Running;
  /** Answers that lie in its spool. */
  spooled(): Promise<number>;
}

/** The API and two workers; secrets are in the database, so that nothing else is there to be cut. */
export interface TwoWorkersWorld {
  readonly peer: Peer;
  readonly books: Books;
  readonly api: ApiCaller;
  readonly workers: readonly LoneWorker[];
  close(): Promise<void>;
}

export async function openTwoWorkersWorld({ temporal, postgres }: ServersOfTwo): Promise<TwoWorkersWorld> {
  const closers: (() => Promise<unknown>)[] = [];
  const peer = await new Peer().listen();
  closers.push(() => peer.close());
  const fresh = await freshDatabase(postgres);
  closers.push(() => fresh.drop());
  const masterKey = newMasterKey();
  const books = openBooks(fresh.url, masterKey);
  closers.push(() => books.close());
  const environment = {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: await freshNamespace(temporal.address),
    REGISTRAR_MASTER_KEY: masterKey,
    REGISTRAR_ALLOWED_HOSTS: peer.hosts,
  };

  /** A data directory for one process. */
  async function directory(): Promise<string> {
    const { dataDir, remove } = await scratch();
    closers.push(remove);
    return dataDir;
  }

  const api = await startProduct({
    part: 'api',
    policy,
    dataDir: await directory(),
    environment: { ...environment, DATABASE_URL: fresh.url },
  });
  closers.push(() => api.stop());

  async function startWorker(): Promise<LoneWorker> {
    const dataDir = await directory();
    const line = await openDatabaseLine(fresh.url);
    closers.push(() => line.close());
    const running = new Running(() => ({
      part: 'worker',
      policy,
      dataDir,
      environment: { ...environment, DATABASE_URL: line.url },
    }));
    closers.push(() => running.stop());
    await running.start();
    const spooled = async () => {
      const files = await readdir(join(dataDir, 'spool')).catch(() => []);
      return files.filter((name) => name.endsWith('.sealed')).length;
    };
    return { line, running, spooled };
  }

  return {
    peer,
    books,
    api: await api.api(),
    workers: [await startWorker(), await startWorker()],
    async close() {
      for (const close of closers.reverse()) await close();
    },
  };
}
