import { hash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { clientSecretName, managementSecretName, parseRegistrationId } from '../../../domain/ids.ts';
import type { SecretStore } from '../../../domain/ports/secretStore.ts';
import type { Database } from '../../../stores/records/records.ts';
import { type Life, tokenIsLost } from './life.ts';

/** Where the judge looks: the product's own books, read without the product. */
export interface Books {
  readonly database: Kysely<Database>;
  readonly secrets: SecretStore;
  readonly dataDir: string;
  readonly auditIsWhole: () => Promise<boolean>;
  /** Entities that failed, and how. */
  readonly failed: () => Promise<readonly string[]>;
}

/**
 * Judges a retired registration by the authorization server's own list of clients. Answers what is wrong; nothing when
 * every client is deleted or listed for a person, every request is settled, and no answer is left undelivered.
 */
export async function judgeRetired(books: Books, life: Life): Promise<string[]> {
  const problems: string[] = [];
  const wrong = (condition: boolean, problem: string) => {
    if (condition) problems.push(`${life.registrationId}: ${problem}`);
  };
  const ledger = life.system.ledger();
  const clients = ledger.clients.filter(({ clientName }) => clientName === life.tenantId);
  const orphans = await rowsOf(books, 'orphans', life);
  const intents = await rowsOf(books, 'intents', life);
  const registering = intents.filter(({ kind }) => kind === 'register');
  const unanswered = registering.filter(({ settlement }) => settlement === 'unanswered').length;
  const listed = new Set(orphans.map(({ client_id }) => client_id));
  const unknown = clients.filter(({ clientId, deletedAt }) => deletedAt === null && !listed.has(clientId));
  const nameless = orphans.filter(({ client_id }) => client_id === null);

  wrong((await life.view())?.phase !== 'retired', 'is not retired');
  wrong(clients.length === 0, 'the server made no client');
  wrong(unknown.length > nameless.length, `${unknown.length - nameless.length} clients are neither held nor listed`);
  wrong(clients.length > 1 + unanswered, `${clients.length} clients were made for ${unanswered} lost answers`);
  wrong(nameless.length > unanswered, `${nameless.length} requests are listed, and only ${unanswered} were lost`);
  for (const orphan of nameless)
    wrong(
      orphan.client_name !== life.tenantId || !orphan.registration_endpoint.startsWith('http'),
      'a lost request is listed without what was sent',
    );
  for (const intent of intents) {
    wrong(intent.state !== 'settled', `request ${intent.intent_id} is left ${intent.state}`);
    wrong(intent.sealed_answer !== null, `the answer of request ${intent.intent_id} is left sealed`);
  }
  for (const entry of await rowsOf(books, 'entering_secrets', life))
    wrong(entry.sealed_value !== null && entry.claimed_at !== null, 'a used initial access token is kept');
  wrong((await rowsOf(books, 'start_requests', life)).length > 0, 'its workflow is still to be started');
  return problems;
}

/** What a registration's life left behind, for tests that know what it must be. */
export async function remains(
  books: Books,
  life: Life,
): Promise<{ clients: number; listed: readonly (string | null)[]; unanswered: readonly string[] }> {
  const orphans = await rowsOf(books, 'orphans', life);
  const intents = await rowsOf(books, 'intents', life);
  return {
    clients: life.system.ledger().clients.filter(({ clientName }) => clientName === life.tenantId).length,
    listed: orphans.map(({ client_id }) => client_id),
    unanswered: intents.filter(({ settlement }) => settlement === 'unanswered').map(({ kind }) => kind),
  };
}

/** Judges an active registration: what is stored works at the server, and is the newest that it gave. */
export async function judgeActive(books: Books, life: Life): Promise<string[]> {
  const problems: string[] = [];
  const key = parseRegistrationId(life.registrationId);
  const view = await life.view();
  if (key === null || view === null) return [`${life.registrationId}: there is no view`];
  const client = (await books.secrets.get(clientSecretName(key), { stage: 'current' }))?.value;
  const management = (await books.secrets.get(managementSecretName(key), { stage: 'current' }))?.value;
  const known = life.system.ledger().clients.find(({ clientId }) => clientId === client?.['client_id']);
  const wrong = (condition: boolean, problem: string) => {
    if (condition) problems.push(`${life.registrationId}: ${problem}`);
  };
  wrong(known === undefined || known.deletedAt !== null, 'the current client does not exist at the server');
  wrong(view.credential?.clientId !== client?.['client_id'], 'the view shows another client than the secret store');
  const sha256 = hash('sha256', String(client?.['client_secret']));
  if (tokenIsLost(view)) {
    wrong(known?.secrets.some((secret) => secret.sha256 === sha256) !== true, 'the secret is none of the server');
    return problems;
  }
  wrong(known?.secrets.at(-1)?.sha256 !== sha256, 'the secret is not the newest of the server');
  const { pathname } = new URL(String(management?.['registration_client_uri']));
  const { status } = await fetch(`${life.system.issuer}${pathname}`, {
    headers: { authorization: `Bearer ${management?.['registration_access_token']}` },
  });
  wrong(status !== 200, `the stored registration access token is answered ${status}`);
  return problems;
}

/** What is wrong with the product as a whole once every registration is retired. */
export async function judgeWhole(books: Books): Promise<string[]> {
  const spooled = await readdir(join(books.dataDir, 'spool')).catch(() => []);
  return [
    ...spooled.map((file) => `${file} is left in the spool`),
    ...(await books.failed()).map((end) => `an entity ended: ${end}`),
    ...((await books.auditIsWhole()) ? [] : ['the chain of the audit is broken']),
  ];
}

async function rowsOf<Table extends 'orphans' | 'intents' | 'entering_secrets' | 'start_requests'>(
  { database }: Books,
  table: Table,
  life: Life,
) {
  const query = database.selectFrom(table as 'orphans' | 'intents' | 'entering_secrets' | 'start_requests').selectAll();
  const rows = await query.where('registration_id', '=', life.registrationId).execute();
  return rows as unknown as Rows[Table][];
}

interface Rows {
  orphans: { client_id: string | null; client_name: string; registration_endpoint: string };
  intents: {
    intent_id: string;
    kind: string;
    state: string;
    settlement: string | null;
    sealed_answer: Uint8Array | null;
  };
  entering_secrets: { sealed_value: Uint8Array | null; claimed_at: Date | null };
  start_requests: { registration_id: string };
}
