import { describe, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { applicationView } from '../../../api/schemas/application.ts';
import type { keyView } from '../../../api/schemas/key.ts';
import type { orphanView, summaryView } from '../../../api/schemas/overview.ts';
import type { eventView, registrationView } from '../../../api/schemas/registration.ts';
import type { tenantView } from '../../../api/schemas/tenant.ts';
import type { Application } from '../../../domain/client/metadata.ts';
import type { KeyRecord } from '../../../domain/ports/callers/keys.ts';
import type { TenantRecord } from '../../../domain/ports/callers/tenants.ts';
import type { EventRecord } from '../../../domain/ports/lists/events.ts';
import type { OrphanView } from '../../../domain/ports/lists/orphans.ts';
import type { FleetSummary } from '../../../domain/ports/lists/summary.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';

/** Members that an answer would drop (its schema does not know them) or miss (nothing gives them). */
type Differing<One, Other> = Exclude<keyof One, keyof Other> | Exclude<keyof Other, keyof One>;
type Answer = z.output<typeof registrationView>;
type Part<Whole, Name extends keyof Whole> = NonNullable<Whole[Name]>;

describe('answers have exactly the members of what they are made from', () => {
  test('registrations and their parts', () => {
    expectTypeOf<Differing<Answer, RegistrationView>>().toBeNever();
    expectTypeOf<Differing<Part<Answer, 'discovery'>, Part<RegistrationView, 'discovery'>>>().toBeNever();
    expectTypeOf<Differing<Part<Answer, 'credential'>, Part<RegistrationView, 'credential'>>>().toBeNever();
    expectTypeOf<Differing<Part<Answer, 'suspended'>, Part<RegistrationView, 'suspended'>>>().toBeNever();
    expectTypeOf<Differing<Part<Answer, 'hold'>, Part<RegistrationView, 'hold'>>>().toBeNever();
    expectTypeOf<Differing<Part<Answer, 'task'>, Part<RegistrationView, 'task'>>>().toBeNever();
    expectTypeOf<Differing<Part<Answer, 'scopes'>, Part<RegistrationView, 'scopes'>>>().toBeNever();
    expectTypeOf<Differing<Answer['conditions'][number], RegistrationView['conditions'][number]>>().toBeNever();
  });

  test('the others', () => {
    expectTypeOf<Differing<z.output<typeof eventView>, EventRecord>>().toBeNever();
    expectTypeOf<Differing<z.output<typeof keyView>, KeyRecord>>().toBeNever();
    expectTypeOf<Differing<z.output<typeof orphanView>, OrphanView>>().toBeNever();
    expectTypeOf<Differing<z.output<typeof tenantView>, TenantRecord>>().toBeNever();
    expectTypeOf<Differing<z.output<typeof summaryView>, Awaited<ReturnType<FleetSummary['summary']>>>>().toBeNever();
    expectTypeOf<
      Differing<Omit<z.output<typeof applicationView>, 'applicationId' | 'revision' | 'updatedAt'>, Application>
    >().toBeNever();
  });
});
