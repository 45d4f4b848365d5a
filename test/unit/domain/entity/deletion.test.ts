import { expect, test } from 'vitest';
import { mayBeDeleted } from '../../../../domain/entity/deletion.ts';
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
