import { describe, expect, test } from 'vitest';
import { holdActions, releaseText, suspension } from '../../../../dashboard/src/model/holds.ts';
import { nextStepOf } from '../../../../dashboard/src/model/nextStep.ts';
import { type Reason, reasons } from '../../../../domain/reasons/index.ts';
import { releasesOf } from '../../../../domain/registration/hold.ts';
import { phases, roles } from '../../../../domain/words.ts';
import { registrationView } from '../../cli/views.ts';

const since = '2026-11-21T11:00:00.000Z';
const active = registrationView('mercy.chart-app.production.main');
const suspended = { ...active, phase: 'suspended', suspended: { since, phase: 'active' } } as const;
const heldWith = (reason: Reason) => ({ ...active, hold: { reason, releasedBy: releasesOf(reason), since } });

describe('suspending', () => {
  test('is offered to an operator, after a word on what happens', () => {
    expect(suspension(active, 'operator')).toMatchObject({
      kind: 'suspend',
      path: 'suspend',
      availability: { possible: true },
      confirm: { text: expect.stringContaining('Nothing is sent') },
    });
    expect(suspension(active, 'viewer')).toMatchObject({
      availability: { possible: false, why: expect.stringMatching(/viewer/) },
    });
  });

  test('is ended by resume, at once', () => {
    expect(suspension(suspended, 'operator')).toMatchObject({
      kind: 'resume',
      confirm: null,
      availability: { possible: true },
    });
    expect(suspension(suspended, null)).toMatchObject({ availability: { possible: false } });
  });

  test('is offered in every phase but the last ones', () => {
    for (const phase of phases)
      expect(suspension({ ...active, phase }, 'operator') === null).toBe(phase === 'retiring' || phase === 'retired');
  });

  test('says what goes on once it is resumed', () => {
    expect(nextStepOf(suspended)).toMatch(/nothing is sent.*It goes on as: Active\.$/);
  });
});

describe('a hold', () => {
  test.each<[Reason, readonly string[]]>([
    ['RegistrationUnanswered', ['retry']],
    ['ClientMetadataNotAcceptable', ['discover']],
    ['RegistrationRejected', ['retry', 'discover']],
    ['SecretStoreConflict', ['accept-current', 'overwrite']],
  ])('with %s offers %j', (reason, paths) => {
    expect(holdActions(heldWith(reason), 'administrator').map(({ path }) => path)).toEqual(paths);
  });

  test('with a conflict is an administrator’s', () => {
    for (const { availability } of holdActions(heldWith('SecretStoreConflict'), 'operator'))
      expect(availability).toEqual({ possible: false, why: expect.stringMatching(/operator; an administrator/) });
  });

  test('says what releases it, and what happens then', () => {
    for (const reason of Object.keys(reasons) as Reason[])
      for (const role of [...roles, null]) {
        const view = heldWith(reason);
        expect(releaseText(view)).toMatch(/^Nothing more is tried by itself\. Released by .+\.$/);
        for (const { confirm, availability } of holdActions(view, role)) {
          expect(confirm?.title).toMatch(/\?$/);
          expect(confirm?.text).toMatch(/^[A-Z].*\.$/);
          if (!availability.possible) expect(availability.why).toMatch(/^[A-Z].*\.$/);
        }
      }
  });

  test('warns of a second client before an unanswered registration is tried once more', () => {
    const [retry] = holdActions(heldWith('RegistrationUnanswered'), 'operator');
    expect(retry?.confirm?.text).toMatch(/nobody holds removed .* first/);
  });

  test('is not there where nothing is held', () => {
    expect(holdActions(active, 'administrator')).toEqual([]);
    expect(releaseText(active)).toBeNull();
  });
});
