import { expect, test } from 'vitest';
import { policyReasons, type Reason, reasons } from '../../../../domain/reasons/index.ts';
import {
  type Release,
  releaseNames,
  releaseObstacle,
  releases,
  releasesOf,
} from '../../../../domain/registration/hold.ts';

const who = (reason: Reason) => releasesOf(reason).join(' ');

test.each<[Reason, string]>([
  ['RegistrationUnanswered', 'retry supplyInitialAccessToken supplyCredential shareClient'],
  ['RegistrationAnswerNotUsable', 'retry supplyInitialAccessToken supplyCredential shareClient'],
  ['ClientMetadataNotAcceptable', 'changeMetadata discover supplyCredential shareClient'],
  ['RegistrationRejected', 'retry supplyInitialAccessToken changeMetadata discover supplyCredential shareClient'],
  ['MaxClientsPolicyRefused', 'retry supplyInitialAccessToken changeMetadata discover supplyCredential shareClient'],
  ['SecretStoreConflict', 'acceptCurrent overwrite'],
  ['ClientHeldElsewhere', 'retry shareClient supplyCredential'],
  ['OperationFailed', 'retry supplyCredential shareClient'],
])('%s is released by %s', (reason, expected) => {
  expect(who(reason)).toBe(expected);
});

test('every reason names at least one operation, each once', () => {
  for (const reason of Object.keys(reasons) as Reason[]) {
    const named = releasesOf(reason);
    expect(named.length).toBeGreaterThan(0);
    expect(new Set(named).size).toBe(named.length);
  }
  expect(policyReasons.size).toBeGreaterThan(0);
});

test('neither a new look at the documents nor a change releases what may have made a client', () => {
  for (const reason of ['RegistrationUnanswered', 'RegistrationAnswerNotUsable'] as const)
    for (const operation of ['discover', 'changeMetadata'] as const)
      expect(releasesOf(reason)).not.toContain(operation);
});

test('what does not release a hold says what does', () => {
  expect(releaseObstacle({ reason: 'RegistrationUnanswered' }, 'retry')).toBeNull();
  expect(releaseObstacle({ reason: 'SecretStoreConflict' }, 'overwrite')).toBeNull();
  expect(releaseObstacle({ reason: 'SecretStoreConflict' }, 'retry')).toBe(
    'What is held with SecretStoreConflict is released by accept-current or overwrite, not by retry.',
  );
  expect(releaseObstacle(null, 'retry')).toBe('Nothing is held here, so there is nothing that retry could release.');
});

test.each<[readonly Release[], string]>([
  [[], 'nothing'],
  [['retry'], 'retry'],
  [['acceptCurrent', 'overwrite'], 'accept-current or overwrite'],
  [['retry', 'supplyInitialAccessToken', 'shareClient'], 'retry, a new initial access token or a shared client'],
])('%j is told as: %s', (list, text) => {
  expect(releaseNames(list)).toBe(text);
});

test('every release has a name', () => {
  for (const release of releases) expect(releaseNames([release])).toMatch(/^[a-z]/);
});
