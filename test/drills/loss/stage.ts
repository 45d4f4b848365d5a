import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { clientSecretName, parseRegistrationId } from '../../../domain/ids.ts';
import { ApiCaller } from '../../support/apiCaller.ts';
import type { Stage } from './situation.ts';
import type { LossWorld } from './world.ts';

/** Registrations that one administrator works for: some operations are bounded for each within an hour. */
const registrationsEach = 15;

/** Keys of as many administrators as it takes; they outlive the product. */
export async function administratorsFor(world: LossWorld, registrations: number): Promise<readonly string[]> {
  const api = await world.running.caller();
  const keys: string[] = [];
  for (let number = 0; number * registrationsEach < registrations; number += 1) {
    const body = { name: `administrator ${number}`, role: 'administrator' };
    keys.push((await api.ok<{ key: string }>('POST', '/v1/keys', body)).key);
  }
  return keys;
}

/** What a situation works with, at whatever process runs now. */
export async function stageOf(world: LossWorld, keys: readonly string[]): Promise<Stage> {
  const { url } = await world.running.caller();
  return {
    peer: world.peer,
    callerOf: ({ index }) => new ApiCaller(url, keys[index % keys.length] ?? ''),

    async view(registrationId) {
      const view = await world.books.view(registrationId);
      if (view === null) throw new Error(`${registrationId} is not in the database`);
      return view;
    },

    async spoilSecret(registrationId) {
      const key = parseRegistrationId(registrationId);
      if (key === null) throw new Error(`${registrationId} is no id of a registration`);
      const SecretId = clientSecretName(key);
      const { SecretString = '{}' } = await world.secrets.send(new GetSecretValueCommand({ SecretId }));
      const spoiled = { ...JSON.parse(SecretString), client_secret: 'typed-by-hand-and-wrong' };
      await world.secrets.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(spoiled) }));
    },
  };
}
