import { formatScope, parseScope, type ResourceScope } from './scope.ts';

/** How a server wants resource scopes written: SMART App Launch 1 (`.read`) or 2 (`.rs`). */
export type ScopeDialect = 'v1' | 'v2';

/** What a server's documents say about scopes. */
export interface ScopeOffer {
  readonly capabilities: readonly string[] | null;
  readonly scopesSupported: readonly string[] | null;
}

/**
 * The dialect of a server. Its capabilities decide: `permission-v2` is v2, `permission-v1` alone is v1. Where they name
 * neither, the resource scopes that it advertises do: one written in letters shows that it reads letters. A server that
 * says nothing is taken for one of SMART 1.x, as the absence of 2.x members means (FACTS sections 3 and 7); servers of
 * 2.x are asked to read v1 as well, those of 1.x cannot read v2. Playbooks are not asked: they are for people, and what is
 * sent must not depend on which of them is recognised.
 */
export function dialectOf({ capabilities, scopesSupported }: ScopeOffer): ScopeDialect {
  if (capabilities?.includes('permission-v2')) return 'v2';
  if (capabilities?.includes('permission-v1')) return 'v1';
  return scopesSupported?.some((scope) => writtenIn(scope) === 'v2') ? 'v2' : 'v1';
}

/** How a scope is said in a dialect. */
export type SaidScope =
  /** The same, or written otherwise, and of equal meaning. */
  | { readonly kind: 'said'; readonly text: string }
  /** The dialect has no words for it. */
  | { readonly kind: 'unsayable'; readonly why: 'filter' | 'letters' };

/** Says a scope in a dialect, as it is written where it is in it already. What is no resource scope is in both. */
export function sayScope(text: string, dialect: ScopeDialect): SaidScope {
  const scope = parseScope(text);
  if (scope.kind === 'plain' || writtenIn(text) === dialect) return { kind: 'said', text };
  if (dialect === 'v2') return { kind: 'said', text: formatScope(scope) };
  if (scope.filter.length > 0) return { kind: 'unsayable', why: 'filter' };
  const access = versionOneAccess.get(scope.permissions);
  if (access === undefined) return { kind: 'unsayable', why: 'letters' };
  return { kind: 'said', text: `${scope.context}/${scope.resourceType}.${access}` };
}

/** The only sets of letters that SMART 1.x can say (SMART App Launch 2.2, "Scopes for requesting FHIR Resources"). */
const versionOneAccess: ReadonlyMap<ResourceScope['permissions'], string> = new Map([
  ['rs', 'read'],
  ['cud', 'write'],
  ['cruds', '*'],
]);

/** Null for what is no resource scope. Letters that are repeated or out of order are no v2: they want to be written anew. */
function writtenIn(text: string): ScopeDialect | null {
  const scope = parseScope(text);
  if (scope.kind === 'plain') return null;
  const [, access = ''] = /\.([^.?]+)(?:\?|$)/.exec(text) ?? [];
  if (/^(?:read|write|\*)$/.test(access)) return 'v1';
  return access === scope.permissions ? 'v2' : null;
}
