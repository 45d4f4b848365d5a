import type { DiscoveryView, Finding } from '../registration/view.ts';
import { parseScope } from '../scopes/scope.ts';
import { byteBound } from '../text/byteBound.ts';

/** Bytes of JSON that each list of a snapshot may take: it is recorded with the entity, and handed to every activity. */
export interface ListBounds {
  readonly scopes: number;
  readonly capabilities: number;
  readonly methods: number;
  readonly findings: number;
}

/** Of what discovery answers; some 350 scopes as servers write them. */
export const snapshotBounds: ListBounds = { scopes: 12_000, capabilities: 3_000, methods: 1_000, findings: 4_000 };

/** Code of the finding that a list of scopes was too long to keep. */
export const scopesCut = 'scopes-cut';

/**
 * A snapshot whose lists have a bounded size, however long the server's are. Of the scopes those stay first that have to
 * do with what the application asks for; a finding says how many were left out.
 */
export function boundedDiscovery(view: DiscoveryView, wanted: readonly string[], bounds: ListBounds): DiscoveryView {
  const { scopesSupported: offered, findings } = view;
  const kept = offered === null ? null : keptScopes(offered, wanted, bounds.scopes);
  const cut = offered !== null && kept !== null && kept.length < offered.length;
  const told = cut
    ? [tellOfCut(offered.length, kept.length), ...findings.filter(({ code }) => code !== scopesCut)]
    : findings;
  const { tokenEndpointAuthSigningAlgs: algorithms } = view;
  return {
    ...view,
    scopesSupported: kept,
    capabilities: within(view.capabilities, bounds.capabilities),
    tokenEndpointAuthMethods: within(view.tokenEndpointAuthMethods, bounds.methods),
    ...(algorithms === undefined ? {} : { tokenEndpointAuthSigningAlgs: within(algorithms, bounds.methods) }),
    findings: within(told, bounds.findings) ?? [],
  };
}

function tellOfCut(offered: number, kept: number): Finding {
  return {
    code: scopesCut,
    severity: 'warning',
    message: `The server advertises ${offered} scopes; ${kept} of them are kept, first those that have to do with what the application asks for. Once it asks for others, read the documents again.`,
  };
}

/** In the order of the document. */
function keptScopes(offered: readonly string[], wanted: readonly string[], limit: number): readonly string[] {
  if (byteBound(offered) <= limit) return offered;
  const matters = relevance(wanted);
  const first = offered.filter(matters);
  const kept = new Set(within([...first, ...offered.filter((scope) => !matters(scope))], limit));
  return [...new Set(offered)].filter((scope) => kept.has(scope));
}

/** Whether a scope is asked for, or speaks of a type that is. */
function relevance(wanted: readonly string[]): (scope: string) => boolean {
  const plain = new Set<string>();
  const subjects = new Set<string>();
  for (const text of wanted) {
    const scope = parseScope(text);
    if (scope.kind === 'plain') plain.add(scope.text);
    else for (const type of [scope.resourceType, 'any']) subjects.add(`${scope.context}/${type}`);
  }
  return (text) => {
    const scope = parseScope(text);
    if (scope.kind === 'plain') return plain.has(scope.text);
    const { context, resourceType } = scope;
    const types = resourceType === '*' ? ['any'] : [resourceType, '*'];
    return types.some((type) => subjects.has(`${context}/${type}`));
  };
}

/** As many entries from the start as fit. */
export function within<Entry>(entries: readonly Entry[], limit: number): readonly Entry[];
export function within<Entry>(entries: readonly Entry[] | null, limit: number): readonly Entry[] | null;
export function within<Entry>(entries: readonly Entry[] | null, limit: number): readonly Entry[] | null {
  if (entries === null || byteBound(entries) <= limit) return entries;
  let left = limit - 2;
  const end = entries.findIndex((entry) => {
    left -= byteBound(entry) + 1;
    return left < 0;
  });
  return entries.slice(0, end);
}
