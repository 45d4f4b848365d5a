import { describe, expect, test } from 'vitest';
import {
  approvalOf,
  discoverAvailability,
  reportLaunchAvailability,
  rotateAvailability,
  shareAvailability,
  supplyCredentialAvailability,
  supplyTokenAvailability,
  updateTaskAvailability,
  verifyAvailability,
} from '../../../../dashboard/src/model/actions.ts';
import { phases, roles, strategies } from '../../../../domain/words.ts';
import { credentialView, registrationView } from '../../cli/views.ts';
import { candidate, discoveryView, taskView } from './views.ts';

const active = registrationView('mercy.chart-app.production.main');

describe('rotate', () => {
  test('is possible for an active registration with a strategy that a request can carry out', () => {
    expect(rotateAvailability(active, 'operator')).toEqual({ possible: true });
    expect(rotateAvailability(active, 'administrator')).toEqual({ possible: true });
  });

  test.each([
    ['a viewer', active, 'viewer', /viewer/],
    ['a tab that only reads', active, null, /Sign in/],
    ['no credential', { ...active, credential: null }, 'operator', /no credential/],
    ['a rotation under way', { ...active, credentialHealth: 'rotating' }, 'operator', /under way/],
    ['a suspended registration', { ...active, phase: 'suspended' }, 'operator', /suspended/],
    ['strategy replace', { ...active, credential: credentialView({ strategy: 'replace' }) }, 'operator', /new client/],
    ['strategy manual', { ...active, credential: credentialView({ strategy: 'manual' }) }, 'operator', /by hand/],
    [
      'a client that cannot be managed',
      { ...active, credential: credentialView({ manageable: false }) },
      'operator',
      /by hand/,
    ],
    ['a shared client', { ...active, holderRegistrationId: 'a.b.c.d' }, 'operator', /belongs to a\.b\.c\.d/],
    ['strategy none', { ...active, credential: credentialView({ strategy: 'none' }) }, 'operator', /nothing to rotate/],
  ] as const)('is not for %s, and says why', (_name, view, role, why) => {
    expect(rotateAvailability(view, role)).toEqual({ possible: false, why: expect.stringMatching(why) });
  });

  test('always gives a sentence where it is not possible', () => {
    for (const phase of phases)
      for (const strategy of strategies)
        for (const role of [...roles, null]) {
          const answer = rotateAvailability({ ...active, phase, credential: credentialView({ strategy }) }, role);
          if (!answer.possible) expect(answer.why).toMatch(/^[A-Z].*\.$/);
        }
  });
});

test('discover is offered wherever a reason names it, and once', () => {
  const hold = { reason: 'ClientMetadataNotAcceptable', releasedBy: ['discover'], since: '' } as const;
  expect(discoverAvailability({ phase: 'discovering' }, 'operator')).toEqual({ possible: true });
  expect(discoverAvailability({ phase: 'active' }, 'viewer')).toMatchObject({ possible: false });
  expect(discoverAvailability({ phase: 'suspended' }, 'operator')).toMatchObject({ possible: false });
  expect(discoverAvailability({ phase: 'retired' }, 'operator')).toBeNull();
  expect(discoverAvailability({ phase: 'registering', hold }, 'operator')).toBeNull();
});

test('verify is possible while there is a credential', () => {
  expect(verifyAvailability({ ...active, phase: 'awaiting_enablement' }, 'operator').possible).toBe(true);
  expect(verifyAvailability({ ...active, credential: null }, 'operator').possible).toBe(false);
  expect(verifyAvailability({ ...active, phase: 'retired' }, 'operator').possible).toBe(false);
  expect(verifyAvailability(active, 'viewer').possible).toBe(false);
});

test('a sharer proves what its holder has', () => {
  const sharer = { ...active, credential: null, holderRegistrationId: 'a.b.c.d' };
  expect(verifyAvailability(sharer, 'operator').possible).toBe(false);
  expect(verifyAvailability({ ...sharer, discovery: discoveryView() }, 'operator').possible).toBe(true);
});

test('a token is asked for only where one is awaited', () => {
  const waiting = { ...active, phase: 'awaiting_token' } as const;
  expect(supplyTokenAvailability(waiting, 'operator')).toEqual({ possible: true });
  expect(supplyTokenAvailability(active, 'operator')).toBeNull();
  expect(supplyTokenAvailability(waiting, 'viewer')).toMatchObject({
    possible: false,
    why: expect.stringMatching(/viewer/),
  });
});

