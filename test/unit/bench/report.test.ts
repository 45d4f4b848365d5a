import { describe, expect, test } from 'vitest';
import type { Measurement } from '../../../bench/measure.ts';
import { jsonLineOf, type Setting, tableOf } from '../../../bench/report.ts';
import { median, percentile } from '../../../bench/statistics.ts';

const setting: Setting = {
  node: '24.0.0',
  processors: 2,
  load: 0.5,
  loadAfter: 2,
  database: 'PGlite (embedded)',
  tenants: 10,
  systems: 2,
  idle: 0,
  runs: 5,
};

const measurement: Measurement = {
  peerDelay: 50,
  tls: true,
  onboardingsPerSecond: { median: 40.04, least: 38, most: 41 },
  requestsPerOnboarding: 3,
  cpu: { registrar: 20, temporal: 22.25, both: 42.25, postgresql: null, peers: 1 },
  idle: { p50: null, p95: null },
  plain: { onboardingsPerSecond: 1234.5678, requestsPerOnboarding: 3, cpu: 0.9, idle: { p50: 7, p95: 9 } },
  bareEngine: { onboardingsPerSecond: { median: 61.6, least: 60, most: 63 }, cpu: null },
  ratioToBareEngine: { median: 0.65, least: 0.6, most: 0.7 },
  idleRatio: null,
};

const parking = { registrar: 10, temporal: 20.5, both: 30.5, postgresql: null, peers: 1 };

describe('the report', () => {
  test('puts a target beside its figure, and a dash where there is none', () => {
    const lines = tableOf(setting, [measurement], parking).split('\n');
    const line = (name: string) => lines.find((text) => text.startsWith(name))?.replace(/ +/g, ' ');
    expect(line('onboardings')).toBe('onboardings 40.0 (38.0–41.0) /s ≥ 25, aim ≥ 40');
    expect(line('processor, Registrar and')).toBe('processor, Registrar and Temporal 42.3 ms each ≤ 65');
    expect(line('processor, PostgreSQL')).toBe('processor, PostgreSQL – ms each');
    expect(line('one onboarding when idle, p50')).toBe('one onboarding when idle, p50 – ms');
    expect(line('bare engine, onboardings')).toBe('bare engine, onboardings 61.6 (60.0–63.0) /s');
    expect(line('bare engine, processor')).toBe('bare engine, processor – ms each');
    expect(lines.at(-1)).toBe(
      'Processor of an onboarding with its rest and park, ms each: Registrar 10.0, Temporal 20.5, PostgreSQL –.',
    );
    expect(line('Registrar to bare')).toBe('Registrar to bare engine 0.650 (0.600–0.700) ≥ 1');
  });

  test('is one line for programs too', () => {
    const line = jsonLineOf(setting, [measurement], parking);
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toMatchObject({
      database: 'PGlite (embedded)',
      measurements: [{ peerDelay: 50, plain: { onboardingsPerSecond: 1234.568 }, ratioToBareEngine: { median: 0.65 } }],
    });
  });
});

describe('a percentile', () => {
  test.each([
    [[5], 0.95, 5],
    [[1, 2], 0.5, 1],
    [[4, 1, 3, 2], 0.5, 2],
    [Array.from({ length: 100 }, (_, index) => 100 - index), 0.95, 95],
  ])('of %j at %d is %d', (sample, share, expected) => {
    expect(percentile(sample, share)).toBe(expected);
  });

  test('of nothing is refused', () => {
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[], null],
  [[1, null], null],
])('the median of %j is %j', (sample, expected) => {
  expect(median(sample)).toBe(expected);
});
