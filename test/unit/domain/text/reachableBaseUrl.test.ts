import { expect, test } from 'vitest';
import { reachableBaseUrl } from '../../../../domain/text/reachableBaseUrl.ts';

test.each([
  [null, null],
  ['http://127.0.0.1:3000', null],
  ['http://localhost:3000', null],
  ['http://[::1]:3000/', null],
  ['https://registrar.example', 'https://registrar.example'],
  ['https://registrar.example:8443/', 'https://registrar.example:8443'],
])('keys are fetched from others at %s: %s', (publicUrl, expected) => {
  expect(reachableBaseUrl(publicUrl)).toBe(expected);
});
