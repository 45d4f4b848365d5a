import { expect, test } from 'vitest';
import { serversNeededBy } from '../../support/servers/needs.ts';

test.each([
  ["describeWith('keycloak', 'x', () => {});", ['keycloak']],
  ["describeWith(['temporal', 'moto'], 'x', () => {});", ['temporal', 'moto']],
  ["describe('x', () => { describeWith('moto', 'y', () => {}); });", ['moto']],
  ["describeWith('moto', 'x', () => {}); describeWith('moto', 'y', () => {});", ['moto']],
  ["describe('describeWith', () => {});", []],
  ["test('x', () => {});", []],
])('%s', (source, servers) => {
  expect(serversNeededBy('a.test.ts', source)).toEqual(servers);
});

test.each(["describeWith('mysql', 'x', () => {});", "describeWith(names, 'x', () => {});"])('refuses %s', (source) => {
  expect(() => serversNeededBy('a.test.ts', source)).toThrow(/literal names of temporal, keycloak/);
});
