import type { RegistrationView } from '../../../domain/registration/view.ts';
import { createKeyring, parseMasterKey } from '../../../stores/crypto/keyring.ts';
import { openPostgres, verifyAudit } from '../../../stores/records/records.ts';

/** What the database held of all registrations. */
export interface Dump {
  /** By registration. */
  readonly views: ReadonlyMap<string, RegistrationView>;
  /** Ids of operations that some event tells of, and of those that have ended. */
  readonly told: ReadonlySet<string>;
  readonly ended: ReadonlySet<string>;
  readonly orphans: readonly {
    readonly registrationId: string;
    readonly clientId: string | null;
    readonly hasToken: boolean;
  }[];
  /** Requests that nobody settled, and answers that nobody took up. */
  readonly open: readonly { readonly registrationId: string; readonly what: string }[];
  readonly auditIsWhole: boolean;
}

/** The database, read beside the product and whether it runs or not. */
export interface Books {
  /** As it was a moment ago. */
  view(registrationId: string): Promise<RegistrationView | null>;
  /** Ids of operations that some event tells of, as it was a moment ago. */
  told(): Promise<ReadonlySet<string>>;
  /** Ids of operations that have ended, as it was a moment ago. */
  ended(): Promise<ReadonlySet<string>>;
  dump(): Promise<Dump>;
  close(): Promise<void>;
}

/** Milliseconds that what was read serves all who look. */
const lookInterval = 200;

export function openBooks(url: string, masterKey: string): Books {
  const db = openPostgres(url, { maxConnections: 3, applicationName: 'judge' });
  const keyring = createKeyring(parseMasterKey(masterKey));

  async function readViews(): Promise<Dump['views']> {
    const rows = await db.selectFrom('registrations').select(['registration_id', 'view']).execute();
    return new Map(rows.map((row) => [row.registration_id, row.view as RegistrationView]));
  }

  async function readTold(): Promise<Dump['told']> {
    const told = db.selectFrom('audit').select('operation_id').distinct().where('operation_id', 'is not', null);
    return new Set((await told.execute()).map(({ operation_id }) => operation_id ?? ''));
  }

  async function readEnded(): Promise<Dump['ended']> {
    const ended = db.selectFrom('operations').select('operation_id').where('ended_at', 'is not', null);
    return new Set((await ended.execute()).map(({ operation_id }) => operation_id));
  }

  const views = shared(readViews);
  return {
    // A new one is not in what was read for others.
    view: async (id) => (await views()).get(id) ?? (await readViews()).get(id) ?? null,
    told: shared(readTold),
    ended: shared(readEnded),
    async dump() {
      const orphans = db.selectFrom('orphans').select(['registration_id', 'client_id', 'sealed_token']);
      const intents = db.selectFrom('intents').select(['registration_id', 'kind', 'state', 'sealed_answer']);
      return {
        views: await readViews(),
        told: await readTold(),
        ended: await readEnded(),
        orphans: (await orphans.execute()).map((row) => ({
          registrationId: row.registration_id,
          clientId: row.client_id,
          hasToken: row.sealed_token !== null,
        })),
        open: (await intents.execute())
          .filter(({ state, sealed_answer }) => state !== 'settled' || sealed_answer !== null)
          .map(({ registration_id, kind, state }) => ({
            registrationId: registration_id,
            what: `${kind} is ${state}`,
          })),
        auditIsWhole: (await verifyAudit(db, keyring.verifyMac('audit-mac'))).ok,
      };
    },
    close: () => db.destroy(),
  };
}

/** Reads at most once in a {@link lookInterval}, for all who ask. */
function shared<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let readAt = 0;
  let last: Promise<Value> | null = null;
  return () => {
    if (last !== null && Date.now() - readAt < lookInterval) return last;
    readAt = Date.now();
    last = read();
    return last;
  };
}
