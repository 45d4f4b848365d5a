import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RegistrationFilter } from '../../../../../domain/ports/lists/registrations.ts';
import type { Visibility } from '../../../../../domain/ports/visibility.ts';
import { setCondition } from '../../../../../domain/registration/conditions.ts';
import type { RegistrationView } from '../../../../../domain/registration/view.ts';
import { everything, type Fixture, nextEvent, onboard, oneRegistration } from '../fixture.ts';

const sorts = ['registrationId', 'expiresAt', 'rotationDueAt', 'changedAt'].flatMap((name) => [name, `-${name}`]);
const day = 24 * 60 * 60 * 1000;

/** Few different times and some without, so that ties and nulls are everywhere. */
function credentialOf(index: number, now: number): RegistrationView['credential'] {
  if (index % 4 === 0) return null;
  const expiresAt = index % 4 === 1 ? null : new Date(now + (index % 3) * 5 * day + day).toISOString();
  return {
    clientId: `client-${index}`,
    authMethod: 'client_secret_basic',
    ref: { store: 'database', name: 'n', versionId: 'v' },
    issuedAt: new Date(now).toISOString(),
    expiresAt,
    expiryKnown: true,
    clientExpiresAt: null,
    rotationDueAt: expiresAt,
    strategy: 'update',
    provedAt: null,
  };
}

