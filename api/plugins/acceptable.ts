/** Media types that are asked about, each by what stands before and after the slash. */
type MediaType = `${string}/${string}`;

/**
 * The offered media type that an `Accept` header prefers (RFC 9110 section 12.5.1): the highest weight wins, among equal
 * ones the order of the offer. A more specific range outranks a wider one. No header takes the first; null = none is
 * taken. Ranges that are malformed say nothing.
 */
export function preferredType<Offered extends MediaType>(
  accept: string | undefined,
  offered: readonly [Offered, ...Offered[]],
): Offered | null {
  if (accept === undefined || accept.trim() === '') return offered[0];
  const ranges = accept
    .split(',')
    .slice(0, mostRanges)
    .map(readRange)
    .filter((range) => range !== null);
  const weighed = offered.map((type) => ({ type, weight: weightOf(type, ranges) }));
  const best = weighed.reduce((left, right) => (right.weight > left.weight ? right : left));
  return best.weight > 0 ? best.type : null;
}

/** Browsers send less than ten. */
const mostRanges = 50;

interface Range {
  readonly range: string;
  readonly weight: number;
}

const rangeForm = /^\s*([\w!#$&^.+*-]+\/[\w!#$&^.+*-]+)\s*((?:;[^;]*)*)$/;

function readRange(text: string): Range | null {
  const [, range, parameters = ''] = rangeForm.exec(text) ?? [];
  if (range === undefined) return null;
  const [, weight = '1'] = /;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)/i.exec(parameters) ?? [];
  return { range: range.toLowerCase(), weight: Number(weight) };
}

function weightOf(type: MediaType, ranges: readonly Range[]): number {
  const [main] = type.split('/');
  for (const wanted of [type, `${main}/*`, '*/*']) {
    const found = ranges.find(({ range }) => range === wanted);
    if (found !== undefined) return found.weight;
  }
  return 0;
}
