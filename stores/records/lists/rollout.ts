import { sql } from 'kysely';
import type { OwnSettings } from '../../../domain/ports/callers/ownSettings.ts';
import type { RolloutList, RolloutRow } from '../../../domain/ports/lists/rollout.ts';
import type { CredentialView, DiscoveryView, RegistrationView } from '../../../domain/registration/view.ts';
import type { Method, Phase } from '../../../domain/words.ts';
import type { RecordsContext } from '../context.ts';
import { decodeCursor } from './cursor.ts';
import { toPage } from './keyset.ts';
import { visibleIn } from './visibility.ts';

const list = 'rollout';

/** What a rollout is decided from, without the bulk of the views. */
export function createRollout({ db }: RecordsContext): RolloutList {
  return {
    async rolloutRows(applicationId, visibility, page) {
      const cursor = decodeCursor(page.cursor, list, 'text');
      let query = db
        .selectFrom('registrations as r')
        .leftJoin('registration_settings as n', (join) =>
          join
            .onRef('n.registration_id', '=', 'r.registration_id')
            .on(
              sql<boolean>`n.revision = (select max(revision) from registration_settings where registration_id = r.registration_id)`,
            ),
        )
        .leftJoin('registration_settings as s', (join) =>
          join
            .onRef('s.registration_id', '=', 'r.registration_id')
            .on(sql<boolean>`s.revision = (r.view #>> '{ownRevision,applied}')::integer`),
        )
        .select([
          'r.registration_id',
          'r.environment',
          'r.method',
          'r.phase',
          'r.applied_revision',
          'r.client_metadata',
          'n.settings as newest_settings',
          's.settings as applied_settings',
          sql<RegistrationView['clientBinding']>`r.view ->> 'clientBinding'`.as('client_binding'),
          sql<string | null>`r.view #>> '{credential,authMethod}'`.as('auth_method'),
          sql<boolean>`coalesce((r.view #>> '{credential,manageable}')::boolean, false)`.as('manageable'),
          sql<string | null>`r.view #>> '{discovery,registrationEndpoint}'`.as('registration_endpoint'),
        ])
        .where('r.application_id', '=', applicationId)
        .where('r.phase', 'not in', ['retiring', 'retired'])
        .where(visibleIn('r', visibility));
      if (cursor !== null) query = query.where('r.registration_id', '>', cursor.id);
      const rows = await query
        .orderBy('r.registration_id')
        .limit(page.limit + 1)
        .execute();
      return toPage(
        rows,
        page,
        list,
        (row) => ({ value: null, id: row.registration_id }),
        (row): RolloutRow => {
          const authMethod = row.auth_method as CredentialView['authMethod'] | null;
          return {
            registrationId: row.registration_id,
            environment: row.environment,
            method: row.method as Method,
            phase: row.phase as Phase,
            clientBinding: row.client_binding,
            client: authMethod === null ? null : { authMethod, manageable: row.manageable },
            canRegister: (row.registration_endpoint as DiscoveryView['registrationEndpoint']) !== null,
            appliedRevision: row.applied_revision,
            appliedOwn: settingsOf(row.applied_settings, row.client_metadata),
            own: settingsOf(row.newest_settings, row.client_metadata),
          };
        },
      );
    },
  };
}

function settingsOf(settings: unknown, clientMetadata: unknown): OwnSettings {
  return settings === null ? { clientMetadata } : (settings as OwnSettings);
}
