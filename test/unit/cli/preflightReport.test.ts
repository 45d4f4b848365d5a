import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { displayWidth } from '../../../cli/plainText.ts';
import { canGoAhead, preflightLines } from '../../../cli/preflightReport.ts';
import { nextActions, type PreflightReport } from '../../../domain/discovery/preflight.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const fhirBaseUrl = 'https://ehr.example/r4';
const report: PreflightReport = {
  method: 'dynamic',
  discovery: {
    registrationEndpoint: 'https://ehr.example/register',
    registrationSource: 'smart-configuration',
    source: 'smart-configuration',
    tokenEndpoint: 'https://ehr.example/token',
    authorizationEndpoint: 'https://ehr.example/authorize',
    issuer: null,
    jwksUri: null,
    scopesSupported: ['launch'],
    capabilities: null,
    tokenEndpointAuthMethods: null,
    findings: [{ code: 'capabilities-missing', severity: 'info', message: 'It lists no capabilities.' }],
    evidence: [],
  },
  lint: [
    { code: 'contacts-missing', severity: 'warning', message: 'Add one.', pointer: '/contacts' },
    { code: 'scope-malformed', severity: 'error', message: 'Correct it.', pointer: '/scope' },
  ],
  scopes: {
    requested: ['launch', 'openid'],
    advertised: ['launch'],
    registered: null,
    granted: null,
    differences: [{ scope: 'openid', kind: 'not-advertised', message: 'The server does not advertise "openid".' }],
  },
  nextAction: nextActions.correctMetadata,
};
const look = { columns: Number.POSITIVE_INFINITY, colour: false, now };

test('says how, where, what was found and who does what next, errors first', () => {
  expect(preflightLines(fhirBaseUrl, report, look)).toEqual([
    'https://ehr.example/r4',
    '  Method                  dynamic: Registrar registers the client',
    '  Registration endpoint   https://ehr.example/register (smart-configuration)',
    '  Token endpoint          https://ehr.example/token (smart-configuration)',
    '  Authorization endpoint  https://ehr.example/authorize',
    '',
    'Discovery',
    '  info capabilities-missing',
    '    It lists no capabilities.',
    '',
    'Client metadata',
    '  error scope-malformed at /scope',
    '    Correct it.',
    '  warning contacts-missing at /contacts',
    '    Add one.',
    '',
    'Scopes',
    '  Asked for: launch openid',
    '  Advertised: launch',
    '  not-advertised',
    '    The server does not advertise "openid".',
    '',
    `Next: ${nextActions.correctMetadata}`,
  ]);
});

test('prints what would be sent and what the server advertises, as docs/preflight.md promises', () => {
  const { scopes } = report;
  if (scopes === null) throw new Error('no scopes');
  const lines = (change: object) => preflightLines(fhirBaseUrl, { ...report, scopes: { ...scopes, ...change } }, look);
  expect(lines({ sent: scopes.requested })).toContain('  Sent as: launch openid');
  expect(lines({ advertised: [] })).toContain('  Advertised: none');
  expect(lines({ advertised: null })).toContain('  The server does not say which scopes it knows.');
});

test('leaves out what is not there', () => {
  const nothing = { ...report, discovery: { ...report.discovery, findings: [] }, lint: [], scopes: null };
  const text = preflightLines(fhirBaseUrl, nothing, look).join('\n');
  expect(text).not.toMatch(/^(?:Discovery|Client metadata|Scopes)$/m);
});

test('says when nothing could be read, and nothing about scopes then', () => {
  const lines = preflightLines(fhirBaseUrl, { ...report, method: null }, look);
  expect(lines[1]).toContain('not known');
  expect(lines).not.toContain('Scopes');
});

test('lets no escape sequence through', () => {
  const hostile = '\u001b]0;owned\u0007\u001b[2Jtext\nof two lines\u202e';
  const given: PreflightReport = {
    ...report,
    discovery: {
      ...report.discovery,
      issuer: `https://${hostile}`,
      findings: [{ code: hostile, severity: 'error', message: hostile }],
    },
    scopes: { ...report.scopes!, requested: [hostile] },
  };
  for (const line of preflightLines(`https://${hostile}`, given, look)) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test.each([120, 80, 60])('prose fits a terminal of %i columns', (columns) => {
  const lines = preflightLines(fhirBaseUrl, report, { columns, colour: true, now });
  const prose = lines.slice(lines.indexOf('Discovery'));
  for (const line of prose) expect(displayWidth(stripVTControlCharacters(line))).toBeLessThanOrEqual(columns);
});

describe('a registration can go ahead', () => {
  const clean = { ...report, lint: [] };
  const severe = { code: 'a', severity: 'error' as const, message: 'b' };
  test.each<[string, PreflightReport, boolean]>([
    ['by Registrar', clean, true],
    ['by hand', { ...clean, method: 'manual' }, true],
    ['not without a way', { ...clean, method: null }, false],
    ['not with an error in the metadata', report, false],
    ['not with an error in a document', { ...clean, discovery: { ...clean.discovery, findings: [severe] } }, false],
    ['with a warning', { ...clean, lint: [{ ...severe, severity: 'warning' }] }, true],
  ])('%s', (_what, given, expected) => {
    expect(canGoAhead(given)).toBe(expected);
  });
});
