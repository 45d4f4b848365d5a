import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientIdIn } from '../../../../../stores/records/ledgers/answers.ts';

const answer = (body: string) => ({ status: 201, headers: {}, body, receivedAt: 0 });

describe('clientIdIn', () => {
  it.each([
    ['{"client_id":"abc"}', 'abc'],
    ['{"client_id":"https://app.example/client"}', 'https://app.example/client'],
    ['{"client_id":17}', null],
    ['{"client_id":""}', null],
    [`{"client_id":"${'x'.repeat(201)}"}`, null],
    ['{"client_id":"a\\u0000b"}', null],
    ['{"client_id":"a\\u202eb"}', null],
    ['{}', null],
    ['null', null],
    ['[]', null],
    ['"client_id"', null],
    ['<html>', null],
    ['', null],
  ])('reads %s as %s', (body, clientId) => {
    expect(clientIdIn(answer(body))).toBe(clientId);
  });

  it('takes any body', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => clientIdIn(answer(body)) !== undefined));
  });
});
