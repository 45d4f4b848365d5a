import type { Reason } from '../reasons/index.ts';
import type { AuthMethod, Method, Phase } from '../words.ts';

/** How changed client metadata reach a client. */
export const rolloutClasses = ['automatic', 'task', 'new_client'] as const;
export type RolloutClass = (typeof rolloutClasses)[number];

export type RolloutDecision =
  /** The client has these metadata, or its metadata belong to another registration: nothing is to be done. */
  { readonly class: 'unchanged'; readonly reason: Reason } | { readonly class: RolloutClass; readonly reason: Reason };

/** What the decision is made from; all of it is in the read model. */
export interface RolloutSubject {
  readonly method: Method;
  readonly phase: Phase;
  readonly clientBinding: 'own' | 'shared';
  /** Null before there is a client. */
  readonly client: { readonly authMethod: AuthMethod; readonly manageable: boolean } | null;
  /** Whether the approved discovery snapshot names a registration endpoint. */
  readonly canRegister: boolean;
  /** Of the wanted effective metadata; null = the application leaves it open. */
  readonly authMethod: string | null;
  /** Names of the members that change; see {@link changedMembers}. */
  readonly members: readonly string[];
}

/** How a change of metadata would reach a client, and why (DESIGN section 7, rollouts). Pure; contacts nobody. */
export function decideRollout(subject: RolloutSubject): RolloutDecision {
  const { client, members } = subject;
  if (subject.clientBinding === 'shared') return { class: 'unchanged', reason: 'MetadataOfHolder' };
  if (client === null) {
    const byHand = subject.phase === 'manual_required' || subject.phase === 'submitted';
    return byHand
      ? { class: 'task', reason: 'MetadataByHand' }
      : { class: 'automatic', reason: 'MetadataForFirstClient' };
  }
  // RFC 7592 keeps the client, and with it the way it authenticates and the statement it was made from.
  if (subject.authMethod !== null && subject.authMethod !== client.authMethod)
    return { class: 'new_client', reason: 'AuthMethodFixed' };
  if (members.length === 0) return { class: 'unchanged', reason: 'MetadataUnchanged' };
  if (members.includes('software_statement')) return { class: 'new_client', reason: 'SoftwareStatementFixed' };
  if (client.manageable) return { class: 'automatic', reason: 'MetadataUpdatable' };
  const dynamic = subject.method === 'auto' || subject.method === 'dynamic';
  return dynamic && subject.canRegister
    ? { class: 'new_client', reason: 'NewClientInstead' }
    : { class: 'task', reason: 'MetadataByHand' };
}

type Effective = Readonly<Record<string, unknown>>;

/** What the metadata of a request are made from; a `RegistrationConfig` is one. */
export interface MetadataSource {
  /** Effective client metadata. */
  readonly metadata: Effective;
  /** The one policy that changes what is sent. */
  readonly policies: { readonly trimScopes: boolean };
}

/**
 * Names of the members that differ between two metadata, sorted. `token_endpoint_auth_method` counts only where it is
 * named and not the client's own already; `scope` also where other scopes would be left out.
 *
 * @param before null = not known what the client has: every member counts.
 */
export function changedMembers(
  before: MetadataSource | null,
  wanted: MetadataSource,
  authMethod: AuthMethod,
): string[] {
  const from = before?.metadata ?? {};
  const to = wanted.metadata;
  const trims = before !== null && before.policies.trimScopes !== wanted.policies.trimScopes;
  const differs = (name: string) => (trims && name === 'scope') || !sameMember(name, from[name], to[name]);
  const names = new Set([...Object.keys(from), ...Object.keys(to)]);
  const changed = [...names].filter((name) => name !== authMember && differs(name));
  const own = to[authMember];
  if (own !== undefined && own !== authMethod) changed.push(authMember);
  return changed.sort();
}

const authMember = 'token_endpoint_auth_method';

/**
 * Whether two values of a member mean the same: lists of texts and the words of `scope` have no order (RFC 7591
 * section 2), everything else is compared as JSON, whatever the order of members.
 */
export function sameMember(name: string, one: unknown, other: unknown): boolean {
  return comparable(name, one) === comparable(name, other);
}

function comparable(name: string, value: unknown): string {
  if (name === 'scope' && typeof value === 'string') return comparable('', value.split(' ').filter(Boolean));
  if (Array.isArray(value)) {
    const items = value.map((item) => comparable('', item));
    return `[${(value.every((item) => typeof item === 'string') ? [...new Set(items)].sort() : items).join(',')}]`;
  }
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members
      .map(([member, text]) => `${JSON.stringify(member)}:${comparable('', text)}`)
      .sort()
      .join(',')}}`;
  }
  return JSON.stringify(value) ?? '';
}

/**
 * Whether a client that is read shows that an update was carried out whose answer was lost: a changed member shows what
 * was sent, and none shows what it was before. False also where the client does not tell; such an update is sent again,
 * which changes nothing that it did not change already.
 *
 * @param before what a request would have sent before the change; `sent` what the lost one did.
 */
export function showsUpdate(shown: Effective, before: Effective, sent: Effective): boolean {
  const names = new Set([...Object.keys(before), ...Object.keys(sent)]);
  const moved = [...names].filter((name) => !sameMember(name, before[name], sent[name]));
  return (
    moved.some((name) => name in shown && sameMember(name, shown[name], sent[name])) &&
    !moved.some((name) => sameMember(name, shown[name], before[name]))
  );
}
