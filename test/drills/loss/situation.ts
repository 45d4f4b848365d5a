import type { RegistrationView } from '../../../domain/registration/view.ts';
import type { ApiCaller } from '../../support/apiCaller.ts';
import type { Behaviour } from '../../support/peers/behaviour.ts';
import type { Peer } from '../../support/peers/peer.ts';

/** One registration of the drill. */
export interface Subject {
  readonly tenantId: string;
  readonly registrationId: string;
  readonly situation: Situation;
  /** Operations that were answered 202, in order; one may be of the holder of its client. */
  readonly operations: { readonly registrationId: string; readonly operationId: string }[];
  /** Secrets that a person was given, and that the peer takes only later. */
  readonly promised: { clientId: string; clientSecret: string }[];
}

export interface Stage {
  readonly api: ApiCaller;
  readonly peer: Peer;
}

type Act = (subject: Subject, stage: Stage) => Promise<void>;
/** Whether a registration is as it is to be. */
export type Look = (view: RegistrationView, subject: Subject, stage: Stage) => boolean | Promise<boolean>;

/** A state that registrations are brought into through the API. The name of its peer's system is the tenant's id. */
export interface Situation {
  readonly name: string;
  readonly behaviour: Behaviour;
  /** Members of the new registration besides application and FHIR base. */
  readonly registration?: Readonly<Record<string, unknown>>;
  readonly site?: 'other';
  /** It uses the client of another registration at the same server, {@link holderOf}. */
  readonly shares?: true;
  /** Seen before {@link bring}; active when absent. */
  readonly begins?: Look;
  /** What a person does then. */
  readonly bring?: Act;
  /** It is there, and stays so however long it takes. */
  readonly reached: Look;
  /** What is done in the last second before the loss; nothing waits for its outcome. */
  readonly lastSecond?: Act;
  /** The last second asks for what brings it elsewhere: it need not stand as before. */
  readonly moves?: true;
  /** POSTs and PUTs that the peer sees in all before {@link later}, the loss between them; as many as before it when absent. */
  readonly writes?: number;
  /** Operations after the loss that must not release it. */
  readonly others?: Act;
  /** What releases it after the loss: its own operation, or what happens at the health system. */
  readonly later?: Act;
  /** How it looks then, by itself; as {@link reached} when absent. */
  readonly ends?: Look;
  /** POSTs and PUTs that {@link later} brings; none when absent. */
  readonly laterWrites?: number;
  /** Its operations go on for longer than the drill: an event tells that they were taken. */
  readonly goesOn?: true;
}

/** Whose client a subject uses that shares one. */
export function holderOf({ tenantId }: Pick<Subject, 'tenantId'>): { tenantId: string; registrationId: string } {
  return { tenantId: `${tenantId}-holder`, registrationId: `${tenantId}-holder.app.sandbox.main` };
}

/** Asks for something, of the subject unless said, and keeps the id of what was answered 202. */
export async function ask(
  { registrationId: own, operations }: Subject,
  { api }: Stage,
  action: string,
  body?: unknown,
  { method = 'POST', registrationId = own } = {},
): Promise<void> {
  const path = `/v1/registrations/${registrationId}${action === '' ? '' : `/${action}`}`;
  const { operationId } = await api.ok<{ operationId: string }>(method, path, body);
  operations.push({ registrationId, operationId });
}
