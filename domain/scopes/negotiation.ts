import type { ScopesView } from '../registration/view.ts';
import { isAdvertised } from './advertised.ts';
import { dialectOf, type ScopeDialect, type ScopeOffer, sayScope } from './dialect.ts';
import { formatScope, parseScope, type ResourceScope } from './scope.ts';

export type ScopeDifference = ScopesView['differences'][number];

/** What an application asks for, and what is said to a server. */
export interface NegotiatedScopes {
  readonly requested: readonly string[];
  /** In the server's dialect, without duplicates. */
  readonly sent: readonly string[];
  readonly dialect: ScopeDialect;
  /** Why `sent` is not `requested`. */
  readonly differences: readonly ScopeDifference[];
}

/**
 * The scopes of a registration request: those of the application in the server's dialect. Nothing is widened and
 * nothing is left out, but where policy `trimScopes` says so: then each scope is narrowed to what the server
 * advertises, by meaning (DESIGN section 7). Linear in the number of advertised scopes.
 */
export function negotiateScopes(
  requested: readonly string[],
  offer: ScopeOffer,
  trimScopes: boolean,
): NegotiatedScopes {
  const dialect = dialectOf(offer);
  const differences: ScopeDifference[] = [];
  const advertised = isAdvertised(offer);
  const trims = trimScopes && offer.scopesSupported !== null;
  const kept = requested.flatMap((scope) => {
    if (!trims || advertised(scope)) return [scope];
    const narrower = narrowed(scope, offer.scopesSupported ?? []);
    differences.push(trimmed(scope, narrower));
    return narrower;
  });
  const sent = kept.map((scope) => {
    const said = sayScope(scope, dialect);
    if (said.kind === 'unsayable') {
      differences.push(unsayable(scope, said.why));
      return scope;
    }
    if (said.text !== scope) differences.push(translated(scope, said.text, dialect));
    return said.text;
  });
  return { requested, sent: [...new Set(sent)], dialect, differences };
}

/**
 * What a scope and the advertised ones have in common: each covered by both. Plain scopes have no parts, and filters of
 * which neither holds the other have none either: both together are what nobody advertises.
 */
function narrowed(asked: string, advertised: readonly string[]): string[] {
  const scope = parseScope(asked);
  if (scope.kind === 'plain') return [];
  const parts = advertised.flatMap((text) => {
    const other = parseScope(text);
    const common = other.kind === 'plain' || !areNested(scope, other) ? null : commonPart(scope, other);
    return common === null ? [] : [formatScope(common)];
  });
  return [...new Set(parts)];
}

function areNested({ filter: left }: ResourceScope, { filter: right }: ResourceScope): boolean {
  return (
    left.every((constraint) => right.includes(constraint)) || right.every((constraint) => left.includes(constraint))
  );
}

/** The greatest scope that both cover; null when there is none. */
export function commonPart(left: ResourceScope, right: ResourceScope): ResourceScope | null {
  const { context } = left;
  if (context !== right.context) return null;
  if (left.resourceType !== right.resourceType && left.resourceType !== '*' && right.resourceType !== '*') return null;
  const permissions = [...left.permissions].filter((letter) => right.permissions.includes(letter)).join('');
  if (permissions === '') return null;
  const resourceType = left.resourceType === '*' ? right.resourceType : left.resourceType;
  return { kind: 'resource', context, resourceType, permissions, filter: union(left.filter, right.filter) };
}

function union(left: readonly string[], right: readonly string[]): string[] {
  return [...new Set([...left, ...right])].sort();
}

function trimmed(scope: string, narrower: readonly string[]): ScopeDifference {
  const rest = narrower.length === 0 ? 'it is left out' : `only ${narrower.join(' ')} is sent`;
  const message = `The server does not advertise "${scope}"; as policy trimScopes says, ${rest}.`;
  return { scope, kind: 'trimmed', message };
}

function translated(scope: string, text: string, dialect: ScopeDialect): ScopeDifference {
  const message = `The server speaks SMART ${dialect}, so "${scope}" is sent as "${text}", which means the same.`;
  return { scope, kind: 'translated', message };
}

const unsayableReasons = {
  filter: 'which knows no filters',
  letters: 'which knows read (rs), write (cud) and * (cruds) only',
} as const;

function unsayable(scope: string, why: keyof typeof unsayableReasons): ScopeDifference {
  const message = `"${scope}" cannot be said in SMART v1, ${unsayableReasons[why]}; it is sent as asked, and the server may refuse it.`;
  return { scope, kind: 'not-in-dialect', message };
}
