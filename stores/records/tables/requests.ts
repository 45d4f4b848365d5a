import type { Generated } from 'kysely';
import type { Optional, Time } from './columns.ts';

interface LateAnswersTable {
  id: string;
  registration_id: string;
  intent_id: string;
  kind: string;
  client_id: Optional<string>;
  received_at: Time;
  sealed_answer: Uint8Array;
}

interface SecretPointersTable {
  name: string;
  current: Optional<string>;
  pending: Optional<string>;
  previous: Optional<string>;
  fence: Generated<number>;
  promoting: Generated<boolean>;
  updated_at: Time;
}

/** Tables of migrations 015 and 017: requests that cannot be repeated, and promotions. */
export interface RequestTables {
  late_answers: LateAnswersTable;
  secret_pointers: SecretPointersTable;
}
