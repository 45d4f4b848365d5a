import { expect, test } from 'vitest';
import { revisionGap } from '../../../../dashboard/src/model/revisions.ts';
import { registrationView } from '../../cli/views.ts';
import { taskView } from './views.ts';

const same = registrationView('mercy.chart-app.production.main', { ownRevision: { applied: 0, desired: 0 } });
const behind = { ...same, desiredRevision: 3 };

const byHand = (revision: number) =>
  taskView({ kind: 'metadata', change: { revision, ownRevision: 0, members: ['redirect_uris'] } });

test.each([
  ['both are applied', same],
  ['there is no client', { ...behind, credential: null }],
  ['it is not known what the client has', { ...behind, appliedRevision: null }],
  ['the registration has ended', { ...behind, phase: 'retired' as const }],
  ['a person is at it', { ...behind, task: byHand(3) }],
  ['its own settings were never applied', { ...same, ownRevision: { applied: null, desired: 0 } }],
])('nothing is missing where %s', (_name, view) => {
  expect(revisionGap(view, 'administrator')).toBeNull();
});

test('a newer revision of the application, and of its own settings, is told and can be applied', () => {
  const gap = revisionGap({ ...behind, ownRevision: { applied: 0, desired: 2 } }, 'administrator');
  expect(gap?.sentences).toEqual([
    'The client has revision 1 of the application; revision 3 is wanted.',
    expect.stringMatching(/revision 0 of this registration’s own settings; revision 2 is wanted/),
  ]);
  expect(gap?.availability).toEqual({ possible: true });
});

test('a person who brings an older revision does not hide a newer one', () => {
  expect(revisionGap({ ...behind, task: byHand(2) }, 'administrator')?.sentences).toHaveLength(1);
});

test.each([
  ['an operator', behind, 'operator', /administrator/],
  ['a shared client', { ...behind, holderRegistrationId: 'a.b.c.d' }, 'administrator', /belongs to a\.b\.c\.d/],
] as const)('is not for %s, and says why', (_name, view, role, why) => {
  expect(revisionGap(view, role)?.availability).toEqual({ possible: false, why: expect.stringMatching(why) });
});
