import { randomUUID } from 'node:crypto';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import type { ApiCaller } from '../../support/apiCaller.ts';
import type { Behaviour } from '../../support/peers/behaviour.ts';
import type { Peer } from '../../support/peers/peer.ts';
import { waitFor } from '../../support/waitFor.ts';

/** One registration of the drill. */
export interface Subject {
  /** From 0, by which it has a caller. */
  readonly index: number;
  readonly tenantId: string;
  readonly applicationId: string;
  readonly registrationId: string;
  readonly situation: Situation;
  /** Operations that were answered 202, in order; one may be of the holder of its client. */
  readonly operations: { readonly registrationId: string; readonly operationId: string }[];
  /** Secrets that a person was given, and that the peer takes only later. */
  readonly promised: { clientId: string; clientSecret: string }[];
}

export interface Stage {
  readonly peer: Peer;
  /** An administrator: one of several, as what one may do within an hour is bounded. */
  callerOf(subject: Pick<Subject, 'index'>): ApiCaller;
  /** A registration as the database has it; rejects where it has none. */
  view(registrationId: string): Promise<RegistrationView>;
  /** Another hand gives applications a secret to read that no health system takes. */
  spoilSecret(registrationId: string): Promise<void>;
}

export type Act = (subject: Subject, stage: Stage) => Promise<void>;
/** Whether a registration is as it is to be. */
export type Look = (view: RegistrationView, subject: Subject, stage: Stage) => boolean | Promise<boolean>;

/** A state that registrations are brought into through the API. The name of its peer's system is the tenant's id. */
export interface Situation {
  readonly name: string;
  readonly behaviour: Behaviour;
  /** Members of the new registration besides application and FHIR base. */
  readonly registration?: Readonly<Record<string, unknown>>;
  /** The FHIR base is on another site than the authorization server; or both are at an address that no other system has. */
  readonly site?: 'other' | 'apart';
  /** Another registration, {@link holderOf}, has a client at the same server; `shares`: it uses that one. */
  readonly holder?: 'shares' | 'beside';
  /** Seen before {@link bring}; active when absent. */
  readonly begins?: Look;
  /** What a person does then. */
  readonly bring?: Act;
  /** It is there, and stays so however long it takes. */
  readonly reached: Look;
  /** What brings it further at the end, while the database takes no answers: it is where it is to be once {@link held}. */
  readonly unkept?: { readonly act: Act; readonly held: Look };
  /** What is done in the last second before the loss; nothing waits for its outcome. */
  readonly lastSecond?: Act;
  /** What was asked for waits for {@link later}: no event tells of it before. */
  readonly waits?: true;
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
  /** Clients that it is to leave in the orphan ledger with their registration access token. */
  readonly leaves?: number;
  /** Its operations go on for longer than the drill: an event tells that they were taken. */
  readonly goesOn?: true;
}

type Ids = Pick<Subject, 'tenantId' | 'applicationId'>;

/** Who holds a client where a subject shares one, or is answered with one. */
export function holderOf({ tenantId, applicationId }: Ids): { tenantId: string; registrationId: string } {
  return { tenantId: `${tenantId}-holder`, registrationId: `${tenantId}-holder.${applicationId}.sandbox.main` };
}

/**
 * Asks for something, of the subject unless said, and keeps the id of what was answered 202. What a part of the product
 * has no time for, right after the loss, is sent again under the same key, as an operator would.
 */
export async function ask(
  subject: Subject,
  stage: Stage,
  action: string,
  body?: unknown,
  { method = 'POST', registrationId = subject.registrationId } = {},
): Promise<void> {
  const path = `/v1/registrations/${registrationId}${action === '' ? '' : `/${action}`}`;
  const caller = stage.callerOf(subject);
  const headers = { 'idempotency-key': randomUUID() };
  let last: number | null = null;
  const answer = await waitFor(
    async () => {
      const { status, body: answered } = await caller.call<{ operationId?: string }>(method, path, body, headers);
      last = status;
      return status === 503 || status === 429 ? null : { status, answered };
    },
    { what: `an answer to ${method} ${path}`, milliseconds: 180_000, seen: () => last },
  );
  const { operationId } = answer.answered ?? {};
  if (operationId === undefined)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.answered)}`);
  subject.operations.push({ registrationId, operationId });
}
