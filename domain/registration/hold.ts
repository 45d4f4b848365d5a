import { policyReasons, type Reason } from '../reasons/index.ts';

/** Operations that can release a hold, in the order in which they are offered. */
export const releases = [
  'retry',
  'supplyInitialAccessToken',
  'changeMetadata',
  'discover',
  'acceptCurrent',
  'overwrite',
  'supplyCredential',
  'shareClient',
] as const;
export type Release = (typeof releases)[number];

/** Why nothing more is tried by itself, and what changes that (DESIGN section 5). */
export interface HoldView {
  readonly reason: Reason;
  readonly releasedBy: readonly Release[];
  /** RFC 3339 UTC. */
  readonly since: string;
}

/** A client that a person has, or shares, takes the place of one that could not be registered. */
const otherClient = ['supplyCredential', 'shareClient'] as const;

/** A client may exist that nobody holds: only who says that he looked may have another one made. */
const mayExist: readonly Release[] = ['retry', 'supplyInitialAccessToken', ...otherClient];
/** The server said no, and made nothing: whatever changes what is sent, or what the server thinks of it. */
const refused: readonly Release[] = ['retry', 'supplyInitialAccessToken', 'changeMetadata', 'discover', ...otherClient];

const released: Readonly<Partial<Record<Reason, readonly Release[]>>> = {
  RegistrationUnanswered: mayExist,
  RegistrationAnswerNotUsable: mayExist,
  // The same metadata would be refused by Registrar itself again.
  ClientMetadataNotAcceptable: ['changeMetadata', 'discover', ...otherClient],
  RegistrationRejected: refused,
  RegistrationForbidden: refused,
  SoftwareStatementRejected: refused,
  SoftwareStatementNotApproved: refused,
  ClientHeldElsewhere: ['retry', 'shareClient', 'supplyCredential'],
  SecretStoreConflict: ['acceptCurrent', 'overwrite'],
  // It goes on being looked for; this gives it up.
  AnswerSpooled: ['retry'],
};

/** Reasons whose hold has releases of its own; the others are released as `OperationFailed` is. */
export const holdReasons = [...Object.keys(released), ...policyReasons, 'OperationFailed'] as readonly Reason[];

/** The operations that release a hold with this reason; no others do. */
export function releasesOf(reason: Reason): readonly Release[] {
  return released[reason] ?? (policyReasons.has(reason) ? refused : ['retry', ...otherClient]);
}

const names: Readonly<Record<Release, string>> = {
  retry: 'retry',
  supplyInitialAccessToken: 'a new initial access token',
  changeMetadata: 'changed metadata',
  discover: 'discover',
  acceptCurrent: 'accept-current',
  overwrite: 'overwrite',
  supplyCredential: 'a supplied credential',
  shareClient: 'a shared client',
};

/** What releases a hold, as words for people: `retry, a new initial access token or a shared client`. */
export function releaseNames(releasedBy: readonly Release[]): string {
  const words = releasedBy.map((release) => names[release]);
  const last = words.at(-1) ?? 'nothing';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

/** Why an operation does not release what is held, as one sentence; null when it does. */
export function releaseObstacle(hold: { readonly reason: Reason } | null, operation: Release): string | null {
  if (hold === null) return `Nothing is held here, so there is nothing that ${names[operation]} could release.`;
  const releasedBy = releasesOf(hold.reason);
  if (releasedBy.includes(operation)) return null;
  return `What is held with ${hold.reason} is released by ${releaseNames(releasedBy)}, not by ${names[operation]}.`;
}
