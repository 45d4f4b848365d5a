/**
 * Number of the rules by which this release decides. It is raised with every change that makes an entity do other things
 * than before in the same state; the release goes on knowing the number before, by which runs may have begun.
 */
export const decisionRules = 1;

/** Numbers that this release can decide by. */
const known: readonly number[] = [decisionRules - 1, decisionRules];

/**
 * Throws for rules that this release does not know: the workflow task fails, and is left to a worker of a newer one, or
 * the run is begun anew from the records.
 */
export function refuseUnknownRules(rules: number): void {
  if (!known.includes(rules)) throw new Error(`This release decides by rules ${known.join(' and ')}, not by ${rules}.`);
}
