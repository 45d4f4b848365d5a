import { pointerOf } from '../problems/pointers.ts';
import type { ProblemItem } from '../problems/problem.ts';

/** Deepest nesting of a body. */
const deepest = 64;

/**
 * Text that no database column can hold (U+0000, lone surrogates) and nesting that nobody needs, wherever it stands in
 * a body: the pointer and the reason, or null.
 */
export function unstorable(value: unknown): ProblemItem | null {
  const open: { readonly value: unknown; readonly path: readonly PropertyKey[] }[] = [{ value, path: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path } = next;
    if (typeof next.value === 'string') {
      if (!isStorable(next.value)) return { pointer: pointerOf(path), message: unstorableRule };
      continue;
    }
    if (next.value === null || typeof next.value !== 'object') continue;
    if (path.length >= deepest)
      return { pointer: pointerOf(path.slice(0, 1)), message: `nested deeper than ${deepest} levels` };
    for (const [name, member] of Object.entries(next.value)) {
      if (!isStorable(name)) return { pointer: pointerOf(path), message: `a member name ${unstorableRule}` };
      open.push({ value: member, path: [...path, name] });
    }
  }
  return null;
}

/** Why a text is refused by {@link isStorable}. */
export const unstorableRule = 'contains U+0000 or half of a surrogate pair';

/** Whether PostgreSQL can keep the text. */
export function isStorable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}
