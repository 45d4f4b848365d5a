import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { Json, Optional, OptionalTime, Time } from './tables/columns.ts';
import type { EntityTables } from './tables/entity.ts';
import type { PeerTables } from './tables/peers.ts';
import type { RequestTables } from './tables/requests.ts';

interface ApplicationsTable {
  application_id: string;
  revision: number;
  updated_at: Time;
}

interface ApplicationRevisionsTable {
  application_id: string;
  revision: number;
  contents: Json;
  created_at: Time;
}

interface TenantsTable {
  tenant_id: string;
  name: string;
  created_at: Time;
}

interface RegistrationsTable {
  registration_id: string;
  tenant_id: string;
  application_id: string;
  environment: string;
  endpoint_id: string;
  fhir_base_url: string;
  iss_key: string;
  method: string;
  given_registration_endpoint: string | null;
  given_issuer: string | null;
  holder_registration_id: string | null;
  client_metadata: Json;
  created_at: Time;
  phase: string;
  credential_health: string;
  needs_attention: boolean;
  next_attempt_at: OptionalTime;
  expires_at: OptionalTime;
  rotation_due_at: OptionalTime;
  changed_at: Time;
  applied_revision: number | null;
  desired_revision: number;
  sequence: number;
  view: Json;
  authorization_server_id: string | null;
  incarnation: Generated<number>;
  state: Json;
  rules: Optional<number>;
  first_execution_run_id: Optional<string>;
  wake_at: OptionalTime;
  client_expires_at: OptionalTime;
  reconcile_failures: Generated<number>;
  reconcile_not_before: OptionalTime;
}

interface RegistrationSettingsTable {
  registration_id: string;
  revision: number;
  settings: Json;
  created_at: Time;
}

interface StartRequestsTable {
  registration_id: string;
  requested_at: Time;
  attempts: Generated<number>;
  not_before: OptionalTime;
}

interface WakeRequestsTable {
  operation_id: string;
  registration_id: string;
  reason: string;
  requested_at: Time;
  attempts: Generated<number>;
  not_before: OptionalTime;
  kind: Generated<string>;
}

interface AuditTable {
  position: number;
  subject_kind: string;
  subject_id: string;
  sequence: number;
  at: Time;
  type: string;
  actor: string;
  reason: string | null;
  message: string;
  operation_id: string | null;
  changes: Json;
  view_sha256: string | null;
  content_hash: string;
  previous_hash: string;
  hash: string;
  mac: string;
  tenant_id: GeneratedAlways<string | null>;
  application_id: GeneratedAlways<string | null>;
}

interface AuditHeadTable {
  id: Generated<boolean>;
  position: number;
  hash: string;
}

interface IntentsTable {
  intent_id: string;
  registration_id: string;
  operation_id: string;
  kind: string;
  endpoint: string;
  client_name: string;
  client_id: string | null;
  state: string;
  fence: number;
  prepared_at: Time;
  sending_at: OptionalTime;
  answered_at: OptionalTime;
  settled_at: OptionalTime;
  settlement: string | null;
  outcome: Json;
  answer_sha256: string | null;
  sealed_answer: Uint8Array | null;
  metadata_revision: ColumnType<number | null, number | null | undefined, never>;
  own_metadata_revision: ColumnType<number | null, number | null | undefined, never>;
  answer_by: OptionalTime;
  step_ends_at: OptionalTime;
  sequence: Optional<number>;
  incarnation: Optional<number>;
  spooled_at_instance: Optional<string>;
  request: Json;
}

interface ManagementTokensTable {
  id: GeneratedAlways<number>;
  registration_id: string;
  token_sha256: string;
  received_at: Time;
  sealed_token: Uint8Array;
  client_id: Optional<string>;
  rejected_at: OptionalTime;
}

interface OrphansTable {
  orphan_id: string;
  registration_id: string;
  token_endpoint: string | null;
  registration_endpoint: string;
  client_id: string | null;
  client_name: string;
  reason: string;
  since: Time;
  sealed_token: Uint8Array | null;
  sealed_answer: Uint8Array | null;
  tenant_id: GeneratedAlways<string>;
  application_id: GeneratedAlways<string>;
}

interface EnteringSecretsTable {
  id: GeneratedAlways<number>;
  operation_id: string;
  registration_id: string;
  kind: string;
  sealed_value: Uint8Array | null;
  entered_at: Time;
  claimed_at: OptionalTime;
  spent_at: OptionalTime;
  source: Generated<string>;
  supplied_by: string | null;
  expires_at: OptionalTime;
  swept_at: OptionalTime;
  expiry_warned_at: OptionalTime;
  authorization_server_id: string | null;
  peer_token_id: string | null;
  lifetime_seconds: number | null;
  revoked_at: OptionalTime;
  tenant_id: GeneratedAlways<string>;
  application_id: GeneratedAlways<string>;
}

interface AuthorizationServersTable {
  server_id: string;
  issuer: string | null;
  token_endpoint: string;
  name: string | null;
  notes: string | null;
  policies: Json;
  first_seen_at: Time;
  changed_at: Time;
}

interface AuthorizationServerCredentialsTable {
  server_id: string;
  kind: string;
  client_id: string;
  sealed_credential: Uint8Array;
  version_id: string;
  put_at: Time;
}

interface TokenWakeRequestsTable {
  registration_id: string;
  operation_id: string;
  requested_at: Time;
  attempts: Generated<number>;
  not_before: OptionalTime;
}

interface DiscoveryHeadersTable {
  registration_id: string;
  sealed_headers: Uint8Array;
  changed_at: Time;
}

interface ProbeKnowledgeTable {
  token_endpoint: string;
  auth_method: string;
  control_differs: boolean;
  control_answer: string;
  learned_at: Time;
}

interface ApiKeysTable {
  key_id: string;
  name: string;
  role: string;
  sha256: string;
  tenant_ids: Json;
  application_ids: Json;
  created_at: Time;
  expires_at: OptionalTime;
  revoked_at: OptionalTime;
}

interface SessionsTable {
  sha256: string;
  key_id: string;
  csrf_sha256: string;
  created_at: Time;
  last_seen_at: Time;
  expires_at: Time;
}

interface IdempotencyTable {
  principal: string;
  route: string;
  key: string;
  request_mac: string;
  created_at: Time;
  claimed_at: Time;
  status: number | null;
  sealed_body: Uint8Array | null;
}

/** The tables that more than one part of the records knows. The others bring their own types (`db.withTables`). */
export interface Database extends EntityTables, RequestTables, PeerTables {
  applications: ApplicationsTable;
  application_revisions: ApplicationRevisionsTable;
  tenants: TenantsTable;
  registrations: RegistrationsTable;
  registration_settings: RegistrationSettingsTable;
  start_requests: StartRequestsTable;
  wake_requests: WakeRequestsTable;
  audit: AuditTable;
  audit_head: AuditHeadTable;
  intents: IntentsTable;
  management_tokens: ManagementTokensTable;
  orphans: OrphansTable;
  entering_secrets: EnteringSecretsTable;
  discovery_headers: DiscoveryHeadersTable;
  probe_knowledge: ProbeKnowledgeTable;
  api_keys: ApiKeysTable;
  sessions: SessionsTable;
  idempotency: IdempotencyTable;
  authorization_servers: AuthorizationServersTable;
  authorization_server_credentials: AuthorizationServerCredentialsTable;
  token_wake_requests: TokenWakeRequestsTable;
}
