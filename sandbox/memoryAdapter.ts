import type { Adapter } from 'oidc-provider';
import type { LedgerBook } from './ledger.ts';

interface Entry {
  readonly payload: Record<string, unknown>;
  /** Milliseconds since the epoch; Infinity: never. */
  readonly until: number;
}

/**
 * Storage of one simulated server, gone when it stops. oidc-provider's own memory adapter is shared by all providers
 * of a process and forgets beyond a thousand entries.
 */
export function memoryAdapters(ledger: LedgerBook): (model: string) => Adapter {
  const models = new Map<string, Map<string, Entry>>();

  return (model) => {
    const entries = models.get(model) ?? new Map<string, Entry>();
    models.set(model, entries);
    const read = (id: string) => {
      const entry = entries.get(id);
      if (entry === undefined || entry.until > Date.now()) return entry?.payload;
      entries.delete(id);
      return undefined;
    };
    const findBy = (name: string, value: string) =>
      [...entries.keys()].map(read).find((payload) => payload?.[name] === value);
    return {
      async upsert(id, payload, expiresIn) {
        const until = expiresIn === undefined ? Number.POSITIVE_INFINITY : Date.now() + expiresIn * 1000;
        entries.set(id, { payload, until });
        if (model === 'Client') ledger.stored(id, payload, Date.now());
      },
      async find(id) {
        return read(id);
      },
      async findByUid(uid) {
        return findBy('uid', uid);
      },
      async findByUserCode(userCode) {
        return findBy('userCode', userCode);
      },
      async consume(id) {
        const payload = read(id);
        if (payload !== undefined) payload['consumed'] = Math.floor(Date.now() / 1000);
      },
      async destroy(id) {
        entries.delete(id);
        if (model === 'Client') ledger.deleted(id, Date.now());
      },
      async revokeByGrantId(grantId) {
        for (const [id, { payload }] of entries) if (payload['grantId'] === grantId) entries.delete(id);
      },
    };
  };
}
