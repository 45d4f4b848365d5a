import { describe, expect, test } from 'vitest';
import { detailForms, type OperationKind } from '../../../domain/operationDetails.ts';

const report = { outcome: 'success', mode: 'ehr', error: null, grantedScopes: ['launch'] };

/** Details that each kind takes, and some that it refuses. */
const cases: Readonly<Record<OperationKind, { readonly takes: unknown[]; readonly refuses: unknown[] }>> = {
  rotate: { takes: [undefined], refuses: [null, {}, 'now'] },
  verify: { takes: [undefined], refuses: [null, {}] },
  discover: { takes: [undefined], refuses: [null, {}] },
  supplyInitialAccessToken: { takes: [undefined], refuses: [{ token: 'x' }] },
  retire: { takes: [undefined], refuses: [{}] },
  reportLaunch: {
    takes: [report, { ...report, outcome: 'failure', error: 'invalid_scope', mode: 'standalone', grantedScopes: null }],
    refuses: [
      undefined,
      null,
      {},
      { ...report, outcome: 'works' },
      { ...report, mode: 'desktop' },
      { ...report, error: 7 },
      { ...report, error: 'e'.repeat(301) },
      { ...report, grantedScopes: 'launch' },
      { ...report, grantedScopes: [''] },
      { ...report, grantedScopes: Array(501).fill('launch') },
      { ...report, accessToken: 'x' },
    ],
  },
};

describe.each(Object.keys(cases) as OperationKind[])('details of %s', (kind) => {
  const form = detailForms[kind];
  test.each(cases[kind].takes.map((details) => [details]))('%j are taken', (details) => {
    expect(form(details)).toBe(true);
  });
  test.each(cases[kind].refuses.map((details) => [details]))('%j are refused', (details) => {
    expect(form(details)).toBe(false);
  });
});
