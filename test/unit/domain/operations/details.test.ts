import { describe, expect, test } from 'vitest';
import { detailForms, type OperationKind } from '../../../../domain/operations/details.ts';

const report = { outcome: 'success', mode: 'ehr', error: null, grantedScopes: ['launch'] };

const supplied = {
  clientId: 'client-1',
  authMethod: 'client_secret_basic',
  issuedAt: 0,
  expiresAt: null,
  expiryKnown: false,
  clientExpiresAt: null,
};
const pair = { registrationEndpoint: 'https://as.example/register', evidenceHash: 'a'.repeat(64) };

const vendor = { playbookId: 'acme', certified: 'yes', developer: 'Acme', expectedWait: 1000 };

/** Details that each kind takes, and some that it refuses. */
const cases: Readonly<Record<OperationKind, { readonly takes: unknown[]; readonly refuses: unknown[] }>> = {
  rotate: { takes: [undefined], refuses: [null, {}, 'now'] },
  verify: { takes: [undefined], refuses: [null, {}] },
  discover: { takes: [undefined], refuses: [null, {}] },
  approveEndpoint: {
    takes: [pair, { ...pair, registrationEndpoint: null }],
    refuses: [
      undefined,
      null,
      {},
      { ...pair, evidenceHash: 'A'.repeat(64) },
      { ...pair, evidenceHash: null },
      { ...pair, registrationEndpoint: 7 },
      { ...pair, registrationEndpoint: `https://${'a'.repeat(2000)}` },
      { ...pair, token: 'x' },
    ],
  },
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
  suspend: { takes: [undefined], refuses: [null, {}] },
  resume: { takes: [undefined], refuses: [null, {}] },
  retry: { takes: [undefined], refuses: [null, {}] },
  acceptCurrent: { takes: [undefined], refuses: [null, { versionId: 'v' }] },
  overwrite: { takes: [undefined], refuses: [null, { versionId: 'v' }] },
  changeMetadata: {
    takes: [{ revision: null }, { revision: 7 }],
    refuses: [undefined, null, {}, { revision: 0 }, { revision: 1.5 }, { revision: '1' }, { revision: 1, scope: 'x' }],
  },
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
  shareClient: {
    takes: [{ holderRegistrationId: 'a.b.c.d' }],
    refuses: [
      undefined,
      {},
      { holderRegistrationId: '' },
      { holderRegistrationId: 7 },
      { holderRegistrationId: 'x'.repeat(101) },
    ],
  },
  updateTask: {
    takes: [
      { vendor },
      { vendor: { ...vendor, developer: null, expectedWait: null }, owner: null, note: '', reference: 'INC-1' },
      { vendor, state: 'verified', submittedAt: 1, verifiedAt: 2 },
    ],
    refuses: [
      undefined,
      {},
      { vendor: null },
      { vendor: { ...vendor, certified: 'perhaps' } },
      { vendor: { ...vendor, expectedWait: -1 } },
      { vendor, state: 'done' },
      { vendor, submittedAt: '2026-01-01' },
      { vendor, verifiedAt: 1.5 },
      { vendor, owner: 'x'.repeat(201) },
      { vendor, note: 'x'.repeat(2001) },
      { vendor, clientSecret: 'x' },
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
