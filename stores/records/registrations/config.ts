import { type Application, effectiveMetadata } from '../../../domain/clientMetadata.ts';
import type { RequestOutcome } from '../../../domain/ports.ts';
import type { EntityRecords, RegistrationConfig } from '../../../domain/records.ts';
import type { RegistrationView } from '../../../domain/registrationView.ts';
import { defaultEnvironmentClass, type Method } from '../../../domain/words.ts';
import type { RecordsContext } from '../context.ts';

/** What the operator asked for, and where an entity starts from. */
export function createConfig({ db }: RecordsContext): Pick<EntityRecords, 'config' | 'entityStart'> {
  /**
   * Before the first client the newest revision of the application counts, so that a corrected application helps a
   * rejected registration; afterwards the revision that the registration was brought to.
   */
  function selectConfig(registrationId: string) {
    return db
      .selectFrom('registrations as r')
      .innerJoin('applications as a', 'a.application_id', 'r.application_id')
      .innerJoin('application_revisions as v', (join) =>
        join
          .onRef('v.application_id', '=', 'r.application_id')
          .on((eb) =>
            eb(
              'v.revision',
              '=',
              eb
                .case()
                .when('r.applied_revision', 'is', null)
                .then(eb.ref('a.revision'))
                .else(eb.ref('r.desired_revision'))
                .end(),
            ),
          ),
      )
      .select([
        'r.registration_id',
        'r.tenant_id',
        'r.application_id',
        'r.environment',
        'r.endpoint_id',
        'r.fhir_base_url',
        'r.method',
        'r.given_registration_endpoint',
        'r.given_issuer',
        'r.holder_registration_id',
        'r.client_metadata',
        'v.revision',
        'v.contents',
      ])
      .where('r.registration_id', '=', registrationId);
  }

  type Row = NonNullable<Awaited<ReturnType<ReturnType<typeof selectConfig>['executeTakeFirst']>>>;

  function toConfig(row: Row): RegistrationConfig {
    const application = row.contents as Application;
    return {
      registrationId: row.registration_id,
      tenantId: row.tenant_id,
      applicationId: row.application_id,
      environment: row.environment,
      environmentClass: application.environments[row.environment]?.class ?? defaultEnvironmentClass(row.environment),
      endpointId: row.endpoint_id,
      fhirBaseUrl: row.fhir_base_url,
      method: row.method as Method,
      registrationEndpoint: row.given_registration_endpoint,
      issuer: row.given_issuer,
      holderRegistrationId: row.holder_registration_id,
      revision: row.revision,
      metadata: effectiveMetadata(application, row.environment, row.client_metadata),
      authMethods: application.authMethods,
      rotationPolicy: application.rotationPolicy,
      policies: application.policies,
    };
  }

  async function unseenIntent(registrationId: string, view: RegistrationView): Promise<string | null> {
    const ofRegistration = db
      .selectFrom('intents')
      .select(['intent_id', 'state', 'kind', 'outcome'])
      .where('registration_id', '=', registrationId);
    const lastApplied = ofRegistration.where('settlement', '=', 'applied').orderBy('settled_at', 'desc').limit(1);
    // Each half has an index of its own.
    const found = await ofRegistration
      .where('state', '!=', 'settled')
      .unionAll((statement) => statement.parens(lastApplied))
      .execute();
    const open = found.find(({ state }) => state !== 'settled');
    if (open !== undefined) return open.intent_id;
    const [applied] = found;
    return applied !== undefined && !shows(view, applied.kind, applied.outcome) ? applied.intent_id : null;
  }

  return {
    async config(registrationId) {
      const row = await selectConfig(registrationId).executeTakeFirst();
      return row === undefined ? null : toConfig(row);
    },

    async entityStart(registrationId) {
      const row = await selectConfig(registrationId).select(['r.view', 'r.sequence']).executeTakeFirst();
      if (row === undefined) return null;
      const token = await db
        .selectFrom('entering_secrets')
        .select('operation_id')
        .where('registration_id', '=', registrationId)
        .where('kind', '=', 'initial-access-token')
        .where('sealed_value', 'is not', null)
        .orderBy('id', 'desc')
        .executeTakeFirst();
      return {
        config: toConfig(row),
        view: row.view as RegistrationView,
        sequence: row.sequence,
        openIntentId: await unseenIntent(registrationId, row.view as RegistrationView),
        initialAccessTokenRef: token?.operation_id ?? null,
      };
    },
  };
}

/** Whether a view was recorded after the outcome of an applied request was known. */
function shows({ credential }: RegistrationView, kind: string, given: unknown): boolean {
  const outcome = given as RequestOutcome;
  if (outcome.kind !== 'stored') return true;
  if (kind === 'register') return credential !== null;
  return credential?.ref.versionId === outcome.credential.versionId;
}
