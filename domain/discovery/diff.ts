import type { DiscoveryView, Transition } from '../registration/view.ts';
import { scopesCut } from './bound.ts';

/** What changed between two readings, for the timeline: per member what it was and what it is. */
export type DiscoveryChanges = NonNullable<Transition['changes']>;

const single = ['tokenEndpoint', 'authorizationEndpoint', 'issuer', 'jwksUri', 'source', 'registrationSource'] as const;
const lists = ['tokenEndpointAuthMethods', 'capabilities', 'scopesSupported'] as const;

/** Most entries of a list that one side of a change shows. */
const mostEntries = 50;

/**
 * The difference of two readings; empty when nothing that anybody uses changed. Of a list, `from` has what is gone and
 * `to` what is new, at most 50 entries each; null on a side means that the document did not have the list. The
 * registration endpoint is the one that is named, whether it is used or waits for approval.
 */
export function discoveryChanges(before: DiscoveryView, after: DiscoveryView): DiscoveryChanges {
  const changes: Record<string, { from: unknown; to: unknown }> = {};
  const named = { from: namedEndpoint(before), to: namedEndpoint(after) };
  if (named.from !== named.to) changes['registrationEndpoint'] = named;
  for (const member of single) {
    if (before[member] !== after[member]) changes[member] = { from: before[member], to: after[member] };
  }
  // Of two lists that were cut nobody can tell the difference.
  const compared = isCut(before) && isCut(after) ? lists.filter((member) => member !== 'scopesSupported') : lists;
  for (const member of compared) {
    const [from, to] = [before[member], after[member]];
    const gone = from?.filter((entry) => to?.includes(entry) !== true) ?? null;
    const added = to?.filter((entry) => from?.includes(entry) !== true) ?? null;
    if ((from === null) !== (to === null) || gone?.length || added?.length)
      changes[member] = { from: bounded(gone), to: bounded(added) };
  }
  return changes;
}

function isCut({ findings }: DiscoveryView): boolean {
  return findings.some(({ code }) => code === scopesCut);
}

/** The registration endpoint that documents or an administrator name, used or not. */
export function namedEndpoint(view: DiscoveryView): string | null {
  return view.registrationEndpoint ?? view.candidate?.registrationEndpoint ?? null;
}

function bounded(entries: readonly string[] | null): readonly string[] | null {
  if (entries === null) return null;
  const distinct = [...new Set(entries)];
  if (distinct.length <= mostEntries) return distinct;
  return [...distinct.slice(0, mostEntries), `… and ${distinct.length - mostEntries} more`];
}
