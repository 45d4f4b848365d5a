import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { type Budget, burstOf, intervalOf, takeTurn, workClasses } from '../../../../../domain/servers/budget.ts';
import type { BudgetRef } from '../../../../../domain/servers/budgetOf.ts';
import { createBudgets } from '../../../../../stores/records/budgets/budgets.ts';
import { type Fixture, uniqueId } from '../fixture.ts';

const refOf =
  (perMinute: number) =>
  (url: string): BudgetRef => ({ budget: url, perMinute, source: 'playbook:test' });

/** Budgets of every database, with as many reservers as the pool has connections. */
export function budgetSuite(fixture: () => Fixture): void {
  const at = (milliseconds: number) => sql<Date>`to_timestamp(${milliseconds / 1000}::float8)`;
  const standing = (perMinute: number, now: number) => createBudgets(fixture().db, refOf(perMinute), at(now));

  describe('budgets', () => {
    it('agree with the rules of the domain on every sequence', async () => {
      const asks = fc.array(
        fc.record({
          calls: fc.integer({ min: 1, max: 12 }),
          workClass: fc.constantFrom(...workClasses),
          after: fc.integer({ min: 0, max: 4_000 }),
        }),
        { minLength: 5, maxLength: 25 },
      );
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 2, max: 1_500 }), asks, async (perMinute, given) => {
          const url = uniqueId('https://as');
          let budget: Budget | null = null;
          let now = Date.parse('2026-11-28T04:00:00Z');
          for (const { calls, workClass, after } of given) {
            now += after;
            const expected = takeTurn(budget, { perMinute }, { calls, workClass, now });
            budget = expected.budget;
            const { turn } = await standing(perMinute, now).reserve(url, calls, workClass);
            expect(Math.abs(turn.at - expected.turn.at)).toBeLessThan(1);
            expect(turn.kind).toBe(expected.turn.kind);
          }
        }),
        { numRuns: 20 },
      );
    });

    it('never let concurrent reservers exceed the rate', async () => {
      const now = Date.parse('2026-11-28T05:00:00Z');
      const url = uniqueId('https://as');
      const turns = await Promise.all(Array.from({ length: 60 }, () => standing(50, now).reserve(url, 2, 'expiring')));
      const granted = turns.filter(({ turn }) => turn.kind === 'granted');
      // The burst of 10, and what the steady rate pays off within the longest wait.
      expect(granted.length * 2).toBe(burstOf({ perMinute: 50 }));
      const row = await fixture()
        .db.selectFrom('budgets')
        .selectAll()
        .where('budget', '=', url)
        .executeTakeFirstOrThrow();
      expect(row.tat.getTime()).toBe(now + 10 * intervalOf({ perMinute: 50 }));
    });

    it('promise each a turn of its own where many come at once', async () => {
      const now = Date.parse('2026-11-28T06:00:00Z');
      const url = uniqueId('https://as');
      const turns = await Promise.all(
        Array.from({ length: 40 }, () => standing(50, now).reserve(url, 2, 'onboarding')),
      );
      const waiting = turns.filter(({ turn }) => turn.kind === 'not-yet').map(({ turn }) => turn.at);
      expect(waiting.length).toBe(36);
      expect(new Set(waiting).size).toBe(36);
    });

    it('hold everybody back after a pause, and one budget never another', async () => {
      const now = Date.parse('2026-11-28T07:00:00Z');
      const [url, other] = [uniqueId('https://as'), uniqueId('https://as')];
      await standing(1_200, now).pause(url, 30);
      const { turn } = await standing(1_200, now).reserve(url, 1, 'expiring');
      expect(turn).toMatchObject({ kind: 'not-yet' });
      expect(turn.at).toBeGreaterThanOrEqual(now + 30_000);
      expect((await standing(1_200, now).reserve(other, 1, 'bulk')).turn.kind).toBe('granted');
      expect((await standing(1_200, now + 31_000).reserve(url, 1, 'expiring')).turn.kind).toBe('granted');
    });

    it('take a new rate at once', async () => {
      const now = Date.parse('2026-11-28T08:00:00Z');
      const url = uniqueId('https://as');
      await standing(1_200, now).reserve(url, 1, 'bulk');
      await standing(50, now).reserve(url, 1, 'bulk');
      const row = await fixture()
        .db.selectFrom('budgets')
        .selectAll()
        .where('budget', '=', url)
        .executeTakeFirstOrThrow();
      expect(Number(row.per_minute)).toBe(50);
    });

    it('go by the database’s clock', async () => {
      const before = Date.now();
      const { now } = await createBudgets(fixture().db, refOf(50)).reserve(uniqueId('https://as'), 1, 'bulk');
      expect(Math.abs(now - before)).toBeLessThan(60_000);
    });
  });
}
