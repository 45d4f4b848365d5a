import { expect, test } from 'vitest';
import { conditionTone, healthTone, label, phaseTone, words } from '../../../../dashboard/src/model/states.ts';
import { mergeEvents, valueText } from '../../../../dashboard/src/model/timeline.ts';
import type { EventRecord } from '../../../../domain/ports/lists/events.ts';
import { credentialHealths, phases } from '../../../../domain/words.ts';

test('every phase and health has a label of its own and a colour', () => {
  expect(new Set(phases.map(label)).size).toBe(phases.length);
  expect(new Set(credentialHealths.map(label)).size).toBe(credentialHealths.length);
  for (const phase of phases) expect(phaseTone(phase)).toBeTypeOf('string');
  for (const health of credentialHealths) expect(healthTone(health)).toBeTypeOf('string');
});

test('labels are the words of the vocabulary', () => {
  expect(label('awaiting_token')).toBe('Awaiting token');
  expect(words('RedirectUrisRegistered')).toBe('Redirect URIs registered');
  expect(words('credential rotation-deferred')).toBe('Credential rotation deferred');
});

test('a False condition is bad news, but for the one that asks for a person', () => {
  expect(conditionTone('Registered', 'True')).toBe('good');
  expect(conditionTone('Registered', 'False')).toBe('waiting');
  expect(conditionTone('NeedsAttention', 'False')).toBe('good');
  expect(conditionTone('NeedsAttention', 'True')).toBe('bad');
  expect(conditionTone('LaunchProved', 'Unknown')).toBe('idle');
});

function event(position: number, message = ''): EventRecord {
  return {
    position,
    sequence: position,
    at: '2026-11-21T12:00:00.000Z',
    type: 'credential.proved',
    registrationId: 'a.b.c.d',
    actor: 'system',
    message,
  };
}

test('the timeline keeps each event once, newest first, whatever came first', () => {
  const positions = (events: readonly EventRecord[]) => events.map(({ position }) => position);
  expect(positions(mergeEvents([event(5), event(3)], [event(4), event(5), event(9)]))).toEqual([9, 5, 4, 3]);
  expect(mergeEvents([event(5, 'old')], [event(5, 'new')])[0]?.message).toBe('new');
});

test('changed values are text whatever their shape', () => {
  expect(valueText(null)).toBe('—');
  expect(valueText('<b>')).toBe('<b>');
  expect(valueText(['a', 1])).toBe('["a",1]');
});
