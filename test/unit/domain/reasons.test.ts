import { expect, test } from 'vitest';
import { nextActions } from '../../../domain/discovery/preflight.ts';
import { explain, type Reason, reasons } from '../../../domain/reasons/index.ts';

test('a token that Registrar itself asks for is not laid on the server, and both ways out are told', () => {
  const told = explain('AnonymousRegistrationNotAllowed');
  expect(told).toMatch(/rule of Registrar; the authorization server was not asked/);
  expect(told).toMatch(/initial access token from the health system.*"allowAnonymous": true/);
  expect(nextActions.getToken).toMatch(/its own rule.*allowAnonymous/);
});

test('no text sends a person to a command that does not exist', () => {
  for (const reason of Object.keys(reasons) as Reason[])
    expect(explain(reason)).not.toMatch(/orphan ledger|call (?:discover|verify|report-launch|approve-endpoint)/);
});
