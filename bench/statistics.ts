/** The middle one, or the mean of both; null where there is none, or one of them is null. */
export function median(sample: readonly (number | null)[]): number | null {
  const sorted = sample.filter((value) => value !== null).sort((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined || sorted.length < sample.length) return null;
  return (low + high) / 2;
}

/** Nearest-rank percentile of a non-empty sample; `share` from 0 to 1. */
export function percentile(sample: readonly number[], share: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('a percentile needs a sample');
  return value;
}
