import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordsError } from '../../../../../domain/ports/recordsError.ts';
import { decodeCursor, encodeCursor } from '../../../../../stores/records/lists/cursor.ts';

const kinds = ['text', 'time', 'number'] as const;
const raw = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function decoded(text: string, kind: (typeof kinds)[number]): unknown {
  try {
    return decodeCursor(text, 'list', kind);
  } catch (error) {
    expect(error).toBeInstanceOf(RecordsError);
    expect(error).toMatchObject({ code: 'invalid-cursor' });
    return 'refused';
  }
}

describe('cursor', () => {
  it('comes back as it was given', () => {
    for (const [kind, value] of [
      ['text', 'tenant.app.production.main'],
      ['time', '2026-11-21T09:00:00.000Z'],
      ['number', '17'],
      ['time', null],
    ] as const) {
      const cursor = { list: 'list', value, id: 'id-ü' };
      const text = encodeCursor(cursor);
      expect(text).toMatch(/^[\w-]+$/);
      expect(decodeCursor(text, 'list', kind)).toEqual(cursor);
      expect(() => decodeCursor(text, 'other', kind)).toThrow('leave it out to start over');
    }
    expect(decodeCursor(undefined, 'list', 'text')).toBeNull();
  });

  it.each([
    ['', 'text'],
    ['not base64!', 'text'],
    [raw(null), 'text'],
    [raw('list'), 'text'],
    [raw(['list', 'v']), 'text'],
    [raw(['list', 'v', 'i', 'more']), 'text'],
    [raw(['list', 1, 'i']), 'text'],
    [raw(['list', 'v', null]), 'text'],
    [raw(['list', 'a\u0000', 'i']), 'text'],
    [raw(['list', 'v', '\ud800']), 'text'],
    [raw(['list', 'yesterday', 'i']), 'time'],
    [raw(['list', '2026-13-01T00:00:00.000Z', 'i']), 'time'],
    [raw(['list', "'; drop table audit", 'i']), 'number'],
    [raw(['list', null, 'i']), 'number'],
    [raw(['list', 'v'.repeat(3000), 'i']), 'text'],
  ] as const)('refuses %s as %s', (text, kind) => {
    expect(decoded(text, kind)).toBe('refused');
  });

  it('answers or refuses whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.base64String(), fc.jsonValue().map(raw)),
        fc.constantFrom(...kinds),
        (text, kind) => {
          const cursor = decoded(text, kind);
          if (cursor !== 'refused') expect(cursor).toMatchObject({ list: 'list' });
        },
      ),
    );
  });
});
