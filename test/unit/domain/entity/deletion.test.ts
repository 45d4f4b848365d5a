import { expect, test } from 'vitest';
import { findsOutDeletion, mayBeDeleted } from '../../../../domain/entity/deletion.ts';
import { defaultTimePolicy } from '../../../../domain/time/policy.ts';
import { stateOf } from '../../../support/entity.ts';

const refused = [{ topic: 'management' as const, reason: 'ManagementRejected' as const, message: '' }];
const silent = [{ topic: 'peer' as const, reason: 'PeerUnavailable' as const, message: '' }];

test.each([
  ['the first try', { attempts: 0 }, false],
  ['a later try', { attempts: 1 }, true],
  ['a later try at a silent server', { attempts: 3, attentions: silent }, true],
  ['a later try with tokens that were refused before', { attempts: 3, attentions: refused }, false],
])('whether a deletion may have reached the server: %s', (_, patch, expected) => {
  expect(mayBeDeleted(stateOf({ phase: 'retiring', ...patch }))).toBe(expected);
});

const { attentionAfter } = defaultTimePolicy;
const failed = { attempts: 1, failingSince: 1000 };

test.each([
  ['the first try', { attempts: 0, failingSince: null }, 1000, false],
  ['a later try', failed, 1000 + attentionAfter - 1, true],
  ['one after too long a time', failed, 1000 + attentionAfter, false],
  ['one with tokens that were refused before', { ...failed, attentions: refused }, 1000, false],
])('whether what became of a deletion is being found out: %s', (_, patch, now, expected) => {
  expect(findsOutDeletion(stateOf({ phase: 'retiring', ...patch }), now, defaultTimePolicy)).toBe(expected);
});
