import { statementsOf } from './statements.ts';

/** The reconciler and the summary look for lives that ended unnoticed. */
export const clientExpiry = statementsOf([
  `create index registrations_client_expiry on registrations (client_expires_at) where client_expires_at is not null`,
]);
