import { expect, it } from 'vitest';
import { noteVerdict, type OriginHealth } from '../../../../domain/servers/originHealth.ts';

const start = Date.parse('2026-11-28T04:00:00Z');
const minute = 60_000;

/** Verdicts a minute apart: `b` turned bad, `.` did not; upper case of what came of it: W withheld, P pause began. */
function follow(verdicts: string, known: OriginHealth | null = null, from = start, step = minute) {
  let health = known;
  const seen = [...verdicts].map((verdict, index) => {
    const noted = noteVerdict(health, verdict === 'b', from + index * step);
    health = noted.health;
    return noted.pauseBegan ? 'P' : noted.withheld ? 'W' : verdict;
  });
  return { seen: seen.join(''), health: health! };
}

it.each<[what: string, verdicts: string, seen: string]>([
  ['one bad client is no bad server', 'b', 'b'],
  ['two are not either', 'bb', 'bb'],
  ['three of three are', 'bbb', 'bbP'],
  ['three of sixteen are less than a fifth', '.............bbb', '.............bbb'],
  ['three of fifteen are a fifth', '............bbb', '............bbP'],
  ['good ones change nothing', '....................', '....................'],
])('%s', (_what, verdicts, seen) => {
  expect(follow(verdicts).seen).toBe(seen);
});

it('counts within an hour', () => {
  expect(follow('bbbbb', null, start, 31 * minute).seen).toBe('bbbbb');
});

it('pauses for an hour, and keeps the verdicts of proofs that were under way from their entities', () => {
  const { health } = follow('bbb');
  expect(health).toMatchObject({ pausedUntil: start + 62 * minute, reason: 'OriginVerdictsBad' });
  expect(noteVerdict(health, true, start + 10 * minute)).toMatchObject({ withheld: true, pauseBegan: false });
});

it('after the pause wakes nobody until a sample went well, and pauses again in silence where it did not', () => {
  const { health } = follow('bbb');
  const later = start + 63 * minute;
  const worse = follow('bbbbb', health, later);
  expect(worse.seen).toBe('WWWWW');
  expect(worse.health.pausedUntil).toBe(later + 64 * minute);
  const better = follow('b....', health, later);
  expect(better.seen).toBe('W....');
  expect(better.health).toMatchObject({ pausedUntil: null, reason: null });
  expect(follow('b', better.health, later + 6 * minute).seen).toBe('b');
});
