import type { Generated } from 'kysely';
import type { Json, Optional, OptionalTime, Time } from './columns.ts';

interface OperationsTable {
  operation_id: string;
  registration_id: string;
  incarnation: number;
  kind: string;
  request: Json;
  actor: string;
  reason: Optional<string>;
  accepted_at: Time;
  delivered_at: OptionalTime;
  attempts: Generated<number>;
  not_before: OptionalTime;
  ended_at: OptionalTime;
  ended_sequence: Optional<number>;
}

/** Written by a trigger on `audit`, never by us. */
interface AuditKeysTable {
  subject_kind: string;
  subject_id: string;
  sequence: number;
  position: number;
  at: Time;
  content_hash: string;
}

/** One row in a simulation, none otherwise. */
interface RegistrarClockTable {
  id: Generated<boolean>;
  at: Time;
}

/** Tables of migrations 013, 014 and 018: what entities write down, and the clock of SQL. */
export interface EntityTables {
  operations: OperationsTable;
  audit_keys: AuditKeysTable;
  registrar_clock: RegistrarClockTable;
}
