import { boundedDiscovery, within } from '../discovery/bound.ts';
import { stateLimit } from '../ports/entityState.ts';
import type { DiscoveryView, ScopesView } from '../registration/view.ts';
import { splitScopes } from '../scopes/scope.ts';
import { byteBound } from '../text/byteBound.ts';
import type { EntityState } from './state.ts';

/** Bytes of JSON that the operations of one entity may take while they wait. */
export const queueBytes = 16_384;

/** Bytes that all else may take. What is left of the limit is for what a release adds when it reads an older state. */
const restBytes = stateLimit - queueBytes - 2_048;

/**
 * A state that can be recorded whatever a server said: as long as it is too large, what is told of the server, and needed
 * least, is cut. What was asked for and what is held are never touched.
 */
export function boundedState(state: EntityState): EntityState {
  let bounded = state;
  for (const cut of cuts) {
    if (byteBound({ ...bounded, operations: [] }) <= restBytes) return bounded;
    bounded = { ...bounded, ...cut(bounded) };
  }
  return bounded;
}

const narrow = { scopes: 4_000, capabilities: 2_000, methods: 500, findings: 2_000 };
const narrowest = { scopes: 1_000, capabilities: 1_000, methods: 250, findings: 500 };

const cuts: readonly ((state: EntityState) => Partial<EntityState>)[] = [
  ({ scopes }) => ({ scopes: fewDifferences(scopes, 2_000) }),
  ({ scopes }) => ({ scopes: shortLists(scopes, 4_000) }),
  ({ discovery, config }) => ({ discovery: narrowed(discovery, config, narrow) }),
  ({ scopes }) => ({ scopes: fewDifferences(shortLists(scopes, 1_000), 500) }),
  ({ discovery, config }) => ({ discovery: narrowed(discovery, config, narrowest) }),
  // It is read before it is updated; what the current client has is what the next rotation sends.
  ({ clients, current }) => ({
    clients: clients.map((client) =>
      client.clientId === current?.clientId ? client : { ...client, appliedMetadata: null, appliedAt: null },
    ),
  }),
  ({ conditions, attentions }) => ({ conditions: shortMessages(conditions), attentions: shortMessages(attentions) }),
];

/** Of each kind as many as fit, so that none hides another. */
function fewDifferences(scopes: ScopesView | null, limit: number): ScopesView | null {
  if (scopes === null) return null;
  const kinds = [...new Set(scopes.differences.map(({ kind }) => kind))];
  const differences = kinds.flatMap((kind) =>
    within(
      scopes.differences.filter((one) => one.kind === kind),
      limit,
    ),
  );
  return { ...scopes, differences };
}

function shortLists(scopes: ScopesView | null, limit: number): ScopesView | null {
  if (scopes === null) return null;
  const { advertised, registered, granted } = scopes;
  const short = (list: readonly string[] | null) => within(list, limit);
  return { ...scopes, advertised: short(advertised), registered: short(registered), granted: short(granted) };
}

function narrowed(
  discovery: DiscoveryView | null,
  { metadata }: EntityState['config'],
  bounds: Parameters<typeof boundedDiscovery>[2],
): DiscoveryView | null {
  if (discovery === null) return null;
  const wanted = splitScopes(String(metadata['scope'] ?? ''));
  const { proposal, ...view } = boundedDiscovery(discovery, wanted, bounds);
  if (proposal === undefined) return view;
  return { ...view, proposal: { ...proposal, view: boundedDiscovery(proposal.view, wanted, bounds) } };
}

const shortMessage = 300;

function shortMessages<Told extends { readonly message: string }>(told: readonly Told[]): readonly Told[] {
  return told.map((one) =>
    one.message.length <= shortMessage ? one : { ...one, message: `${one.message.slice(0, shortMessage - 1)}…` },
  );
}
