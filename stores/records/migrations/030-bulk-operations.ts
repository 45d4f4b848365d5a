import { statementsOf } from './statements.ts';

/** Operations that are counted per principal and hour, over all API processes (DESIGN section 7, `bulk-limit`). */
export const bulkOperations = statementsOf([
  `create table bulk_operations (
    operation_id text collate "C" primary key,
    principal text collate "C" not null,
    kind text collate "C" not null,
    at timestamptz not null
  )`,
  'create index bulk_operations_count on bulk_operations (principal, kind, at)',
]);