export function listSuite(fixture: () => Fixture): void {
  describe('lists', () => {
    let tenantId = '';
    let applicationId = '';
    const count = 23;

    beforeAll(async () => {
      const { records, clock } = fixture();
      const endpoints = Array.from({ length: count }, (_, index) => ({
        endpointId: `e${index}`,
        environment: index % 2 === 0 ? 'production' : 'test2',
      }));
      const onboarded = await onboard(fixture(), ...endpoints);
      ({ tenantId, applicationId } = onboarded);
      for (const [index, view] of onboarded.views.entries()) {
        const attention = {
          type: 'NeedsAttention',
          status: index < 3 ? 'True' : 'False',
          reason: 'Pending',
          message: 'm',
        } as const;
        const at = new Date(clock.now() + (index % 5) * 1000).toISOString();
        const changes = {
          phase: index % 2 === 0 ? ('active' as const) : ('registering' as const),
          credentialHealth: index % 2 === 0 ? ('healthy' as const) : ('none' as const),
          credential: credentialOf(index, clock.now()),
          conditions: setCondition(view.conditions, attention, at),
        };
        await records.recordTransition(nextEvent(view, changes, { at }));
      }
    });

    async function all(
      filter: RegistrationFilter,
      limit: number,
      visibility: Visibility = everything,
    ): Promise<RegistrationView[]> {
      const items: RegistrationView[] = [];
      let cursor: string | undefined;
      do {
        const page = await fixture().records.registrations(filter, visibility, { limit, cursor });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        items.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return items;
    }
    const idsOf = (views: readonly RegistrationView[]) => views.map((view) => view.registrationId);

    it('pages through every row exactly once, in the same order whatever the size', async () => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...sorts), fc.integer({ min: 1, max: count + 2 }), async (sort, limit) => {
          const whole = await fixture().records.registrations({ tenantId, sort }, everything, { limit: 500 });
          expect(new Set(idsOf(whole.items)).size).toBe(count);
          expect(whole.nextCursor).toBeUndefined();
          expect(idsOf(await all({ tenantId, sort }, limit))).toEqual(idsOf(whole.items));
        }),
        { numRuns: 40 },
      );
    });

    it.each(['expiresAt', '-expiresAt'])('sorts by %s with unknown times last', async (sort) => {
      const times = (await all({ tenantId, sort }, 500)).map((view) => view.credential?.expiresAt ?? null);
      const known = times.filter((time) => time !== null);
      expect(times.slice(known.length).every((time) => time === null)).toBe(true);
      const ascending = known.toSorted();
      expect(known).toEqual(sort.startsWith('-') ? ascending.toReversed() : ascending);
      expect(known.length).toBeGreaterThan(5);
    });

    it('filters by every column', async () => {
      const size = async (filter: RegistrationFilter) => (await all({ tenantId, ...filter }, 500)).length;
      expect(await size({ phase: 'active' })).toBe(12);
      expect(await size({ credentialHealth: 'none' })).toBe(11);
      expect(await size({ needsAttention: true })).toBe(3);
      expect(await size({ needsAttention: false })).toBe(20);
      expect(await size({ environment: 'test2', phase: 'active' })).toBe(0);
      expect(await size({ applicationId })).toBe(count);
      expect(await size({ applicationId: 'other' })).toBe(0);
      expect((await all({ tenantId: 'other' }, 5)).length).toBe(0);
    });

    it('finds by substring of ids, name and address, without wildcards', async () => {
      const view = await oneRegistration(fixture(), { fhirBaseUrl: 'https://Fhir.Example/50%_Off' });
      const found = async (q: string) => idsOf(await all({ q }, 500)).includes(view.registrationId);
      const clinic = `CLINIC ${view.tenantId.slice(0, -1)}`;
      for (const q of [view.tenantId.slice(2), view.applicationId.toUpperCase(), '50%_off', clinic, ''])
        expect([q, await found(q)]).toEqual([q, true]);
      for (const q of ['5%f', '50%%', `${view.tenantId}x`, 'a\u0000b']) expect([q, await found(q)]).toEqual([q, false]);
    });

    it('finds by the issuer of a launch', async () => {
      const host = `${tenantId}.example`;
      const given = [`https://${host}/Fhir`, `https://${host}/Fhir/`, `https://${host}/fhir`, `https://${host}`];
      const { views } = await onboard(
        fixture(),
        ...given.map((fhirBaseUrl, index) => ({ fhirBaseUrl, endpointId: `i${index}` })),
      );
      const [upper, slashed, lower, root] = idsOf(views) as [string, string, string, string];
      const byIss = async (iss: string) => idsOf(await all({ iss }, 10)).toSorted();
      expect(await byIss(`https://${host}/Fhir`)).toEqual([upper, slashed]);
      expect(await byIss(`HTTPS://${host.toUpperCase()}:443/Fhir/`)).toEqual([upper, slashed]);
      expect(await byIss(`https://${host}/fhir`)).toEqual([lower]);
      expect(await byIss(`https://${host}/`)).toEqual([root]);
      expect(await byIss(`https://${host}/Fhir//`)).toEqual([]);
      expect(await byIss('not a url')).toEqual([]);
    });

    it('shows only what the caller may see', async () => {
      const { records } = fixture();
      const other = await oneRegistration(fixture());
      const bound = { tenantIds: [tenantId], applicationIds: null };
      const byApplication = { tenantIds: null, applicationIds: [other.applicationId] };
      const neither = { tenantIds: [tenantId], applicationIds: [other.applicationId] };
      expect(await records.registration(other.registrationId, bound)).toBeNull();
      expect(await records.registration(other.registrationId, byApplication)).not.toBeNull();
      expect(await all({}, 500, bound)).toHaveLength(count);
      expect(idsOf(await all({}, 500, byApplication))).toEqual([other.registrationId]);
      for (const visibility of [
        neither,
        { tenantIds: [], applicationIds: null },
        { tenantIds: null, applicationIds: [] },
      ]) {
        expect(await all({}, 500, visibility)).toEqual([]);
        expect(await records.eventsAfter(0, visibility, 10)).toEqual([]);
        expect((await records.summary(visibility)).phases.active).toBe(0);
        expect((await records.tenants(visibility, { limit: 10 })).items).toEqual([]);
        expect(await records.tenant(tenantId, visibility)).toBeNull();
      }
      expect((await records.tenants(byApplication, { limit: 10 })).items).toMatchObject([{ tenantId: other.tenantId }]);
      expect((await records.tenants(bound, { limit: 10 })).items).toMatchObject([{ tenantId }]);
      expect(new Set((await records.eventsAfter(0, bound, 500)).map((event) => event.registrationId)).size).toBe(count);
    });

    it('counts by phase, health and expiry', async () => {
      const { clock } = fixture();
      const summary = await fixture().records.summary({ tenantIds: [tenantId], applicationIds: null });
      expect(summary.phases).toMatchObject({ active: 12, registering: 11, discovering: 0, retired: 0 });
      expect(summary.credentialHealth).toMatchObject({ healthy: 12, none: 11, expired: 0 });
      expect(summary.needsAttention).toBe(3);
      const views = await all({ tenantId }, 500);
      const start = clock.now();
      expect(summary.expiring.map(({ from }) => Date.parse(from) - start)).toEqual([0, day, 7 * day, 30 * day]);
      for (const { from, to, count: counted } of summary.expiring)
        expect(counted).toBe(
          views.filter(
            ({ credential }) => credential?.expiresAt && credential.expiresAt >= from && credential.expiresAt < to,
          ).length,
        );
      expect(summary.expiring.reduce((sum, range) => sum + range.count, 0)).toBe(11);
    });

    it('pages a timeline from the newest event', async () => {
      const { records } = fixture();
      let view = await oneRegistration(fixture());
      for (let event = 0; event < 6; event += 1) {
        const transition = nextEvent(view);
        await records.recordTransition(transition);
        view = transition.view;
      }
      const sequences: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await records.events(view.registrationId, { limit: 3, cursor });
        sequences.push(...page.items.map(({ sequence }) => sequence));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(sequences).toEqual([7, 6, 5, 4, 3, 2, 1]);
    });

    it('streams events in commit order from any position', async () => {
      const { records } = fixture();
      const visibility = { tenantIds: [tenantId], applicationIds: null };
      const whole = await records.eventsAfter(0, visibility, 1000);
      expect(whole).toHaveLength(2 * count);
      const middle = whole[count]!.position;
      expect(await records.eventsAfter(middle, visibility, 1000)).toEqual(whole.slice(count + 1));
      expect(await records.eventsAfter(0, visibility, 4)).toEqual(whole.slice(0, 4));
      expect(await records.eventsAfter(await records.lastPosition(), visibility, 4)).toEqual([]);
    });

    it('refuses a cursor of another list and a sort that it does not know', async () => {
      const { records } = fixture();
      const { nextCursor } = await records.registrations({ sort: 'expiresAt' }, everything, { limit: 1 });
      expect(nextCursor).toBeDefined();
      const other = records.registrations({ sort: '-expiresAt' }, everything, { limit: 1, cursor: nextCursor });
      await expect(other).rejects.toMatchObject({ code: 'invalid-cursor' });
      const bad = records.tenants(everything, { limit: 1, cursor: 'x' });
      await expect(bad).rejects.toMatchObject({ code: 'invalid-cursor' });
      for (const sort of ['name', '', '-', '--expiresAt', 'constructor'])
        await expect(records.registrations({ sort }, everything, { limit: 1 })).rejects.toMatchObject({
          code: 'invalid-sort',
        });
    });
  });
}
