import { describe, expect, test } from 'vitest';
import type { Measurement } from '../../../bench/measure.ts';
import { jsonLineOf, type Setting, tableOf } from '../../../bench/report.ts';
import { percentile } from '../../../bench/statistics.ts';

const setting: Setting = {
  node: '24.0.0',
  processors: 2,
  load: 0.5,
  database: 'PGlite (embedded)',
  tenants: 10,
  systems: 2,
  idle: 0,
};

const measurement: Measurement = {
  peerDelay: 50,
  seconds: 0.25,
  onboardingsPerSecond: 40.04,
  requestsPerOnboarding: 3,
  cpu: { registrar: 20, temporal: 22.25, both: 42.25, postgresql: null, peers: 1 },
  idle: { p50: null, p95: null },
  plain: { onboardingsPerSecond: 1234.5678, requestsPerOnboarding: 3, cpu: 0.9, idle: { p50: 7, p95: 9 } },
  bareEngine: { onboardingsPerSecond: 61.6, cpu: null },
  ratio: 0.0324,
  ratioToBareEngine: 0.65,
};

describe('the report', () => {
  test('puts a target beside its figure, and a dash where there is none', () => {
    const lines = tableOf(setting, [measurement]).split('\n');
    const line = (name: string) => lines.find((text) => text.startsWith(name))?.replace(/ +/g, ' ');
    expect(line('onboardings')).toBe('onboardings 40.0 /s ≥ 25, aim ≥ 40');
    expect(line('processor, Registrar and')).toBe('processor, Registrar and Temporal 42.3 ms each ≤ 65');
    expect(line('processor, PostgreSQL')).toBe('processor, PostgreSQL – ms each');
    expect(line('one onboarding when idle, p50')).toBe('one onboarding when idle, p50 – ms');
    expect(line('Registrar to plain')).toBe('Registrar to plain script 0.032');
    expect(line('bare engine, onboardings')).toBe('bare engine, onboardings 61.6 /s');
    expect(line('bare engine, processor')).toBe('bare engine, processor – ms each');
    expect(line('Registrar to bare')).toBe('Registrar to bare engine 0.650 ≥ 0.64');
  });

  test('is one line for programs too', () => {
    const line = jsonLineOf(setting, [measurement]);
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toMatchObject({
      database: 'PGlite (embedded)',
      measurements: [{ peerDelay: 50, plain: { onboardingsPerSecond: 1234.568 }, ratioToBareEngine: 0.65 }],
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
