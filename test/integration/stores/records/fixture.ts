import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { type Application, applicationSchema } from '../../../../domain/client/metadata.ts';
import type { ManagementToken, StoredAnswer } from '../../../../domain/operations/intent.ts';
import type { NewRegistration } from '../../../../domain/ports/registrations/newRegistration.ts';
import type { Visibility } from '../../../../domain/ports/visibility.ts';
import type { RegistrationView, Transition } from '../../../../domain/registration/view.ts';
import { createKeyring, generateMasterKey, type Keyring, parseMasterKey } from '../../../../stores/crypto/keyring.ts';
import type { Records } from '../../../../stores/records/records.ts';
import { createRecords, type Database, migrate } from '../../../../stores/records/records.ts';
import { type WithTransitions, withTransitions } from '../../../support/recording.ts';

/** Migrated records on one database, with a clock that stands still unless a test moves it. */
export interface Fixture {
  readonly db: Kysely<Database>;
  readonly records: WithTransitions<Records>;
  readonly keyring: Keyring;
  readonly clock: { now(): number; move(milliseconds: number): void };
}

export async function fixtureOn(db: Kysely<Database>): Promise<Fixture> {
  await migrate(db);
  const keyring = createKeyring(parseMasterKey(generateMasterKey()));
  let now = Date.parse('2026-11-21T09:00:00.000Z');
  const clock = {
    now: () => now,
    move: (milliseconds: number) => {
      now += milliseconds;
    },
  };
  return { db, keyring, clock, records: recordsOn(db, keyring, clock) };
}

export function recordsOn(db: Kysely<Database>, keyring: Keyring, clock: { now(): number }): WithTransitions<Records> {
  return withTransitions(
    createRecords({ db, sealer: keyring.sealer('escrow'), auditMacKey: keyring.mac('audit-mac'), clock }),
  );
}

export const everything: Visibility = { tenantIds: null, applicationIds: null };

/** Tests of one file share a database that cannot be emptied, so each makes ids of its own. */
export const uniqueId = (prefix: string): string => `${prefix}-${randomBytes(6).toString('hex')}`;

export function anApplication(changes: Record<string, unknown> = {}): Application {
  return applicationSchema.parse({
    clientMetadata: {
      client_name: 'Growth Chart',
      redirect_uris: ['https://app.example/callback'],
      scope: 'launch openid fhirUser patient/Observation.rs',
    },
    environments: { test2: { class: 'nonProduction', clientMetadata: { client_name: 'Growth Chart (test)' } } },
    ...changes,
  });
}

export function aRegistration(applicationId: string, changes: Partial<NewRegistration> = {}): NewRegistration {
  return {
    applicationId,
    environment: 'production',
    endpointId: 'main',
    fhirBaseUrl: 'https://ehr.example/fhir',
    method: 'auto',
    registrationEndpoint: null,
    issuer: null,
    clientMetadata: null,
    initialAccessToken: null,
    shareWith: null,
    ...changes,
  };
}

/** A new application and a new tenant with these registrations. */
export async function onboard(
  { records }: Fixture,
  ...registrations: Partial<NewRegistration>[]
): Promise<{ tenantId: string; applicationId: string; views: RegistrationView[] }> {
  const applicationId = uniqueId('app');
  const tenantId = uniqueId('tenant');
  await records.putApplication(applicationId, anApplication());
  const given = (registrations.length === 0 ? [{}] : registrations).map((one) => aRegistration(applicationId, one));
  const views = await records.createTenant({ tenantId, name: `Clinic ${tenantId}`, registrations: given }, 'key:test');
  return { tenantId, applicationId, views };
}

export async function oneRegistration(
  fixture: Fixture,
  given: Partial<NewRegistration> = {},
): Promise<RegistrationView> {
  const { views } = await onboard(fixture, given);
  return views[0]!;
}

/** The next event of a registration. */
export function nextEvent(
  view: RegistrationView,
  changes: Partial<RegistrationView> = {},
  event: Partial<Omit<Transition, 'view'>> = {},
): Transition & { readonly view: RegistrationView } {
  const sequence = view.sequence + 1;
  return {
    registrationId: view.registrationId,
    sequence,
    at: '2026-11-21T09:00:01.000Z',
    type: 'registration.phase-changed',
    actor: 'system',
    reason: 'Pending',
    message: 'The phase changed.',
    changes: { phase: { from: view.phase, to: changes.phase ?? view.phase } },
    view: { ...view, ...changes, sequence },
    ...event,
  };
}

export function anAnswer(secret: string, clientId = 'client-1'): StoredAnswer {
  return {
    status: 201,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: clientId, client_secret: secret }),
    receivedAt: Date.parse('2026-11-21T09:00:02.000Z'),
  };
}

export function aToken(token: string, changes: Partial<ManagementToken> = {}): ManagementToken {
  return {
    token,
    clientUri: 'https://as.example/register/client-1',
    clientId: 'client-1',
    audience: ['https://as.example'],
    receivedAt: Date.parse('2026-11-21T09:00:02.000Z'),
    ...changes,
  };
}
