import { parseRegistrationId } from '../../domain/ids.ts';
import type { Visibility } from '../../domain/ports/visibility.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { fault, refuseFaults } from '../problems/faults.ts';

/** Refuses a holder whose client this registration cannot use; what the caller may not see does not exist for him. */
export async function judgeHolder(
  records: Pick<ApiDependencies['records'], 'registration'>,
  registration: RegistrationView,
  shareWith: string,
  visibility: Visibility,
): Promise<void> {
  const known = parseRegistrationId(shareWith) !== null;
  const holder = known ? await records.registration(shareWith, visibility) : null;
  const why = obstacleTo(holder, registration);
  if (why !== null) refuseFaults([fault('cannot-share', '/shareWith', why)]);
}

function obstacleTo(holder: RegistrationView | null, { discovery, ...own }: RegistrationView): string | null {
  if (holder === null) return 'there is no such registration';
  if (holder.applicationId !== own.applicationId) return 'it is of another application';
  if (holder.environment !== own.environment) return 'it is of another environment';
  if (holder.holderRegistrationId !== undefined)
    return `it uses the client of ${holder.holderRegistrationId} itself; share with that one`;
  if (holder.phase === 'retiring' || holder.phase === 'retired') return `it is ${holder.phase}`;
  const there = holder.discovery?.tokenEndpoint ?? null;
  const here = discovery?.tokenEndpoint ?? null;
  return there !== null && here !== null && there !== here
    ? 'it uses another token endpoint, and a client is known at one'
    : null;
}
