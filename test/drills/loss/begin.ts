import type { RegistrationView } from '../../../domain/registration/view.ts';
import type { ApiCaller } from '../../support/apiCaller.ts';
import { waitFor } from '../../support/waitFor.ts';
import { standing } from './judge.ts';
import { inLanes } from './lanes.ts';
import { holderOf, type Look, type Stage, type Subject } from './situation.ts';

/**
 * Adds the registrations, and waits until each is where it is to be. `between` comes when all were added, before
 * anything is done with them; it answers who is called from then on.
 */
export async function beginAll(
  { api, peer }: Stage,
  subjects: readonly Subject[],
  between: () => Promise<ApiCaller>,
): Promise<void> {
  await api.ok('PUT', '/v1/applications/app', {
    clientMetadata: {
      client_name: 'Drill',
      redirect_uris: ['https://app.example.org/callback'],
      scope: 'openid patient/*.rs',
    },
    environments: { sandbox: { class: 'nonProduction' }, production: { class: 'production' } },
  });
  await inLanes(subjects, (subject) => add(subject, { api, peer }));
  const stage: Stage = { api: await between(), peer };
  await inLanes(subjects, async (subject) => {
    await subject.situation.bring?.(subject, stage);
    await until(subject, stage, `is ${subject.situation.name}`, subject.situation.reached);
  });
}

async function add(subject: Subject, { api, peer }: Stage): Promise<void> {
  const { tenantId, situation } = subject;
  peer.program(tenantId, situation.behaviour);
  const base = peer.fhirBaseUrl(tenantId, situation.site ?? 'same');
  const addAt = (id: string, more: object) =>
    api.ok('POST', '/v1/tenants', {
      tenantId: id,
      name: id,
      registrations: [{ applicationId: 'app', environment: 'sandbox', fhirBaseUrl: base, ...more }],
    });
  const isActive: Look = ({ phase }) => phase === 'active';
  if (situation.shares === true) {
    await addAt(holderOf(subject).tenantId, {});
    await api.until(holderOf(subject).registrationId, 'has a client', ({ phase }) => phase === 'active', 180_000);
    await addAt(tenantId, { shareWith: holderOf(subject).registrationId, fhirBaseUrl: `${base}/practice` });
  } else await addAt(tenantId, { ...situation.registration });
  await until(subject, { api, peer }, `begins as ${situation.name}`, situation.begins ?? isActive);
}

async function until(subject: Subject, stage: Stage, what: string, look: Look): Promise<void> {
  let last: RegistrationView | null = null;
  await waitFor(
    async () => {
      last = await stage.api.registration(subject.registrationId);
      return await look(last, subject, stage);
    },
    {
      what: `${subject.registrationId} ${what}`,
      milliseconds: 180_000,
      seen: () => last && standing(last, Date.now()),
    },
  );
}
