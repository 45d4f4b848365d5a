import { type Kysely, type RawBuilder, sql } from 'kysely';
import {
  type Application,
  effectiveMetadata,
  mergePatch,
  policiesOf,
  type RotationPolicy,
} from '../../../domain/client/metadata.ts';
import type { OwnSettings } from '../../../domain/ports/callers/ownSettings.ts';
import type { UnsettledRequest } from '../../../domain/ports/entityState.ts';
import type { RegistrationConfigs } from '../../../domain/ports/registrations/configs.ts';
import type { EntityStarts } from '../../../domain/ports/registrations/starts.ts';
import type { RegistrationConfig } from '../../../domain/registration/config.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import { defaultEnvironmentClass, type Method } from '../../../domain/words.ts';
import type { RecordsContext } from '../context.ts';
import type { Database } from '../schema.ts';

type Wanted = Parameters<RegistrationConfigs['config']>[1];

/** What the operator asked for, and where an entity starts from. */
export function createConfig({ db }: RecordsContext): RegistrationConfigs & EntityStarts {
  /**
   * Before the first client the newest metadata count, so that a corrected application helps a rejected registration;
   * afterwards those that the client has, so that a rotation never rolls a change out. Everything else is the newest.
   */
  function selectConfig(registrationId: string, wanted: Wanted) {
    const applied = (newest: RawBuilder<number>, ofClient: RawBuilder<number>) =>
      sql<number>`case when r.applied_revision is null then ${newest} else ${ofClient} end`;
    const newestOwn = sql<number>`coalesce(n.revision, 0)`;
    const revision =
      wanted === undefined
        ? applied(sql`a.revision`, sql`r.applied_revision`)
        : sql<number>`coalesce(${wanted.revision}::integer, a.revision)`;
    const ownRevision =
      wanted === undefined
        ? applied(newestOwn, sql`coalesce((r.view #>> '{ownRevision,applied}')::integer, 0)`)
        : sql<number>`coalesce(${wanted.ownRevision}::integer, ${newestOwn})`;
    return db
      .selectFrom('registrations as r')
      .innerJoin('applications as a', 'a.application_id', 'r.application_id')
      .innerJoin('application_revisions as c', (join) =>
        join.onRef('c.application_id', '=', 'r.application_id').onRef('c.revision', '=', 'a.revision'),
      )
      .leftJoin('registration_settings as n', (join) =>
        join
          .onRef('n.registration_id', '=', 'r.registration_id')
          .on(
            sql<boolean>`n.revision = (select max(revision) from registration_settings where registration_id = r.registration_id)`,
          ),
      )
      .innerJoin('application_revisions as v', (join) =>
        join.onRef('v.application_id', '=', 'r.application_id').on(sql<boolean>`v.revision = ${revision}`),
      )
      .leftJoin('registration_settings as s', (join) =>
        join.onRef('s.registration_id', '=', 'r.registration_id').on(sql<boolean>`s.revision = ${ownRevision}`),
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
        'c.contents as newest_contents',
        'n.settings as newest_settings',
        's.settings',
        ownRevision.as('own_revision'),
      ])
      .where('r.registration_id', '=', registrationId);
  }

  type Row = NonNullable<Awaited<ReturnType<ReturnType<typeof selectConfig>['executeTakeFirst']>>>;

  /** Null when there is no such revision of its own. */
  function toConfig(row: Row): RegistrationConfig | null {
    if (row.own_revision !== 0 && row.settings === null) return null;
    const application = row.contents as Application;
    const newest = row.newest_contents as Application;
    const sent: OwnSettings =
      row.own_revision === 0 ? { clientMetadata: row.client_metadata } : (row.settings as OwnSettings);
    const own = (row.newest_settings ?? {}) as OwnSettings;
    return {
      registrationId: row.registration_id,
      tenantId: row.tenant_id,
      applicationId: row.application_id,
      environment: row.environment,
      environmentClass: newest.environments[row.environment]?.class ?? defaultEnvironmentClass(row.environment),
      endpointId: row.endpoint_id,
      fhirBaseUrl: row.fhir_base_url,
      method: row.method as Method,
      registrationEndpoint: row.given_registration_endpoint,
      issuer: row.given_issuer,
      holderRegistrationId: row.holder_registration_id,
      revision: row.revision,
      ownRevision: row.own_revision,
      metadata: effectiveMetadata(application, row.environment, sent.clientMetadata),
      authMethods: application.authMethods,
      rotationPolicy: mergePatch(newest.rotationPolicy, own.rotationPolicy ?? {}) as RotationPolicy,
      policies: { ...policiesOf(newest, own), trimScopes: policiesOf(application, sent).trimScopes },
    };
  }

  return {
    async config(registrationId, wanted) {
      const row = await selectConfig(registrationId, wanted).executeTakeFirst();
      return row === undefined ? null : toConfig(row);
    },

    async entityStart(registrationId) {
      const row = await selectConfig(registrationId, undefined).select(['r.view', 'r.sequence']).executeTakeFirst();
      const config = row === undefined ? null : toConfig(row);
      if (row === undefined || config === null) return null;
      const token = await db
        .selectFrom('entering_secrets')
        .select('operation_id')
        .where('registration_id', '=', registrationId)
        .where('kind', '=', 'initial-access-token')
        .where('sealed_value', 'is not', null)
        .orderBy('id', 'desc')
        .executeTakeFirst();
      return {
        config,
        view: row.view as RegistrationView,
        sequence: row.sequence,
        unsettled: await unsettledIntent(db, registrationId),
        initialAccessTokenRef: token?.operation_id ?? null,
      };
    },
  };
}

/** The request of a registration that was prepared and is not settled; null = there is none. */
async function unsettledIntent(db: Kysely<Database>, registrationId: string): Promise<UnsettledRequest | null> {
  const row = await db
    .selectFrom('intents')
    .select(['intent_id', 'kind', 'operation_id', 'metadata_revision', 'own_metadata_revision'])
    .where('registration_id', '=', registrationId)
    .where('state', '!=', 'settled')
    .executeTakeFirst();
  if (row === undefined) return null;
  const { metadata_revision: revision, own_metadata_revision: ownRevision } = row;
  return {
    intentId: row.intent_id,
    kind: row.kind as UnsettledRequest['kind'],
    operationId: row.operation_id,
    ...(revision === null ? {} : { metadata: { revision, ownRevision: ownRevision ?? 0 } }),
  };
}
