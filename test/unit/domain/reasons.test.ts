import { expect, test } from 'vitest';
import { explain, type Reason, reasons } from '../../../domain/reasons/index.ts';
import { ownTokenRule } from '../../../domain/reasons/tokens.ts';

test('a token that Registrar itself asks for is not laid on the server, and both ways out are told', () => {
  expect(explain('InitialAccessTokenNeeded')).toMatch(/initial access token from the health system/);
  expect(explain('InitialAccessTokenNeeded')).not.toMatch(/authorization server wants/);
  expect(ownTokenRule).toMatch(/rule of Registrar, the authorization server was not asked.*"allowAnonymous": true/);
});

test('no text sends a person to a command that does not exist', () => {
  for (const reason of Object.keys(reasons) as Reason[])
    expect(explain(reason)).not.toMatch(/orphan ledger|call (?:discover|verify|report-launch|approve-endpoint)/);
});
