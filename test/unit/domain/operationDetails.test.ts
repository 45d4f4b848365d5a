import { describe, expect, test } from 'vitest';
import { detailForms, type OperationKind } from '../../../domain/operationDetails.ts';

const report = { outcome: 'success', mode: 'ehr', error: null, grantedScopes: ['launch'] };

const supplied = {
  clientId: 'client-1',
  authMethod: 'client_secret_basic',
  issuedAt: 0,
  expiresAt: null,
  expiryKnown: false,
  clientExpiresAt: null,
};

/** Details that each kind takes, and some that it refuses. */
const cases: Readonly<Record<OperationKind, { readonly takes: unknown[]; readonly refuses: unknown[] }>> = {
  rotate: { takes: [undefined], refuses: [null, {}, 'now'] },
  verify: { takes: [undefined], refuses: [null, {}] },
  discover: { takes: [undefined], refuses: [null, {}] },
  supplyInitialAccessToken: { takes: [undefined], refuses: [{ token: 'x' }] },
  supplyCredential: {
    takes: [
      supplied,
      { ...supplied, authMethod: null, issuedAt: null, expiresAt: 1, expiryKnown: true, clientExpiresAt: 2 },
      { ...supplied, distributionTime: 172_800_000 },
      { ...supplied, distributionTime: undefined },
    ],
    refuses: [
      undefined,
      null,
      {},
      { ...supplied, clientId: '' },
      { ...supplied, clientId: 'c'.repeat(201) },
      { ...supplied, authMethod: 'basic' },
      { ...supplied, expiresAt: '2027-01-01' },
      { ...supplied, expiresAt: -1 },
      { ...supplied, issuedAt: Number.NaN },
      { ...supplied, expiryKnown: 1 },
      { ...supplied, distributionTime: 31 * 24 * 3_600_000 },
      { ...supplied, clientSecret: 'x' },
    ],
  },
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
