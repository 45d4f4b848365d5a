import { sql } from 'kysely';
import type { CredentialView, RegistrationView } from '../../../domain/registration/view.ts';
import { toRfc3339 } from '../../../domain/time/clock.ts';

/** Newest revision of the application of a row of `registrations as r`. */
export const newestRevision = sql<number>`(
  select a.revision from applications as a where a.application_id = r.application_id)`.as('newest_revision');

/** Newest revision of what the registration sets itself. */
export const newestOwnRevision = sql<number>`(
  select coalesce(max(s.revision), 0) from registration_settings as s
  where s.registration_id = r.registration_id)`.as('newest_own_revision');

/** When the credential that the row shows was proved last, by its entity or by the watch. */
export const lastProof = sql<Date | null>`(
  select p.proved_at from proofs as p where p.registration_id = r.registration_id
    and p.version_id = r.view #>> '{credential,ref,versionId}')`.as('last_proof');

interface Row {
  readonly view: unknown;
  readonly newest_revision: number;
  readonly newest_own_revision: number;
  readonly last_proof: Date | null;
}

/**
 * A recorded view with the revisions that are wanted now, and the last proof. They are added when it is read: a new
 * revision concerns thousands of registrations, of which none is woken for it, and the watch writes no view; a later view
 * of an entity cannot turn either back. What is retired wants nothing any more.
 */
export function shownView({ view, newest_revision, newest_own_revision, last_proof }: Row): RegistrationView {
  const recorded = view as RegistrationView;
  if (recorded.phase === 'retired') return recorded;
  return {
    ...recorded,
    credential: provedLast(recorded.credential, last_proof),
    desiredRevision: newest_revision,
    ownRevision: { applied: recorded.ownRevision?.applied ?? null, desired: newest_own_revision },
  };
}

function provedLast(credential: CredentialView | null, lastProof: Date | null): CredentialView | null {
  if (credential === null || lastProof === null) return credential;
  const own = credential.provedAt === null ? Number.NEGATIVE_INFINITY : Date.parse(credential.provedAt);
  return own >= lastProof.getTime() ? credential : { ...credential, provedAt: toRfc3339(lastProof.getTime()) };
}
