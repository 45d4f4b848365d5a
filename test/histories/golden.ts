import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** One run of an entity as a release left it, in the JSON of Temporal's own tools, encrypted under the test-only key. */
export interface GoldenHistory {
  readonly workflowId: string;
  readonly namespace: string;
  readonly history: { readonly events: readonly Record<string, unknown>[] };
}

export interface Golden extends GoldenHistory {
  readonly release: string;
  /** Name of the file: the path, and the number of the run where there are several. */
  readonly name: string;
}

export const historiesFolder = import.meta.dirname;

export function goldens(): Golden[] {
  return globSync('*/*.json', { cwd: historiesFolder })
    .sort()
    .map((file) => ({
      ...(JSON.parse(readFileSync(join(historiesFolder, file), 'utf8')) as GoldenHistory),
      release: dirname(file),
      name: basename(file, '.json'),
    }));
}
