import { expect, it } from 'vitest';
import { Adoption } from '../../../../cli/adopt/adoption.ts';
import { parseAdoptionFile } from '../../../../cli/adopt/file.ts';
import type { ApiClient } from '../../../../cli/client.ts';
import { CommandError } from '../../../../cli/errors.ts';
import { credentialView, registrationView } from '../views.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const registrationId = 'mercy.portal.production.main';
const line = {
  tenantId: 'mercy',
  applicationId: 'portal',
  fhirBaseUrl: 'https://ehr.example/fhir',
  clientId: 'client-1',
  clientSecret: 'secret',
};

/** An API at which the credential is taken and proved, and whose answer to that is lost `lost` times. */
function api(lost: number): ApiClient {
  let proved = lost === 0;
  return {
    authorization: 'Bearer key',
    get: async (path: string) =>
      path.includes('/registrations/')
        ? registrationView(registrationId, proved ? {} : { phase: 'manual_required', credential: null })
        : { tenantId: 'mercy', createdAt: '2026-11-21T12:00:00Z', registrations: [{ registrationId }] },
    send: async () => {
      proved = true;
      throw new CommandError(1, 'busy', { status: 503 });
    },
  } as unknown as ApiClient;
}

async function adopt(client: ApiClient) {
  const adoption = new Adoption(client, parseAdoptionFile(JSON.stringify(line), now).lines, now);
  for (let round = 0; round < 3 && !adoption.isOver; round += 1) await adoption.round(1, () => undefined);
  return { changed: adoption.changed, outcome: adoption.ends[0]?.end?.outcome };
}

it('a credential that this run supplied is proved, though the answer to it was lost', async () => {
  expect(await adopt(api(1))).toEqual({ changed: true, outcome: 'proved' });
});

it('one that was proved before is unchanged', async () => {
  expect(credentialView().clientId).toBe(line.clientId);
  expect(await adopt(api(0))).toEqual({ changed: false, outcome: 'unchanged' });
});
