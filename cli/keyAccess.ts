import type { KeyRecord } from '../domain/ports/callers/keys.ts';
import type { Page } from '../domain/ports/page.ts';
import type { Role } from '../domain/words.ts';
import { ConfigError } from '../runtime/config/error.ts';
import { DataDirectoryLockedError, isLocked } from '../runtime/dataDirectory.ts';
import { type ConnectionOptions, connect, dataDirOf } from './connection.ts';
import { badInput, CommandError, exitCodes, failed } from './errors.ts';
import type { Terminal } from './terminal.ts';

/** As `POST /v1/keys` takes it. */
export interface NewKey {
  readonly name: string;
  readonly role: Role;
  readonly tenantIds?: readonly string[];
  readonly applicationIds?: readonly string[];
  /** RFC 3339 UTC; 90 days from now when left out. */
  readonly expiresAt?: string;
}

/** The keys of one Registrar. */
export interface KeyAccess {
  create(key: NewKey): Promise<{ keyId: string; key: string }>;
  list(): Promise<readonly KeyRecord[]>;
  /** Rejects when there is no such key. */
  revoke(keyId: string): Promise<void>;
}

const largestPage = 500;

async function online(terminal: Terminal, options: ConnectionOptions): Promise<KeyAccess> {
  const client = await connect(terminal, options);
  return {
    create: (key) => client.send('POST', '/v1/keys', key),
    async list() {
      const keys: KeyRecord[] = [];
      let cursor: string | undefined;
      do {
        const parameters = new URLSearchParams({
          limit: String(largestPage),
          ...(cursor === undefined ? {} : { cursor }),
        });
        const page: Page<KeyRecord> = await client.get(`/v1/keys?${parameters}`);
        keys.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return keys;
    },
    revoke: (keyId) => client.send('DELETE', `/v1/keys/${encodeURIComponent(keyId)}`),
  };
}

async function offline(): Promise<KeyAccess> {
  const { createKeyOffline, listKeysOffline, revokeKeyOffline } = await import('../runtime/offline.ts');
  return {
    create: (key) => inOneLine(() => createKeyOffline(key)),
    list: () => inOneLine(listKeysOffline),
    async revoke(keyId) {
      if (!(await inOneLine(() => revokeKeyOffline(keyId))))
        throw badInput('KEY-ID', 'there is no such key', 'See registrar key list');
    },
  };
}

/** What the runtime refuses, as an error of the command line. */
async function inOneLine<Result>(task: () => Promise<Result>): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError(exitCodes.badInput, error.message);
    if (error instanceof DataDirectoryLockedError) throw failed(`${error.message} Or try again with --url.`);
    throw error;
  }
}

/**
 * Keys by the API where a Registrar is named or works in the data directory, or where the database is elsewhere;
 * otherwise straight from the embedded database, so that a stopped Registrar can be given a new key.
 */
export function keyAccess(terminal: Terminal, options: ConnectionOptions): Promise<KeyAccess> {
  const elsewhere = (terminal.environment['DATABASE_URL'] ?? '') !== '';
  const named = options.url !== undefined || options.keyFile !== undefined || options.keyStdin === true;
  return named || elsewhere || isLocked(dataDirOf(terminal)) ? online(terminal, options) : offline();
}
