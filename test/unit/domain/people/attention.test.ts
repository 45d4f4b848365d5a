import { expect, test } from 'vitest';
import { attentionOf } from '../../../../domain/people/attention.ts';
import { explain, type Reason } from '../../../../domain/reasons/index.ts';
import type { Condition } from '../../../../domain/registration/conditions.ts';

const condition: Condition = {
  type: 'NeedsAttention',
  status: 'True',
  reason: 'InitialAccessTokenNeeded',
  message: 'The server answered 401.',
  lastTransitionTime: '2026-11-21T11:00:00.000Z',
};

test('says why, what to do and since when', () => {
  expect(attentionOf({ conditions: [condition] })).toEqual({
    reason: 'InitialAccessTokenNeeded',
    sentence: 'An initial access token is needed to register a client here.',
    action: 'Get an initial access token from the health system and supply it.',
    message: 'The server answered 401.',
    since: '2026-11-21T11:00:00.000Z',
  });
});

test.each<[string, Condition[]]>([
  ['no condition', []],
  ['the condition is False', [{ ...condition, status: 'False' }]],
  ['the condition is Unknown', [{ ...condition, status: 'Unknown' }]],
  ['another condition is True', [{ ...condition, type: 'Discovered' }]],
])('is null when %s', (_name, conditions) => {
  expect(attentionOf({ conditions })).toBeNull();
});

test('a reason of a later version still shows its message', () => {
  const later = { ...condition, reason: 'FromTheFuture' as Reason };
  expect(attentionOf({ conditions: [later] })).toMatchObject({ sentence: condition.message, action: null });
});

test('says nothing twice', () => {
  const explained = `${explain('InitialAccessTokenNeeded')} The server answered 401.`;
  expect(attentionOf({ conditions: [{ ...condition, message: explained }] })?.message).toBe('The server answered 401.');
  expect(attentionOf({ conditions: [{ ...condition, message: explain('InitialAccessTokenNeeded') }] })?.message).toBe(
    '',
  );
});
