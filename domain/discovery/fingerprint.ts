import type { Evidence } from '../registration/view.ts';

/** One text per set of documents: what was read at which URL. Other bytes, another answer or another document differ. */
export function fingerprintOf(evidence: readonly Evidence[]): string {
  return evidence
    .map(({ url, status, sha256 }) => `${sha256} ${status} ${url}`)
    .toSorted()
    .join('\n');
}
