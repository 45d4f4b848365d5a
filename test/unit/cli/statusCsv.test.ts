import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../cli/program.ts';
import { statusCsv } from '../../../cli/statusCsv.ts';
import { fakeTerminal } from './fakeTerminal.ts';
import { credentialView, needsAttention, registrationView } from './views.ts';

const head =
  '"registrationId","phase","credentialHealth","attention","message","action","fhirBaseUrl","clientId","expiresAt","rotationDueAt","provedAt","strategy"';

describe('status as CSV', () => {
  it('has a line for each registration, with times as the API gives them', () => {
    const views = [
      registrationView('mercy.portal.production.main'),
      registrationView('oak.portal.production.main', { phase: 'discovering', credential: null }),
      registrationView('elm.portal.production.main', { credential: credentialView({ expiresAt: null }) }),
    ];
    const [first, ...lines] = statusCsv(views).split('\r\n');
    expect(first).toBe(head);
    expect(lines[0]).toBe(
      '"mercy.portal.production.main","active","healthy","","","","https://fhir.mercy.example/r4","client-1","2026-12-21T12:00:00.000Z","2026-11-30T12:00:00.000Z","2026-11-20T12:00:00.000Z","update"',
    );
    expect(lines[1]).toBe(
      '"oak.portal.production.main","discovering","healthy","","","","https://fhir.oak.example/r4","","","","",""',
    );
    expect(lines[2]).toContain('"client-1","never",');
    expect(lines[3]).toBe('');
  });

  it('takes away the force of what a peer said', () => {
    const hostile = needsAttention('RegistrationRejected', `=cmd|'/c calc'!A1 "a",\u001b[31m\u202e`);
    const client = credentialView({ clientId: '@SUM(1+1)' });
    const text = statusCsv([
      registrationView('mercy.portal.production.main', { conditions: [hostile], credential: client }),
    ]);
    expect(text).toContain(`"'=cmd|'/c calc'!A1 ""a"","`);
    expect(text).toContain(`"'@SUM(1+1)"`);
  });

  it.each([
    [['--csv', '--json'], /cannot be used with option '--json'/],
    [['--csv', '--watch'], /cannot be used with option '--watch'/],
    [['mercy.portal.production.main', '--csv'], /^registrar: --csv: it lists registrations, and one is named/],
  ])('of %j is bad input', async (args, message) => {
    const terminal = fakeTerminal();
    expect(await runCommandLine(['status', ...args], terminal)).toBe(2);
    expect(terminal.notes).toHaveLength(1);
    expect(terminal.notes[0]).toMatch(message);
  });
});
