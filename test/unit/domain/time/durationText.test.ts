import { expect, test } from 'vitest';
import { durationText } from '../../../../domain/time/durationText.ts';

test.each([
  ['PT48H', '2 days'],
  ['P1D', '1 day'],
  ['PT36H', '36 hours'],
  ['PT90M', '90 minutes'],
  ['PT1H', '1 hour'],
  ['PT45S', '45 seconds'],
  ['PT0S', '0 seconds'],
  ['P1DT12H', '36 hours'],
])('%s is %s', (duration, text) => {
  expect(durationText(duration)).toBe(text);
});
