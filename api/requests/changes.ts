import type { z } from 'zod';
import {
  type Application,
  clientMetadataSchema,
  effectiveMetadata,
  mergePatch,
  rotationPolicySchema,
} from '../../domain/client/metadata.ts';
import type { ApplicationRecord } from '../../domain/ports/callers/applications.ts';
import type { OwnSettings } from '../../domain/ports/callers/ownSettings.ts';
import type { RegistrationView } from '../../domain/registration/view.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { type Fault, fault, refuseFaults } from '../problems/faults.ts';
import { pointerOf } from '../problems/pointers.ts';
import { notFound, ProblemError } from '../problems/problem.ts';
import type { RegistrationPatch } from '../schemas/registration/change.ts';
import type { TakeBack } from './actions.ts';

type Records = Pick<
  ApiDependencies['records'],
  'application' | 'applicationRevision' | 'ownSettings' | 'putOwnSettings' | 'takeBackOwnSettings'
>;

/** Writers that may come first before this one gives up. */
const attempts = 5;

/**
 * Stores what a registration sets itself, changed by a merge patch; stores nothing when that is the same as before.
 * Rejects with a problem that lists every fault, before anything is stored.
 *
 * @returns what takes it back, unless another change came after it.
 */
export async function storeChange(
  records: Records,
  registration: RegistrationView,
  patch: RegistrationPatch,
  actor: string,
): Promise<TakeBack> {
  const { registrationId, applicationId, environment, phase } = registration;
  if (phase === 'retired' || phase === 'retiring')
    throw new ProblemError('operation-refused', `The registration is ${phase}; it cannot be changed any more.`, {
      reason: 'OperationNotPossible',
    });
  if (registration.clientBinding === 'shared')
    throw new ProblemError(
      'operation-refused',
      `The client belongs to ${registration.holderRegistrationId ?? 'another registration'}; change that one.`,
      { reason: 'OperationNotPossible' },
    );
  const newest = await records.application(applicationId);
  if (newest === null) throw notFound('application');
  const application = await wantedApplication(records, newest, registration, patch.revision);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const own = await records.ownSettings(registrationId);
    if (own === null) throw notFound('registration');
    const changed = changedSettings(own.settings, patch);
    refuseFaults(faultsOf(application, newest.application, environment, changed));
    if (isSame(own.settings, changed)) return async () => undefined;
    if (await records.putOwnSettings(registrationId, own.revision, changed, actor))
      return () => records.takeBackOwnSettings(registrationId, own.revision + 1, actor);
  }
  throw new ProblemError('request-in-progress', 'Others change this registration too. Send the request again.', {
    headers: { 'retry-after': '1' },
  });
}

async function wantedApplication(
  records: Records,
  { applicationId, revision, application }: ApplicationRecord,
  registration: RegistrationView,
  wanted: number = revision,
): Promise<Application> {
  if (wanted === revision) return application;
  if (registration.credential === null)
    refuseFaults([fault('validation-failed', '/revision', `there is no client yet; it gets the newest, ${revision}`)]);
  const found = await records.applicationRevision(applicationId, wanted);
  if (found === null) throw unknownRevision(wanted, revision);
  return found;
}

/** The application has no such revision. */
export function unknownRevision(wanted: number, newest: number): ProblemError {
  const message = `there is no revision ${wanted}; the newest is ${newest}`;
  return new ProblemError('validation-failed', `/revision: ${message}.`, {
    errors: [{ pointer: '/revision', message }],
  });
}

function changedSettings(settings: OwnSettings, patch: RegistrationPatch): OwnSettings {
  const { clientMetadata, rotationPolicy, policies } = patch;
  const given = Object.entries({ clientMetadata, rotationPolicy, policies }).filter(([, part]) => part !== undefined);
  return mergePatch(settings, Object.fromEntries(given)) as OwnSettings;
}

/** What is wrong with the whole that a patch would lead to. */
function faultsOf(
  { clientMetadata, environments }: Application,
  newest: Application,
  environment: string,
  changed: OwnSettings,
): Fault[] {
  const application = { ...newest, clientMetadata, environments };
  const metadata = clientMetadataSchema.safeParse(
    effectiveMetadata(application, environment, changed.clientMetadata ?? {}),
  );
  const policy = rotationPolicySchema.safeParse(mergePatch(newest.rotationPolicy, changed.rotationPolicy ?? {}));
  return [...faultsAt('clientMetadata', metadata.error), ...faultsAt('rotationPolicy', policy.error)];
}

function faultsAt(member: string, error: z.ZodError | undefined): Fault[] {
  return (error?.issues ?? []).map(({ path, message }) =>
    fault('validation-failed', pointerOf([member, ...path]), message),
  );
}

/** As JSON, whatever the order of members: a database does not keep it. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === null || other === null || typeof one !== 'object' || typeof other !== 'object') return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => isSame(Reflect.get(one, name), Reflect.get(other, name)));
}
