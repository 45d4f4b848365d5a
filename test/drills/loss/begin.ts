import { isActive, until } from './acts.ts';
import { inLanes } from './lanes.ts';
import { holderOf, type Stage, type Subject } from './situation.ts';

/** Adds the application and the registrations, and waits until each is where it begins. */
export async function addAll(stage: Stage, subjects: readonly Subject[]): Promise<void> {
  const [first] = subjects;
  if (first === undefined) return;
  await stage.callerOf(first).ok('PUT', `/v1/applications/${first.applicationId}`, {
    clientMetadata: {
      client_name: 'Drill',
      redirect_uris: ['https://app.example.org/callback'],
      scope: 'openid patient/*.rs',
    },
    environments: { sandbox: { class: 'nonProduction' }, production: { class: 'production' } },
  });
  await inLanes(subjects, (subject) => add(subject, stage));
}

/** Does what brings each where it is to be, and waits until it is there. */
export async function bringAll(stage: Stage, subjects: readonly Subject[]): Promise<void> {
  await inLanes(subjects, async (subject) => {
    const { bring, reached, name } = subject.situation;
    await bring?.(subject, stage);
    await until(subject, stage, `is ${name}`, (view) => reached(view, subject, stage));
  });
}

/** While the database takes no answers: these are spooled. */
export async function leaveUnkept(stage: Stage, subjects: readonly Subject[]): Promise<void> {
  await inLanes(subjects, async (subject) => {
    const { unkept, name } = subject.situation;
    if (unkept === undefined) return;
    await unkept.act(subject, stage);
    await until(subject, stage, `is ${name}`, (view) => unkept.held(view, subject, stage));
  });
}

async function add(subject: Subject, stage: Stage): Promise<void> {
  const { tenantId, applicationId, situation } = subject;
  const { peer } = stage;
  peer.program(tenantId, situation.behaviour, situation.site === 'apart' ? 'apart' : undefined);
  const base = peer.fhirBaseUrl(tenantId, situation.site === 'other' ? 'other' : 'same');
  const addAt = (id: string, more: object) =>
    stage.callerOf(subject).ok('POST', '/v1/tenants', {
      tenantId: id,
      name: id,
      registrations: [{ applicationId, environment: 'sandbox', fhirBaseUrl: base, ...more }],
    });
  if (situation.holder === undefined) await addAt(tenantId, { ...situation.registration });
  else {
    const holder = holderOf(subject);
    await addAt(holder.tenantId, {});
    await until(holder, stage, 'has a client', ({ phase }) => phase === 'active');
    const shared = situation.holder === 'shares' ? { shareWith: holder.registrationId } : {};
    await addAt(tenantId, { ...shared, fhirBaseUrl: `${base}/practice` });
  }
  const begins = situation.begins ?? isActive;
  await until(subject, stage, `begins as ${situation.name}`, (view) => begins(view, subject, stage));
}
