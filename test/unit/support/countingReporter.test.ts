import { expect, test } from 'vitest';
import { countLine } from '../../support/countingReporter.ts';

const provided = {
  temporal: { available: true, version: '1.29.1' },
  moto: { available: true, version: '5.2.5' },
  keycloak: { available: false },
};

test('names each server with how many tests ran against it', () => {
  const tests = [
    { servers: ['temporal', 'moto'] as const, state: 'passed' as const },
    { servers: ['moto'] as const, state: 'failed' as const },
    { servers: [], state: 'passed' as const },
  ];
  expect(countLine(tests, provided)).toBe('1 test ran against Temporal 1.29.1, 2 against moto 5.2.5, none skipped');
});

test('counts the skipped ones apart', () => {
  const tests = [
    { servers: ['keycloak'] as const, state: 'skipped' as const },
    { servers: ['moto'] as const, state: 'passed' as const },
  ];
  expect(countLine(tests, provided)).toBe('1 test ran against moto 5.2.5, 1 skipped');
});

test('says that no real server was used when all were skipped, and nothing when none was asked for', () => {
  expect(countLine([{ servers: ['keycloak'], state: 'skipped' }], provided)).toBe(
    'No test ran against a real server, 1 skipped',
  );
  expect(countLine([{ servers: [], state: 'passed' }], provided)).toBeNull();
});
