import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPglite, openPostgres } from '../../../../stores/records/database.ts';
import { describeWith } from '../../../support/describeWith.ts';
import { type FreshDatabase, freshDatabase } from '../../../support/freshDatabase.ts';
import { type Fixture, fixtureOn } from './fixture.ts';
import { auditSuite } from './suites/audit.ts';
import { budgetSuite } from './suites/budgets.ts';
import { bulkOperationSuite } from './suites/bulkOperations.ts';
import { callerSuite } from './suites/callers.ts';
import { changeSuite } from './suites/changes.ts';
import { clientKeySuite } from './suites/clientKeys.ts';
import { decisionSuite } from './suites/decisions.ts';
import { deliverySuite } from './suites/deliveries.ts';
import { intentSuite } from './suites/intents.ts';
import { ledgerSuite } from './suites/ledgers.ts';
import { listSuite } from './suites/lists.ts';
import { proofSuite } from './suites/proofs.ts';
import { schemaSuite } from './suites/schema.ts';
import { sharingSuite } from './suites/sharing.ts';

/** Everything that holds on every database. */
function contract(fixture: () => Fixture): void {
  decisionSuite(fixture);
  auditSuite(fixture);
  changeSuite(fixture);
  intentSuite(fixture);
  ledgerSuite(fixture);
  clientKeySuite(fixture);
  callerSuite(fixture);
  bulkOperationSuite(fixture);
  listSuite(fixture);
  sharingSuite(fixture);
  schemaSuite(fixture);
  budgetSuite(fixture);
  proofSuite(fixture);
  deliverySuite(fixture);
  it('checks by a real query', async () => {
    await expect(fixture().records.check()).resolves.toBeUndefined();
  });
}

describe('records on PGlite', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await fixtureOn(await openPglite('memory://'));
  });
  afterAll(() => fixture.db.destroy());
  contract(() => fixture);
});

describeWith('postgres', 'records on PostgreSQL', ({ postgres }) => {
  let database: FreshDatabase;
  let fixture: Fixture;
  beforeAll(async () => {
    database = await freshDatabase(postgres);
    fixture = await fixtureOn(openPostgres(database.url));
  });
  afterAll(async () => {
    await fixture.db.destroy();
    await database.drop();
  });
  contract(() => fixture);
});
