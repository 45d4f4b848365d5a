import { describe, expect, test } from 'vitest';
import { parseOptions } from '../../../bench/options.ts';

describe('options of the benchmark', () => {
  test('have defaults', () => {
    expect(parseOptions([])).toEqual({ tenants: 200, systems: 40, idle: 30, runs: 5, embedded: false, profiles: null });
  });

  test('are read', () => {
    const options = parseOptions([
      '--tenants',
      '7',
      '--systems=3',
      '--idle',
      '0',
      '--runs',
      '2',
      '--embedded',
      '--cpu-prof',
      'out',
    ]);
    expect(options).toEqual({ tenants: 7, systems: 3, idle: 0, runs: 2, embedded: true, profiles: 'out' });
  });

  test('ask for help', () => {
    expect(parseOptions(['--help'])).toBeNull();
  });

  test.each([
    [['--tenants', '0'], '--tenants must be a number from 1 to 5000, not "0"'],
    [['--tenants', '1e3'], '--tenants must be a number from 1 to 5000, not "1e3"'],
    [['--systems', '1001'], '--systems must be a number from 1 to 1000, not "1001"'],
    [['--idle=-1'], '--idle must be a number from 0 to 5000, not "-1"'],
    [['--speed'], "Unknown option '--speed'"],
    [['fast'], "Unexpected argument 'fast'"],
  ])('%j are refused by name', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
