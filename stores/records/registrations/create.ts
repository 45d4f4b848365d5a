import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import { formatRegistrationId } from '../../../domain/ids.ts';
import { RecordsError } from '../../../domain/ports/recordsError.ts';
import type { NewRegistration } from '../../../domain/ports/registrations/newRegistration.ts';
import type { RegistrationView, Transition } from '../../../domain/registration/view.ts';
import { readJwtExpiry } from '../../../domain/text/jsonWebToken.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';
import type { Subject } from '../audit/append.ts';
import { type Entry, toEntry } from '../audit/chain.ts';
import { inChunks } from '../chunks.ts';
import type { RecordsContext } from '../context.ts';
import { jsonb } from '../json.ts';
import { discoveryHeadersRow } from '../ledgers/discoveryHeaders.ts';
import type { Database } from '../schema.ts';
import { sealJson } from '../sealed.ts';
import { initialView } from './initialView.ts';
import { issKey } from './iss.ts';
import { projectionOf } from './projection.ts';
import { refuseUnshareable } from './sharing.ts';
import { auditContentOf } from './transitions.ts';

/** Registrations that are added to a tenant together. */
export interface Addition {
  readonly tenantId: string;
  readonly registrations: readonly NewRegistration[];
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly actor: string;
}

interface Added {
  readonly given: NewRegistration;
  readonly view: RegistrationView;
}

/** The subjects in the audit, in order. Refuses a registration that is given twice. */
export function subjectsOf({ tenantId, registrations }: Addition): Subject[] {
  const ids = new Set<string>();
  return registrations.map(({ applicationId, environment, endpointId }, index) => {
    const subjectId = formatRegistrationId({ tenantId, applicationId, environment, endpointId });
    if (ids.has(subjectId)) throw exists(subjectId, index);
    ids.add(subjectId);
    return { subjectKind: 'registration', subjectId };
  });
}

function exists(registrationId: string, index: number): RecordsError {
  return new RecordsError('exists', `Registration ${registrationId} exists already.`, `/registrations/${index}`);
}

/** Refuses a registration that the tenant has already. */
export async function refuseExisting(trx: Transaction<Database>, subjects: readonly Subject[]): Promise<void> {
  const ids = subjects.map(({ subjectId }) => subjectId);
  const taken = new Set<string>();
  await inChunks(ids, async (some) => {
    const rows = await trx
      .selectFrom('registrations')
      .select('registration_id')
      .where('registration_id', 'in', [...some])
      .execute();
    for (const row of rows) taken.add(row.registration_id);
  });
  for (const [index, id] of ids.entries()) if (taken.has(id)) throw exists(id, index);
}

async function revisionsOf(
  trx: Transaction<Database>,
  registrations: readonly NewRegistration[],
): Promise<Map<string, number>> {
  const ids = [...new Set(registrations.map(({ applicationId }) => applicationId))];
  const rows = await trx
    .selectFrom('applications')
    .select(['application_id', 'revision'])
    .where('application_id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.application_id, row.revision]));
}

const createdTransition = ({ view, given }: Added, at: string, actor: string): Transition => ({
  registrationId: view.registrationId,
  sequence: view.sequence,
  at,
  type: 'registration.created',
  actor,
  message: 'The registration was added.',
  changes: {
    phase: { from: null, to: view.phase },
    ...(hasHeaders(given) ? { discoveryHeaders: { from: [], to: Object.keys(given.discoveryHeaders ?? {}) } } : {}),
  },
  view,
});

function toRow({ given, view }: Added, at: string) {
  return {
    registration_id: view.registrationId,
    tenant_id: view.tenantId,
    application_id: view.applicationId,
    environment: view.environment,
    endpoint_id: view.endpointId,
    fhir_base_url: view.fhirBaseUrl,
    iss_key: issKey(view.fhirBaseUrl),
    given_registration_endpoint: given.registrationEndpoint,
    given_issuer: given.issuer,
    client_metadata: jsonb(given.clientMetadata),
    created_at: at,
    // Grows with every life of an id: its events go on counting where those of the life before ended.
    incarnation: view.sequence,
    ...projectionOf(view, at, view.sequence),
    view: jsonb(view),
  };
}

function hasHeaders({ discoveryHeaders }: NewRegistration): boolean {
  return Object.keys(discoveryHeaders ?? {}).length > 0;
}

function headerRows({ sealer }: RecordsContext, added: readonly Added[], at: string) {
  return added
    .filter(({ given }) => hasHeaders(given))
    .map(({ given, view }) => discoveryHeadersRow(sealer, view.registrationId, given.discoveryHeaders ?? {}, at));
}

/** Tokens given with a registration are claimed by it at once: the sweeper never takes them, however long it waits. */
function tokenRows({ sealer }: RecordsContext, added: readonly Added[], at: string, actor: string) {
  return added.flatMap(({ given, view }) => {
    if (given.initialAccessToken === null) return [];
    const operationId = randomUUID();
    const expiresAt = readJwtExpiry(given.initialAccessToken);
    return {
      operation_id: operationId,
      registration_id: view.registrationId,
      kind: 'initial-access-token',
      sealed_value: sealJson(sealer, ['entering_secrets.value', operationId], given.initialAccessToken),
      entered_at: at,
      claimed_at: at,
      supplied_by: actor,
      expires_at: expiresAt === null ? null : toRfc3339(expiresAt),
    };
  });
}

/**
 * Registrations with sealed tokens and start requests, in the caller's transaction, which appends the entries to the
 * audit.
 *
 * @param lastSequences of the registrations in order: one that existed once goes on counting where its audit ended.
 */
export async function insertRegistrations(
  context: RecordsContext,
  trx: Transaction<Database>,
  { tenantId, registrations, at, actor }: Addition,
  lastSequences: readonly number[],
): Promise<{ readonly views: RegistrationView[]; readonly entries: Entry[] }> {
  if (registrations.length === 0) return { views: [], entries: [] };
  await refuseUnshareable(trx, registrations);
  const revisions = await revisionsOf(trx, registrations);
  const added = registrations.map((given, index): Added => {
    const revision = revisions.get(given.applicationId);
    if (revision === undefined)
      throw new RecordsError(
        'unknown-application',
        `There is no application ${given.applicationId}; add it first.`,
        `/registrations/${index}/applicationId`,
      );
    const sequence = (lastSequences[index] ?? 0) + 1;
    return { given, view: initialView(tenantId, given, revision, sequence, at) };
  });
  await inChunks(added, (some) =>
    trx
      .with('registered', (statement) =>
        statement.insertInto('registrations').values(some.map((one) => toRow(one, at))),
      )
      .insertInto('start_requests')
      .values(some.map(({ view }) => ({ registration_id: view.registrationId, requested_at: at })))
      .execute(),
  );
  await inChunks(headerRows(context, added, at), (some) => trx.insertInto('discovery_headers').values(some).execute());
  await inChunks(tokenRows(context, added, at, actor), (some) =>
    trx.insertInto('entering_secrets').values(some).execute(),
  );
  const views = added.map(({ view }) => view);
  return { views, entries: added.map((one) => toEntry(auditContentOf(createdTransition(one, at, actor)))) };
}