describe('supplying a credential', () => {
  const manual = { ...active, phase: 'manual_required', credential: null, discovery: discoveryView() } as const;
  const known = { ...active, discovery: discoveryView() };

  test.each(['manual_required', 'submitted', 'verifying', 'awaiting_enablement'] as const)(
    'is offered in %s',
    (phase) => {
      expect(supplyCredentialAvailability({ ...manual, phase }, 'operator')).toEqual({ possible: true });
    },
  );

  test.each([
    ['strategy manual', { ...known, credential: credentialView({ strategy: 'manual' }) }],
    ['strategy replace', { ...known, credential: credentialView({ strategy: 'replace' }) }],
    ['a task to rotate', { ...known, task: taskView({ kind: 'rotation' }) }],
    ['an expired secret', { ...known, credentialHealth: 'expired' as const }],
    ['a rejected secret', { ...known, credentialHealth: 'rejected' as const }],
  ])('is offered to an active registration with %s', (_name, view) => {
    expect(supplyCredentialAvailability(view, 'operator')).toEqual({ possible: true });
  });

  test('is not offered where Registrar gets it itself, or nothing is left to do', () => {
    const asking: readonly string[] = ['manual_required', 'submitted', 'verifying', 'awaiting_enablement'];
    for (const phase of phases.filter((each) => !asking.includes(each)))
      expect(supplyCredentialAvailability({ ...known, phase }, 'administrator')).toBeNull();
  });

  test.each([
    ['a viewer', manual, 'viewer', /viewer/],
    ['a shared client', { ...manual, holderRegistrationId: 'a.b.c.d' }, 'operator', /a\.b\.c\.d/],
    ['no token endpoint', { ...manual, discovery: null }, 'operator', /not known yet/],
  ] as const)('is not for %s, and says why', (_name, view, role, why) => {
    expect(supplyCredentialAvailability(view, role)).toEqual({ possible: false, why: expect.stringMatching(why) });
  });
});

test('progress is noted of an open task, by an operator', () => {
  const view = { ...active, task: taskView() };
  expect(updateTaskAvailability(view, 'operator')).toEqual({ possible: true });
  expect(updateTaskAvailability(view, 'viewer')).toMatchObject({ possible: false });
  expect(updateTaskAvailability(active, 'operator')).toBeNull();
});

describe('approval', () => {
  const pair = { registrationEndpoint: candidate.registrationEndpoint, evidenceHash: candidate.evidenceHash };
  const waiting = { ...active, credential: null, discovery: discoveryView({ registrationEndpoint: null, candidate }) };

  test.each([
    ['awaiting_approval', 'first'],
    ['manual_required', 'offer'],
    ['submitted', 'offer'],
  ] as const)('of a candidate in %s is an administrator’s', (phase, kind) => {
    const view = { ...waiting, phase };
    expect(approvalOf(view, 'administrator')).toEqual({ kind, ...pair, availability: { possible: true } });
    for (const role of ['viewer', 'operator', null] as const)
      expect(approvalOf(view, role)).toMatchObject({ kind, availability: { possible: false } });
  });

  test('is not asked for where nothing waits', () => {
    expect(approvalOf({ ...waiting, phase: 'active' }, 'administrator')).toBeNull();
    expect(
      approvalOf({ ...waiting, phase: 'awaiting_approval', discovery: discoveryView() }, 'administrator'),
    ).toBeNull();
    expect(approvalOf({ ...waiting, phase: 'awaiting_approval', discovery: null }, 'administrator')).toBeNull();
  });

  const changed = (names: string[], registrationEndpoint: string | null) => ({
    ...active,
    discovery: discoveryView({
      proposal: { registrationEndpoint, evidenceHash: 'cd'.repeat(32), changed: names, view: discoveryView() },
    }),
  });

  test('of a change is asked for at a client that works, also when the endpoint is gone', () => {
    const gone = changed(['registrationEndpoint'], null);
    expect(approvalOf(gone, 'administrator')).toEqual({
      kind: 'change',
      registrationEndpoint: null,
      evidenceHash: 'cd'.repeat(32),
      availability: { possible: true },
    });
    expect(approvalOf({ ...gone, phase: 'retired' }, 'administrator')).toBeNull();
  });

  test('of another origin of the token endpoint is nobody’s, with what to do', () => {
    const moved = changed(['registrationEndpoint', 'tokenEndpoint'], 'https://new.example/register');
    expect(approvalOf(moved, 'administrator')).toMatchObject({
      kind: 'moved',
      availability: {
        possible: false,
        why: expect.stringMatching(/token endpoint cannot be approved.*add the registration anew/),
      },
    });
  });
});

test('a client is shared by an administrator, where one is offered', () => {
  expect(shareAvailability({}, 'administrator')).toBeNull();
  expect(shareAvailability({ shareableWith: [] }, 'administrator')).toBeNull();
  expect(shareAvailability({ shareableWith: ['a.b.c.d'] }, 'administrator')).toEqual({ possible: true });
  expect(shareAvailability({ shareableWith: ['a.b.c.d'] }, 'operator')).toMatchObject({ possible: false });
});

test('a launch is reported of a client that exists', () => {
  expect(reportLaunchAvailability(active, 'operator')).toEqual({ possible: true });
  expect(reportLaunchAvailability(active, 'viewer')).toMatchObject({ possible: false });
  expect(reportLaunchAvailability({ ...active, credential: null }, 'operator')).toBeNull();
  expect(reportLaunchAvailability({ ...active, phase: 'retired' }, 'operator')).toBeNull();
});

test('whatever is not possible says why in a sentence', () => {
  const discovery = discoveryView({ registrationEndpoint: null, candidate });
  for (const phase of phases)
    for (const role of [...roles, null]) {
      const view = { ...active, phase, discovery, task: taskView(), shareableWith: ['a.b.c.d'] };
      const answers = [
        supplyTokenAvailability(view, role),
        supplyCredentialAvailability(view, role),
        updateTaskAvailability(view, role),
        approvalOf(view, role)?.availability ?? null,
        shareAvailability(view, role),
        reportLaunchAvailability(view, role),
      ];
      for (const answer of answers) if (answer?.possible === false) expect(answer.why).toMatch(/^[A-Z].*\.$/);
    }
});
