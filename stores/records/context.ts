import type { Kysely } from 'kysely';
import type { Clock } from '../../domain/time/clock.ts';
import type { TimePolicy } from '../../domain/time/policy.ts';
import type { Sealer } from '../crypto/sealer.ts';
import type { Mac } from './audit/chain.ts';
import type { Database } from './schema.ts';

/** What every part of the records works with. */
export interface RecordsContext {
  readonly db: Kysely<Database>;
  /** Seals the ledgers' secrets; label `escrow`. */
  readonly sealer: Sealer;
  /** Keyed for the audit; label `audit-mac`. */
  readonly auditMacKey: Mac;
  readonly clock: Clock;
  /** How far apart the watch looks; the release's where absent. */
  readonly watchIntervals?: Pick<TimePolicy, 'proofInterval' | 'discoveryInterval'>;
}
