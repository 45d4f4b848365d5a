import {
  answerKey,
  type ErrorObservation,
  isAway,
  isBusy,
  judgesClientFirst,
  type ProbeKnowledge,
  type ProbeObservation,
  refusesClient,
} from './probeAnswer.ts';
import type { ProbeForm, ProbeGrant } from './probeForms.ts';
import type { Verdict } from './proofDecision.ts';
import { knownError, type VendorError } from './vendorErrors.ts';

export type ProbeReason =
  | 'authenticated'
  | 'client-rejected'
  | 'same-as-wrong-secret'
  | 'differs-from-wrong-secret'
  | 'tells-nothing-here'
  | 'control-needed'
  | 'control-inconclusive'
  | 'server-busy-or-away'
  | 'not-an-oauth-answer'
  | 'known-vendor-error'
  | 'bogus-code-accepted'
  | 'method-not-supported';

export interface ProbeJudgement {
  readonly verdict: Verdict;
  readonly reason: ProbeReason;
  /** A control request with a wrong secret would tell more. */
  readonly wantsControl: boolean;
  /** What this probe taught about its token endpoint, method, kind of client and form; absent when nothing. */
  readonly learned?: Omit<ProbeKnowledge, 'learnedAt'>;
  /** The entry of the vendor table that applied. */
  readonly vendor?: VendorError;
}

/** Knowledge older than this is learned again when a control may be sent: servers are upgraded. */
export const knowledgeLifetime = 30 * 24 * 3600 * 1000;

/**
 * Where none may be sent it counts for longer, as there is nothing better, and not for ever. A secret of 90 days brings a
 * control when it is replaced, well before.
 */
export const uncontrolledLifetime = 3 * knowledgeLifetime;

interface Judged {
  readonly observation: ProbeObservation;
  readonly form: ProbeForm;
  readonly grant: ProbeGrant;
  /** What a wrong secret showed now; null = none was sent. */
  readonly control: ProbeObservation | null;
  /** What one showed before, for the same kind of client and form. */
  readonly knowledge: Pick<ProbeKnowledge, 'controlDiffers' | 'controlAnswer'> | null;
  readonly vendorErrors: readonly VendorError[];
}

/**
 * Judges what a probe showed (FACTS section 6). An answer that only an authenticated client should get is good once a
 * wrong secret has been answered as one: some servers judge the code before the client. Pure.
 */
export function judgeProbe(argument: Judged): ProbeJudgement {
  const { observation, form, control, knowledge } = argument;
  if (observation.kind === 'no-answer') return inconclusive('server-busy-or-away');
  if (observation.kind === 'not-oauth')
    return inconclusive(isBusy(observation.status) ? 'server-busy-or-away' : 'not-an-oauth-answer');
  if (observation.kind === 'tokens')
    return form === 'client_credentials' ? conclusion('good', 'authenticated') : inconclusive('bogus-code-accepted');
  if (observation.kind === 'error') {
    const vendor = knownError(argument.vendorErrors, observation);
    if (vendor !== null) return { ...conclusion(vendor.verdict, 'known-vendor-error'), vendor };
    if (isAway(observation)) return inconclusive('server-busy-or-away');
    if (observation.status === 404 || observation.status === 405) return inconclusive('not-an-oauth-answer');
    if (observation.error === 'invalid_client') return conclusion('rejected', 'client-rejected');
  }
  if (control !== null) return judgeByControl(observation, control);
  if (knowledge !== null) return judgeByKnowledge(argument, observation, knowledge);
  return { ...inconclusive('control-needed'), wantsControl: true };
}

/** Codes that a server has for a client that it knows (RFC 6749 section 5.2, RFC 8707, RFC 9126). */
const afterAuthentication: ReadonlySet<string> = new Set([
  'invalid_grant',
  'invalid_scope',
  'invalid_request',
  'invalid_target',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'invalid_redirect_uri',
  'access_denied',
]);

function mayBeAuthenticated(observation: ProbeObservation): boolean {
  return (
    observation.kind === 'accepted' ||
    (observation.kind === 'error' && afterAuthentication.has(observation.error ?? ''))
  );
}

function judgeByControl(observation: ProbeObservation, control: ProbeObservation): ProbeJudgement {
  const controlAnswer = answerKey(control);
  const same = controlAnswer === answerKey(observation);
  const lesson = { learned: { controlDiffers: !same, controlAnswer } };
  if (refusesClient(control)) {
    // Two equal refusals may mean that both secrets are wrong: what a wrong one gets is known all the same.
    if (same) return { ...inconclusive('tells-nothing-here'), ...lesson };
    return mayBeAuthenticated(observation)
      ? { ...conclusion('good', 'differs-from-wrong-secret'), ...lesson }
      : { ...inconclusive('not-an-oauth-answer'), learned: { controlDiffers: false, controlAnswer } };
  }
  // The server judges what is asked before who asks.
  if (same && mayBeAuthenticated(observation)) return { ...inconclusive('tells-nothing-here'), ...lesson };
  return inconclusive('control-inconclusive');
}

function judgeByKnowledge(
  { form, grant }: Judged,
  observation: ProbeObservation,
  { controlDiffers, controlAnswer }: NonNullable<Judged['knowledge']>,
): ProbeJudgement {
  if (answerKey(observation) === controlAnswer)
    return controlDiffers && !mayRefuseTheGrant(observation, form, grant)
      ? conclusion('rejected', 'same-as-wrong-secret')
      : inconclusive('tells-nothing-here');
  if (judgesClientFirst(controlAnswer) && isTelling(observation, controlAnswer))
    return conclusion('good', 'differs-from-wrong-secret');
  return { ...inconclusive('control-needed'), wantsControl: true };
}

/** Told without another control, as nothing but the authentication stands before these. */
function isTelling(observation: ProbeObservation, controlAnswer: string): boolean {
  if (observation.kind === 'accepted') return true;
  const { error } = observation as ErrorObservation;
  return error === 'invalid_grant' || (error === 'invalid_scope' && controlAnswer.endsWith(' invalid_client'));
}

/**
 * `unauthorized_client` is also what a client with the right secret gets that may not use a grant (RFC 6749 section
 * 5.2; Keycloak: a client without service account): believed only of the grant that users authorize it by.
 */
function mayRefuseTheGrant(observation: ProbeObservation, form: ProbeForm, grant: ProbeGrant): boolean {
  if (observation.kind !== 'error' || observation.error !== 'unauthorized_client') return false;
  return form !== 'introspection' && !(form === 'authorization_code' && grant === 'authorization_code');
}

function conclusion(verdict: Verdict, reason: ProbeReason): ProbeJudgement {
  return { verdict, reason, wantsControl: false };
}

function inconclusive(reason: ProbeReason): ProbeJudgement {
  return conclusion('inconclusive', reason);
}
