import { statementsOf } from './statements.ts';

/**
 * When the watch last saw other documents, and secret versions that are kept although they carry no stage: set aside, or
 * of a client that drains.
 */
export const watch = statementsOf([
  'alter table proofs add column document_changed_at timestamptz',
  'alter table secret_versions add column kept boolean not null default false',
]);
