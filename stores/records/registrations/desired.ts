import { sql } from 'kysely';
import type { RegistrationView } from '../../../domain/registration/view.ts';

/** Newest revision of the application of a row of `registrations as r`. */
export const newestRevision = sql<number>`(
  select a.revision from applications as a where a.application_id = r.application_id)`.as('newest_revision');

/** Newest revision of what the registration sets itself. */
export const newestOwnRevision = sql<number>`(
  select coalesce(max(s.revision), 0) from registration_settings as s
  where s.registration_id = r.registration_id)`.as('newest_own_revision');

interface Row {
  readonly view: unknown;
  readonly newest_revision: number;
  readonly newest_own_revision: number;
}

/**
 * A recorded view with the revisions that are wanted now. They are added when it is read: a new revision concerns
 * thousands of registrations, of which none is woken for it, and a later view of an entity cannot turn it back. What is
 * retired wants nothing any more.
 */
export function shownView({ view, newest_revision, newest_own_revision }: Row): RegistrationView {
  const recorded = view as RegistrationView;
  if (recorded.phase === 'retired') return recorded;
  return {
    ...recorded,
    desiredRevision: newest_revision,
    ownRevision: { applied: recorded.ownRevision?.applied ?? null, desired: newest_own_revision },
  };
}
