import fc from 'fast-check';
import { expect, it } from 'vitest';
import { versionIdOf } from '../../../../stores/secrets/versionId.ts';

it('is a UUID of version 8, the same for the same intent, another for the other part', () => {
  fc.assert(
    fc.property(fc.string(), (intentId) => {
      const client = versionIdOf(intentId, 'client');
      expect(client).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(versionIdOf(intentId, 'client')).toBe(client);
      expect(versionIdOf(intentId, 'management')).not.toBe(client);
    }),
  );
});

it('never changes: a changed derivation would store an answer twice', () => {
  expect(versionIdOf('3f7c1f2e-1d0c-4f6e-9a55-5d1f6c0a9b11', 'client')).toBe('f9cc2f91-78e5-878a-ba7e-12a32777c3f3');
});
