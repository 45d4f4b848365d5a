import { randomUUID } from 'node:crypto';
import type { KeyRecord, Keys } from '../domain/ports/callers/keys.ts';
import { defaultTimePolicy } from '../domain/time/policy.ts';
import type { Role } from '../domain/words.ts';
import { parseConfig } from './config/config.ts';
import { generateApiKey, hashApiKey } from './keys/adminKey.ts';
import { createLog } from './log/log.ts';
import { openServices } from './services.ts';
import { createShutdown } from './shutdown.ts';

/** Days that a key lives unless said otherwise (DESIGN section 7). */
const defaultLifetimeDays = 90;

/** Opens the embedded database of a stopped Registrar for one task. Rejects when a running one holds the lock. */
async function withRecords<Result>(task: (keys: Keys) => Promise<Result>): Promise<Result> {
  const config = parseConfig(process.env);
  // Signals end a command line tool at once; only the closers are of use here.
  const silent = { on: () => undefined, off: () => undefined, exit: () => undefined };
  const log = createLog('silent');
  const shutdown = createShutdown({ log, graceMilliseconds: 10_000, process: silent });
  try {
    const { records } = await openServices(config, defaultTimePolicy, shutdown, log);
    return await task(records);
  } finally {
    await shutdown.begin();
  }
}

/** Makes a key and answers it, once. */
export async function createKeyOffline(key: {
  readonly name: string;
  readonly role: Role;
  readonly tenantIds?: readonly string[];
  readonly applicationIds?: readonly string[];
  /** RFC 3339 UTC; 90 days from now when left out. */
  readonly expiresAt?: string;
}): Promise<{ keyId: string; key: string }> {
  const secret = generateApiKey();
  const keyId = randomUUID();
  const expiresAt =
    key.expiresAt === undefined ? Date.now() + defaultLifetimeDays * 86_400_000 : Date.parse(key.expiresAt);
  await withRecords((records) =>
    records.insertKey({
      keyId,
      name: key.name,
      role: key.role,
      sha256: hashApiKey(secret),
      tenantIds: key.tenantIds ?? null,
      applicationIds: key.applicationIds ?? null,
      expiresAt,
    }),
  );
  return { keyId, key: secret };
}

/** Every key, without its value. */
export async function listKeysOffline(): Promise<readonly KeyRecord[]> {
  return await withRecords(async (records) => {
    const keys: KeyRecord[] = [];
    let cursor: string | undefined;
    do {
      const page = await records.keys({ limit: 500, cursor });
      keys.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return keys;
  });
}

/** False when there is no such key. */
export async function revokeKeyOffline(keyId: string): Promise<boolean> {
  return await withRecords((records) => records.revokeKey(keyId));
}
