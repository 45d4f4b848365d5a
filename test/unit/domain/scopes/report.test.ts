import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scopeDifferenceKinds } from '../../../../domain/registration/view.ts';
import { negotiateScopes } from '../../../../domain/scopes/negotiation.ts';
import { reportScopes, withGrantedScopes } from '../../../../domain/scopes/report.ts';
import { anyText } from '../../../support/scopeArbitraries.ts';

const requested = ['launch', 'openid', 'patient/Observation.rs', 'patient/*.rs?a=1', 'patient/Patient.rs'];
const offer = { capabilities: ['launch-ehr'], scopesSupported: ['patient/Observation.read', 'patient/Patient.read'] };
const negotiated = negotiateScopes(requested, offer, false);
const report = reportScopes({
  requested,
  negotiated,
  advertised: offer.scopesSupported,
  capabilities: offer.capabilities,
  registered: ['launch', 'openid', 'patient/Observation.read', 'patient/Patient.r', 'user/*.read'],
});
const told = (view: typeof report) => view.differences.map(({ kind, scope }) => `${kind} ${scope}`);

describe('the report', () => {
  it('shows every stage, and compares them by meaning', () => {
    expect(report).toMatchObject({
      requested,
      sent: negotiated.sent,
      advertised: offer.scopesSupported,
      granted: null,
    });
    expect(told(report)).toEqual([
      'translated patient/Observation.rs',
      'not-in-dialect patient/*.rs?a=1',
      'translated patient/Patient.rs',
      'not-registered patient/*.rs?a=1',
      'not-registered patient/Patient.read',
      'added user/*.read',
      'not-advertised openid',
    ]);
  });

  it('has a sentence for each difference, and says what is left of a scope', () => {
    for (const { message } of report.differences) expect(message).toMatch(/^[A-Z"].*\.$/s);
    const part = report.differences.find(({ kind, scope }) => kind === 'not-registered' && scope.includes('Patient'));
    expect(part?.message).toBe(
      '"patient/Patient.read" was asked for, and the answer holds a part of it only: patient/Patient.r.',
    );
  });

  it('does not take what was trimmed for refused', () => {
    const trimmed = negotiateScopes(requested, offer, true);
    const view = reportScopes({
      requested,
      negotiated: trimmed,
      advertised: offer.scopesSupported,
      registered: trimmed.sent,
    });
    expect(told(view).filter((line) => line.startsWith('not-registered'))).toEqual([]);
    expect(told(view)).toContain('trimmed openid');
  });
});

describe('what a launch was granted', () => {
  it('is compared with what was asked, and says whether it could have been granted', () => {
    const view = withGrantedScopes(report, ['launch', 'openid', 'patient/Observation.rs', 'patient/Condition.rs']);
    expect(view.granted).toHaveLength(4);
    const granted = view.differences.filter(({ kind }) => /grant/.test(kind));
    expect(granted.map(({ kind, scope }) => `${kind} ${scope}`)).toEqual([
      'not-granted patient/*.rs?a=1',
      'not-granted patient/Patient.read',
      'granted-unasked patient/Condition.rs',
    ]);
    expect(granted[0]?.message).toContain('not registered for this client');
  });

  it('may have been declined where it is registered', () => {
    const view = withGrantedScopes({ ...report, registered: null }, ['launch']);
    expect(view.differences.at(-1)?.message).toContain('may have declined it');
  });

  it('is replaced by that of a later launch', () => {
    const all = report.sent ?? [];
    expect(withGrantedScopes(withGrantedScopes(report, []), all)).toEqual({ ...report, granted: all });
  });
});

it('never throws, tells known kinds, and stays small whatever a server answers', () => {
  const texts = fc.array(anyText, { maxLength: 30 });
  fc.assert(
    fc.property(
      texts,
      fc.option(texts),
      fc.option(texts),
      fc.option(texts),
      (asked, advertised, registered, granted) => {
        const { differences } = reportScopes({ requested: asked, advertised, registered, granted });
        for (const { kind } of differences) expect(scopeDifferenceKinds).toContain(kind);
      },
    ),
  );
  const many = Array.from({ length: 5000 }, (_, index) => `patient/Observation.rs?a=${index}`);
  expect(reportScopes({ requested: ['launch'], advertised: null, registered: many }).differences.length).toBeLessThan(
    200,
  );
});
