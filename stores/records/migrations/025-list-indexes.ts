import { statementsOf } from './statements.ts';

/** What lists filter by, with the id that pages go by: an index that ends in it gives the rows of a page in order. */
export const listIndexes = statementsOf([
  'create index registrations_phase on registrations (phase, registration_id)',
  'create index registrations_health on registrations (credential_health, registration_id)',
  'create index registrations_environment on registrations (environment, registration_id)',
]);
