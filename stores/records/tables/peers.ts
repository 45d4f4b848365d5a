import type { ColumnType, Generated } from 'kysely';
import type { Optional, OptionalTime, Time } from './columns.ts';

interface ProbeLessonsTable {
  token_endpoint: string;
  auth_method: string;
  grant_type: string;
  form: string;
  control_differs: boolean;
  control_answer: string;
  learned_at: Time;
}

interface ProofsTable {
  registration_id: string;
  version_id: Optional<string>;
  client_id: Optional<string>;
  origin: Optional<string>;
  token_endpoint: Optional<string>;
  verdict: Optional<string>;
  proved_at: OptionalTime;
  next_due: OptionalTime;
  interval_days: Generated<number>;
  lease_owner: Optional<string>;
  lease_until: OptionalTime;
  document_hash: Optional<string>;
  document_read_at: OptionalTime;
  document_changed_at: OptionalTime;
  document_next_due: OptionalTime;
}

interface OriginHealthTable {
  origin: string;
  paused_until: OptionalTime;
  reason: Optional<string>;
  window_started_at: Time;
  bad: Generated<number>;
  total: Generated<number>;
}

interface BudgetsTable {
  budget: string;
  /** GCRA: theoretical arrival time. */
  tat: Time;
  /** Until when turns are promised to onboardings that were told to come again. */
  promised: ColumnType<Date, string | undefined, string>;
  /** Exact; read as text. */
  per_minute: ColumnType<string, number | string, number | string>;
  source: string;
  updated_at: Time;
}

interface AuthenticationFailuresTable {
  token_endpoint: string;
  client_id: string;
  purpose: string;
  at: Time;
}

/** Tables of migration 016: what is known about peers, over all workers. */
export interface PeerTables {
  probe_lessons: ProbeLessonsTable;
  proofs: ProofsTable;
  origin_health: OriginHealthTable;
  budgets: BudgetsTable;
  authentication_failures: AuthenticationFailuresTable;
}
