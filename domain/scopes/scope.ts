/**
 * SMART scopes by meaning. v2 `(patient|user|system)/(Type|*).[c][r][u][d][s][?filter]` and v1 `.read`, `.write`, `.*`
 * are read as one thing, so that `.read` equals `.rs`.
 * https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
 */
export interface ResourceScope {
  readonly kind: 'resource';
  readonly context: 'patient' | 'user' | 'system';
  /** A FHIR resource type, or `*`. */
  readonly resourceType: string;
  /** Non-empty subset of `cruds`, in that order. */
  readonly permissions: string;
  /** Search parameters that narrow the scope, sorted, each `name=value` escaped in one way. All must hold. */
  readonly filter: readonly string[];
}

/** Everything else: `launch`, `launch/patient`, `openid`, `fhirUser`, `offline_access`, vendors' own. */
export interface PlainScope {
  readonly kind: 'plain';
  readonly text: string;
}

export type Scope = ResourceScope | PlainScope;

const resourceScope = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]{0,63})\.(read|write|\*|[cruds]{1,5})(?:\?(.+))?$/;
const letters = ['c', 'r', 'u', 'd', 's'] as const;
const versionOne: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/** One scope token. Letters out of order are read as the set they name; what is not a SMART scope is plain text. */
export function parseScope(text: string): Scope {
  const match = resourceScope.exec(text);
  const [, context, resourceType, access, query] = match ?? [];
  if (context === undefined || resourceType === undefined || access === undefined) return { kind: 'plain', text };
  const fromVersionOne = versionOne[access];
  // v1 knows no filter: the text means nothing that we could compare.
  if (fromVersionOne !== undefined && query !== undefined) return { kind: 'plain', text };
  const permissions = fromVersionOne ?? letters.filter((letter) => access.includes(letter)).join('');
  return {
    kind: 'resource',
    context: context as ResourceScope['context'],
    resourceType,
    permissions,
    filter: parseFilter(query),
  };
}

/** Canonical text: v2 letters in order, filter sorted. Scopes of equal meaning have equal canonical text. */
export function formatScope(scope: Scope): string {
  if (scope.kind === 'plain') return scope.text;
  const suffix = scope.filter.length === 0 ? '' : `?${scope.filter.join('&')}`;
  return `${scope.context}/${scope.resourceType}.${scope.permissions}${suffix}`;
}

/** Splits a `scope` value (RFC 6749 section 3.3); extra white space and duplicates are dropped, order kept. */
export function splitScopes(scope: string): string[] {
  return [...new Set(scope.split(/\s+/).filter((token) => token !== ''))];
}

/**
 * Whether holding `held` allows all that `asked` allows. A preorder on texts (`.read` and `.rs` cover each other),
 * an order on canonical texts.
 */
export function covers(held: string, asked: string): boolean {
  return coversParsed(parseScope(held), parseScope(asked));
}

function coversParsed(held: Scope, asked: Scope): boolean {
  if (held.kind === 'plain' || asked.kind === 'plain') {
    return held.kind === 'plain' && asked.kind === 'plain' && held.text === asked.text;
  }
  return (
    held.context === asked.context &&
    (held.resourceType === '*' || held.resourceType === asked.resourceType) &&
    [...asked.permissions].every((letter) => held.permissions.includes(letter)) &&
    held.filter.every((constraint) => asked.filter.includes(constraint))
  );
}

function parseFilter(query: string | undefined): string[] {
  if (query === undefined) return [];
  return [...new Set(query.split('&').filter(Boolean).map(escapedOnce))].sort();
}

/**
 * One spelling per meaning. An escaped plus stays one: a plus as it is means a space to whoever reads the filter as a
 * form (WHATWG URL, "application/x-www-form-urlencoded").
 */
function escapedOnce(constraint: string): string {
  const parts = constraint.split(/%2B/i).map(decodeTolerantly);
  return parts
    .map((part) => encodeURI(part.toWellFormed()).replace(/[&#]/g, (sign) => escapes[sign] ?? sign))
    .join('%2B');
}

const escapes: Readonly<Record<string, string>> = { '&': '%26', '#': '%23' };

function decodeTolerantly(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
