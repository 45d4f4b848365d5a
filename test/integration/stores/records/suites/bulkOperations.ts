import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bulkWindow } from '../../../../../domain/ports/callers/bulkOperations.ts';
import { type Fixture, recordsOn, uniqueId } from '../fixture.ts';

/** Operations that are counted per principal and hour. */
export function bulkOperationSuite(fixture: () => Fixture): void {
  describe('operations of a principal within an hour', () => {
    const wanted = (principal: string, most = 2, kind = 'retire') => ({
      operationId: randomUUID(),
      principal,
      kind,
      most,
    });

    it('are counted per principal and kind, and no more than the limit are taken', async () => {
      const { records, clock } = fixture();
      const [one, two] = [uniqueId('key'), uniqueId('key')];
      const take = async (...args: Parameters<typeof wanted>) =>
        (await records.takeBulkOperation(wanted(...args))).kind;
      expect([await take(one), await take(one), await take(one)]).toEqual(['taken', 'taken', 'spent']);
      expect(await take(two)).toBe('taken');
      expect(await take(one, 2, 'rotate')).toBe('taken');
      expect(await take(one, 3)).toBe('taken');
      expect(await records.takeBulkOperation(wanted(one, 1))).toEqual({
        kind: 'spent',
        nextAt: clock.now() + bulkWindow,
      });
    });

    it('leave the window an hour later, the oldest first', async () => {
      const { records, clock } = fixture();
      const principal = uniqueId('key');
      const first = clock.now();
      await records.takeBulkOperation(wanted(principal));
      clock.move(60_000);
      await records.takeBulkOperation(wanted(principal));
      expect(await records.takeBulkOperation(wanted(principal))).toEqual({ kind: 'spent', nextAt: first + bulkWindow });
      clock.move(bulkWindow - 60_000);
      expect((await records.takeBulkOperation(wanted(principal))).kind).toBe('taken');
      expect((await records.takeBulkOperation(wanted(principal))).kind).toBe('spent');
    });

    it('count once however often they are asked for, and not when they are given back', async () => {
      const { records } = fixture();
      const principal = uniqueId('key');
      const operation = wanted(principal, 1);
      expect((await records.takeBulkOperation(operation)).kind).toBe('taken');
      expect((await records.takeBulkOperation(operation)).kind).toBe('counted');
      await records.giveBackBulkOperation(operation.operationId);
      await records.giveBackBulkOperation(operation.operationId);
      expect((await records.takeBulkOperation(wanted(principal, 1))).kind).toBe('taken');
    });

    it('are not taken twice by two processes that ask at once', async () => {
      const { db, keyring, clock, records } = fixture();
      const other = recordsOn(db, keyring, clock);
      const principal = uniqueId('key');
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 === 0 ? records : other).takeBulkOperation(wanted(principal, 10)),
        ),
      );
      expect(answers.filter(({ kind }) => kind === 'taken')).toHaveLength(10);
    });
  });
}
