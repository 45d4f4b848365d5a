import { randomBytes } from 'node:crypto';
import { cp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Client, Connection } from '@temporalio/client';
import { workflowIdOf } from '../../../domain/ids.ts';
import type { TimePolicy } from '../../../domain/time/policy.ts';
import { isRunning } from '../../../runtime/embedded/processIdentity.ts';
import { readChildRecord, readIdentity } from '../../../runtime/embedded/temporal/childRecord.ts';
import { temporalDirectory } from '../../../runtime/embedded/temporal/command.ts';
import { freshDatabase } from '../../support/freshDatabase.ts';
import { Running } from '../../support/kill/running.ts';
import { Peer } from '../../support/peers/peer.ts';
import { newMasterKey, scratch } from '../../support/product.ts';
import { waitFor } from '../../support/waitFor.ts';
import { type AnswerGate, openAnswerGate } from './answerGate.ts';
import { type Books, openBooks } from './books.ts';
import { lossPolicy } from './lossPolicy.ts';

export interface ServersOfLoss {
  readonly temporal: { readonly binary: string | null };
  readonly postgres: { readonly url: string };
  readonly moto: { readonly url: string };
}

/** The product with its engine embedded, whose data can be lost; database and secret store live on. */
export interface LossWorld {
  /** Part of the ids of this world: the secret store is shared with others. */
  readonly name: string;
  readonly peer: Peer;
  readonly running: Running;
  readonly books: Books;
  /** Whether the database takes the answers of health systems. */
  readonly answers: AnswerGate;
  /** Another hand writes into the secret store. */
  readonly secrets: SecretsManagerClient;
  /** `kill -9` of product and engine: what was answered a moment ago is not carried out by a shutdown. */
  kill(): Promise<void>;
  /** Engine's data as they are: only while nothing runs. */
  keepCopy(): Promise<void>;
  deleteEngineData(): Promise<void>;
  restoreCopy(): Promise<void>;
  /** Ends the runs of these registrations as an operator does it in the engine's page. */
  terminate(registrationIds: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export async function openLossWorld(
  { temporal, postgres, moto }: ServersOfLoss,
  policy: TimePolicy = lossPolicy,
): Promise<LossWorld> {
  const directory = await scratch();
  const { dataDir } = directory;
  const peer = await new Peer().listen();
  const fresh = await freshDatabase(postgres);
  const answers = await openAnswerGate(fresh.url);
  const masterKey = newMasterKey();
  const books = openBooks(fresh.url, masterKey);
  const account = { accessKeyId: 'registrar', secretAccessKey: 'registrar' };
  const secrets = new SecretsManagerClient({ endpoint: moto.url, region: 'us-east-1', credentials: account });
  const environment = {
    DATABASE_URL: answers.url,
    REGISTRAR_MASTER_KEY: masterKey,
    REGISTRAR_SECRET_STORE: 'aws',
    REGISTRAR_ALLOWED_HOSTS: peer.hosts,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: moto.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: account.accessKeyId,
    AWS_SECRET_ACCESS_KEY: account.secretAccessKey,
    ...(temporal.binary === null ? {} : { PATH: `${dirname(temporal.binary)}:${process.env['PATH']}` }),
  };
  const running = new Running(() => ({ dataDir, policy, environment }));
  const engineData = temporalDirectory(dataDir);
  const copy = join(dataDir, '..', 'engine-copy');

  async function killEngine(): Promise<void> {
    const identity = await readIdentity(dataDir);
    if (identity === null || !(await isRunning(identity))) return;
    process.kill(identity.pid, 'SIGKILL');
    await waitFor(async () => !(await isRunning(identity)), { what: 'the end of the engine' });
  }

  return {
    name: randomBytes(2).toString('hex'),
    peer,
    running,
    books,
    answers,
    secrets,
    async kill() {
      await running.kill();
      await killEngine();
    },
    keepCopy: () => cp(engineData, copy, { recursive: true }),
    deleteEngineData: () => rm(engineData, { recursive: true }),
    async restoreCopy() {
      await rm(engineData, { recursive: true });
      await cp(copy, engineData, { recursive: true });
    },
    async terminate(registrationIds) {
      const record = await readChildRecord(dataDir);
      const connection = await Connection.connect({ address: `127.0.0.1:${record?.port}` });
      try {
        const { workflow } = new Client({ connection });
        for (const registrationId of registrationIds)
          await workflow.getHandle(workflowIdOf(registrationId)).terminate();
      } finally {
        await connection.close();
      }
    },
    async close() {
      await running.stop();
      await killEngine();
      await peer.close();
      secrets.destroy();
      await books.close();
      await answers.close();
      await fresh.drop();
      await directory.remove();
    },
  };
}
