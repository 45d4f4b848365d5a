import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAdoptionFile } from '../../../cli/adopt/file.ts';

const now = Date.UTC(2026, 10, 21);
const line = {
  tenantId: 'mercy',
  applicationId: 'chart-app',
  fhirBaseUrl: 'https://fhir.mercy.example/r4',
  clientId: 'client-1',
  clientSecret: 'planted-secret',
};
const fileOf = (...lines: unknown[]) => lines.map((each) => JSON.stringify(each)).join('\n');
const faultsOf = (...lines: unknown[]) => parseAdoptionFile(fileOf(...lines), now).faults;

describe('a file of clients to adopt', () => {
  test('is read line by line; empty lines, a BOM and CRLF are no matter', () => {
    const text = `\ufeff${JSON.stringify(line)}\r\n\r\n${JSON.stringify({ ...line, tenantId: 'valley', clientId: 'b' })}\r\n`;
    const { lines, faults } = parseAdoptionFile(text, now);
    expect(faults).toEqual([]);
    expect(lines.map(({ number, registrationId }) => [number, registrationId])).toEqual([
      [1, 'mercy.chart-app.production.main'],
      [3, 'valley.chart-app.production.main'],
    ]);
  });

  test.each<[string, Record<string, unknown>, string, RegExp]>([
    ['no tenant', { tenantId: undefined }, '/tenantId', /correct it/],
    ['a tenant id that is none', { tenantId: 'Mercy Hospital' }, '/tenantId', /1 to 40 characters/],
    ['no client id', { clientId: undefined }, '/clientId', /correct it/],
    ['a secret that is no text', { clientSecret: ['planted'] }, '/clientSecret', /must be a text/],
    ['a secret with a blank at its end', { clientSecret: 'planted ' }, '/clientSecret', /check how it was pasted/],
    ['a URL that is none', { fhirBaseUrl: 'fhir.mercy.example' }, '/fhirBaseUrl', /absolute https URL/],
    [
      'a password in a URL',
      { registrationEndpoint: 'https://a:planted@ehr.example/' },
      '/registrationEndpoint',
      /user name or password/,
    ],
    ['a time that is none', { expiresAt: 'next year' }, '/expiresAt', /must be a time in UTC/],
    ['a time that has passed', { expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt', /has passed already/],
    ['a method without secret', { tokenEndpointAuthMethod: 'none' }, '/clientSecret', /leave it out/],
    ['a secret with a key', { tokenEndpointAuthMethod: 'private_key_jwt' }, '/clientSecret', /signs with its key/],
    ['a token without URI', { registrationAccessToken: 'planted' }, '/registrationClientUri', /give both/],
    ['a member that is not known', { client_secret: 'planted' }, '/client_secret', /not a member that is known/],
    ['a secret as the name of a member', { planted4f9a8b7c6d5e4f3a2b1c0d: 1 }, '/[redacted]', /not a member/],
  ])('with %s is refused, with line, member and next step', (_what, change, pointer, message) => {
    const faults = faultsOf({ ...line, tenantId: 'other', clientId: 'other' }, { ...line, ...change });
    expect(faults.map((fault) => [fault.line, fault.pointer])).toEqual([[2, pointer]]);
    expect(faults[0]?.message).toMatch(message);
    expect(JSON.stringify(faults)).not.toContain('planted');
  });

  test.each<[string, string]>([
    ['broken JSON', '{"clientSecret":"planted'],
    ['a secret alone', 'planted-secret'],
    ['a text', '"planted-secret"'],
    ['a list', '["planted-secret"]'],
    ['null', 'null'],
    ['a line without end', `{"clientSecret":"${'planted'.repeat(10_000)}"}`],
  ])('with %s on a line repeats nothing of it', (_what, row) => {
    const { lines, faults } = parseAdoptionFile(row, now);
    expect([lines, faults.length, faults[0]?.line]).toEqual([[], 1, 1]);
    expect(JSON.stringify(faults)).not.toContain('planted');
  });

  test.each<[string, Record<string, unknown>, string, RegExp]>([
    ['a registration', { clientId: 'other' }, '', /registration of line 1/],
    ['a client', { tenantId: 'other', fhirBaseUrl: `${line.fhirBaseUrl}/` }, '/clientId', /client of line 1/],
  ])('with %s twice is refused', (_what, change, pointer, message) => {
    const [fault] = faultsOf(line, { ...line, ...change });
    expect([fault?.line, fault?.pointer]).toEqual([2, pointer]);
    expect(fault?.message).toMatch(message);
  });

  test('the same client id at another health system is normal', () => {
    expect(faultsOf(line, { ...line, tenantId: 'b', fhirBaseUrl: 'https://fhir.b.example/r4' })).toEqual([]);
  });

  test('whatever it holds, nothing is thrown and no line is both taken and refused', () => {
    const value = fc.oneof(fc.jsonValue(), fc.record({ tenantId: fc.string(), clientId: fc.jsonValue() }));
    const rows = fc.array(
      fc.oneof(
        fc.string(),
        value.map((each) => JSON.stringify(each)),
      ),
    );
    fc.assert(
      fc.property(rows, (texts) => {
        const { lines, faults } = parseAdoptionFile(texts.join('\n'), now);
        const wrong = new Set(faults.map((fault) => fault.line));
        for (const { number } of lines) expect(wrong.has(number)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});
