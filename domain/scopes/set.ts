import { parseScope, type ResourceScope } from './scope.ts';

/** Scopes held together, read once, so that many can be compared with them. */
export interface ScopeSet {
  /** Whether the scopes together allow all that `asked` allows: `.r` and `.s` cover `.rs`. */
  covers(asked: string): boolean;
}

/** Of one context and type: what is allowed as a whole, and what a filter narrows. */
interface Held {
  readonly letters: Set<string>;
  readonly filtered: ResourceScope[];
}

/** One look at each scope. {@link ScopeSet.covers} looks at the plain ones, and at those of the same context and type, only. */
export function scopeSet(scopes: readonly string[]): ScopeSet {
  const plain = new Set<string>();
  const resources = new Map<string, Held>();
  for (const text of scopes) {
    const scope = parseScope(text);
    if (scope.kind === 'plain') {
      plain.add(scope.text);
      continue;
    }
    const key = `${scope.context}/${scope.resourceType}`;
    const held: Held = resources.get(key) ?? { letters: new Set(), filtered: [] };
    resources.set(key, held);
    if (scope.filter.length > 0) held.filtered.push(scope);
    else for (const letter of scope.permissions) held.letters.add(letter);
  }
  return {
    covers(asked) {
      const scope = parseScope(asked);
      if (scope.kind === 'plain') return plain.has(scope.text);
      const { context, resourceType, permissions, filter } = scope;
      const types = resourceType === '*' ? ['*'] : [resourceType, '*'];
      const holders = types.flatMap((type) => resources.get(`${context}/${type}`) ?? []);
      const given = new Set(filter);
      return [...permissions].every((letter) => holders.some((held) => allows(held, letter, given)));
    },
  };
}

/** A filter that is held must be asked for too: it would take away some of what is asked otherwise. */
function allows({ letters, filtered }: Held, letter: string, given: ReadonlySet<string>): boolean {
  if (letters.has(letter)) return true;
  if (given.size === 0) return false;
  return filtered.some(
    ({ permissions, filter }) => permissions.includes(letter) && filter.every((constraint) => given.has(constraint)),
  );
}
