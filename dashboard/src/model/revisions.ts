import type { RegistrationView } from '../../../domain/registration/view.ts';
import type { Role } from '../../../domain/words.ts';
import type { Availability } from './actions.ts';
import { roleObstacle } from './roles.ts';

type Subject = Pick<
  RegistrationView,
  'phase' | 'credential' | 'appliedRevision' | 'desiredRevision' | 'ownRevision' | 'holderRegistrationId' | 'task'
>;

/** What a client lacks of what is wanted. */
export interface RevisionGap {
  /** One sentence for each source that differs. */
  readonly sentences: readonly string[];
  readonly availability: Availability;
}

/** Where a client is behind the application or its own settings, with whether this caller may apply them; else null. */
export function revisionGap(view: Subject, role: Role | null): RevisionGap | null {
  const { appliedRevision, desiredRevision, ownRevision, phase } = view;
  if (view.credential === null || phase === 'retiring' || phase === 'retired') return null;
  // A person is at it already.
  const byHand = view.task?.change;
  if (byHand?.revision === desiredRevision && byHand.ownRevision === (ownRevision?.desired ?? 0)) return null;
  const sentences: string[] = [];
  if (appliedRevision !== null && appliedRevision !== desiredRevision)
    sentences.push(
      `The client has revision ${appliedRevision} of the application; revision ${desiredRevision} is wanted.`,
    );
  if (ownRevision !== undefined && ownRevision.applied !== null && ownRevision.applied !== ownRevision.desired)
    sentences.push(
      `The client has revision ${ownRevision.applied} of this registration’s own settings; revision ${ownRevision.desired} is wanted.`,
    );
  if (sentences.length === 0) return null;
  const { holderRegistrationId: holder } = view;
  const why =
    holder === undefined ? roleObstacle(role, 'administrator') : `The client belongs to ${holder}; change that one.`;
  return { sentences, availability: why === null ? { possible: true } : { possible: false, why } };
}
