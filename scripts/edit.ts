import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A small textual change to a file of a copied tree. */
export interface Edit {
  /** From the root of the tree. */
  readonly file: string;
  /** Exact text; must occur once. */
  readonly from: string;
  readonly to: string;
}

/** Throws when the text does not occur exactly once: the change would then test nothing, or something else. */
export function applyEdit(root: string, { file, from, to }: Edit): void {
  const path = join(root, file);
  const text = readFileSync(path, 'utf8');
  const count = text.split(from).length - 1;
  if (count !== 1) throw new Error(`the text to change occurs ${count} times in ${file}: ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}
