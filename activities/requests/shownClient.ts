import {
  type AppliedMembers,
  appliedMembers,
  differingMembers,
  fitsState,
  unkeptMembers,
} from '../../domain/client/applied.ts';
import type { KnownClient, RequestOutcome, ShownClient } from '../../domain/ports/activities.ts';
import { encodingsOf } from '../../domain/text/encodings.ts';
import type { ClientInformation } from '../../protocols/oauth/clientInformation.ts';
import type { Dependencies } from '../dependencies.ts';

/** What an answer is judged by. */
interface Judged {
  readonly clientId: string;
  /** When it came. */
  readonly at: number;
  /** What was sent, or, of a read, is known; null = nothing is. */
  readonly sent: AppliedMembers | null;
  /** Null: the answer shows nothing of the client. */
  readonly shown: Pick<ClientInformation, 'metadata' | 'clientSecret' | 'registrationAccessToken'> | null;
  readonly secrets: readonly string[];
}

/** After a registration or an update: what was sent counts where the answer does not show it. */
export function shownAfterSending(judged: Judged): ShownClient {
  const { sent, shown } = judged;
  return shownOf(judged, membersOf(judged, sent), sent === null ? [] : differingMembers(sent, shown?.metadata ?? {}));
}

/**
 * After a read: it shows all that the client has (RFC 7592 section 2.1), so that what it does not show is gone. A server
 * that shows next to nothing is not believed in that. What it shows and is not kept, an update leaves out: it is told
 * among what differs.
 *
 * @param asked what the application asks for.
 */
export function shownByRead(
  judged: Judged,
  asked: AppliedMembers,
): { client: ShownClient; whole: AppliedMembers | null } {
  const alone = membersOf(judged, null);
  const members = isWhole(alone) ? alone : membersOf(judged, judged.sent);
  const differing = differingMembers(asked, { ...missing(asked), ...members });
  const unkept = unkeptMembers(judged.shown?.metadata ?? {}, members, secretsOf(judged));
  const client = shownOf(judged, members, [...new Set([...differing, ...unkept])].sort());
  return { client, whole: client.tooLarge === true ? members : null };
}

/** An outcome with what the answer showed. */
export function showing(outcome: RequestOutcome, client: ShownClient): RequestOutcome {
  return outcome.kind === 'stored' || outcome.kind === 'unchanged' ? { ...outcome, client } : outcome;
}

/** What the client has: as the entity knows it, or as the row of a read holds it. Null: nobody knows. */
export async function knownMembers(
  { records }: Pick<Dependencies, 'records'>,
  known: KnownClient | undefined,
): Promise<AppliedMembers | null> {
  if (known === undefined) return null;
  if (known.metadata !== null || known.wholeIn === null) return known.metadata;
  const outcome = (await records.intent(known.wholeIn))?.outcome as { readonly whole?: AppliedMembers } | null;
  return outcome?.whole ?? null;
}

function membersOf(judged: Judged, sent: AppliedMembers | null): AppliedMembers {
  return appliedMembers(sent, judged.shown?.metadata ?? null, secretsOf(judged));
}

/** In all their encodings. */
function secretsOf({ shown, secrets }: Judged): string[] {
  const { clientSecret = null, registrationAccessToken = null } = shown ?? {};
  const own = [clientSecret, registrationAccessToken].filter((secret) => secret !== null);
  return [...secrets, ...own].flatMap(encodingsOf);
}

function shownOf({ clientId, at }: Judged, members: AppliedMembers, differs: readonly string[]): ShownClient {
  const tooLarge = !fitsState(members);
  const metadata = tooLarge || !isWhole(members) ? null : members;
  return { clientId, metadata, ...(tooLarge ? { tooLarge } : {}), at, differs };
}

/** An update with less would take a client its redirect URIs. */
function isWhole({ redirect_uris: redirectUris, grant_types: grants }: AppliedMembers): boolean {
  if (Array.isArray(redirectUris) && redirectUris.length > 0) return true;
  return Array.isArray(grants) && !grants.includes('authorization_code') && !grants.includes('implicit');
}

function missing(asked: AppliedMembers): AppliedMembers {
  return Object.fromEntries(Object.keys(asked).map((name) => [name, null]));
}
