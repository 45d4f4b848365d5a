import type { ProbeKnowledge } from '../ports/ledgers/probeKnowledge.ts';
import type { Verdict } from './proofDecision.ts';

/**
 * What one request to the token endpoint showed. Text of the peer is for the vendor table and for comparing only,
 * never for display.
 */
export type ProbeObservation =
  /** A JSON object, or a body without one, with an error status. `error` null: no OAuth error code in it. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly error: string | null;
      readonly description: string | null;
      readonly errorUri: string | null;
    }
  | { readonly kind: 'tokens'; readonly status: number }
  /** An answer that is no OAuth answer: HTML, a redirect, a 2xx without an access token. */
  | { readonly kind: 'not-oauth'; readonly status: number; readonly what: 'html' | 'redirect' | 'no-token' | 'other' }
  /** No answer: network, timeout, or refused by the guard. */
  | { readonly kind: 'no-answer' };

/** The grant that was tried. A bogus authorization code can never be accepted; client credentials can. */
export type ProbeGrant = 'authorization_code' | 'client_credentials';

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
  /** What this probe taught about the token endpoint and authentication method; absent when nothing. */
  readonly learned?: Omit<ProbeKnowledge, 'learnedAt'>;
  /** The entry of the vendor table that applied. */
  readonly vendor?: VendorError;
}

/** An answer that means something else than its OAuth error code says. */
export interface VendorError {
  readonly name: string;
  readonly matches: (observation: Extract<ProbeObservation, { kind: 'error' }>) => boolean;
  /** What it means and what to do, for people. */
  readonly meaning: string;
}

/** Oracle Health authorization server: errors by URI, sent as `invalid_grant` or `invalid_client` alike [doc]. */
export const vendorErrors: readonly VendorError[] = [
  {
    name: 'oracle-unknown-tenant',
    matches: ({ errorUri }) => errorUri?.includes('unknown-tenant') === true,
    meaning: 'The application is not provisioned for this tenant at Oracle Health, or asks for another SMART version.',
  },
  {
    name: 'oracle-client-persona-mismatch',
    matches: ({ errorUri }) => errorUri?.includes('client-persona-mismatch') === true,
    meaning: 'The application is registered for another persona (provider or patient) at Oracle Health.',
  },
];

/** Knowledge older than this is learned again when a control may be sent: servers are upgraded. */
export const knowledgeLifetime = 30 * 24 * 3600 * 1000;

/**
 * Judges what a probe showed (FACTS section 6). `invalid_grant` is good only once a wrong secret has been answered
 * otherwise at this token endpoint with this method: some servers judge the code before the client.
 *
 * `control` is what a wrong secret showed now; `knowledge` is what one showed before. Pure.
 */
export function judgeProbe(argument: {
  readonly observation: ProbeObservation;
  readonly grant: ProbeGrant;
  readonly control: ProbeObservation | null;
  readonly knowledge: Pick<ProbeKnowledge, 'controlDiffers' | 'controlAnswer'> | null;
  readonly vendorTable?: readonly VendorError[];
}): ProbeJudgement {
  const { observation, grant, control, knowledge } = argument;
  if (observation.kind === 'no-answer') return inconclusive('server-busy-or-away');
  if (observation.kind === 'not-oauth')
    return inconclusive(busy(observation.status) ? 'server-busy-or-away' : 'not-an-oauth-answer');
  if (observation.kind === 'tokens') {
    return grant === 'client_credentials' ? conclusion('good', 'authenticated') : inconclusive('bogus-code-accepted');
  }
  const vendor = (argument.vendorTable ?? vendorErrors).find((entry) => entry.matches(observation));
  if (vendor !== undefined) return { ...inconclusive('known-vendor-error'), vendor };
  if (isAway(observation)) return inconclusive('server-busy-or-away');
  if (observation.status === 404 || observation.status === 405) return inconclusive('not-an-oauth-answer');
  if (observation.error === 'invalid_client') return conclusion('rejected', 'client-rejected');
  if (control !== null) return judgeByControl(observation, control);
  if (knowledge !== null) return judgeByKnowledge(observation, knowledge);
  return { ...inconclusive('control-needed'), wantsControl: true };
}

/** Error codes are short words (RFC 6749 section 5.2); whatever else a peer writes there is not kept. */
const errorWord = /^[A-Za-z][A-Za-z0-9_.-]{0,59}$/;

/** `{status} {error}`: what is compared and kept. Descriptions are left out, as they may carry ids and times. */
export function answerKey(observation: ProbeObservation): string {
  switch (observation.kind) {
    case 'error':
      return `${observation.status} ${errorWord.test(observation.error ?? '') ? observation.error : '-'}`;
    case 'tokens':
      return `${observation.status} tokens`;
    case 'not-oauth':
      return `${observation.status} ${observation.what}`;
    case 'no-answer':
      return 'no answer';
  }
}

type ErrorObservation = Extract<ProbeObservation, { kind: 'error' }>;

function judgeByControl(observation: ErrorObservation, control: ProbeObservation): ProbeJudgement {
  // Only an OAuth answer to the wrong secret can be compared with.
  if (control.kind !== 'error' || isAway(control)) return inconclusive('control-inconclusive');
  const controlAnswer = answerKey(control);
  if (controlAnswer !== answerKey(observation)) {
    return { ...conclusion('good', 'differs-from-wrong-secret'), learned: { controlDiffers: true, controlAnswer } };
  }
  // Two equal `invalid_grant` show that the server judges the code first. Any other equal answer may as well mean
  // that both secrets are wrong, and teaches nothing.
  return observation.error === 'invalid_grant'
    ? { ...inconclusive('tells-nothing-here'), learned: { controlDiffers: false, controlAnswer } }
    : inconclusive('tells-nothing-here');
}

function judgeByKnowledge(
  observation: ErrorObservation,
  knowledge: Pick<ProbeKnowledge, 'controlDiffers' | 'controlAnswer'>,
): ProbeJudgement {
  if (!knowledge.controlDiffers) {
    return answerKey(observation) === knowledge.controlAnswer
      ? inconclusive('tells-nothing-here')
      : { ...inconclusive('control-needed'), wantsControl: true };
  }
  if (answerKey(observation) === knowledge.controlAnswer) return conclusion('rejected', 'same-as-wrong-secret');
  if (observation.error === 'invalid_grant') return conclusion('good', 'differs-from-wrong-secret');
  return { ...inconclusive('control-needed'), wantsControl: true };
}

function isAway(observation: ErrorObservation): boolean {
  return busy(observation.status) || awayErrors.has(observation.error ?? '');
}

const awayErrors: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);

function busy(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

function conclusion(verdict: Verdict, reason: ProbeReason): ProbeJudgement {
  return { verdict, reason, wantsControl: false };
}

function inconclusive(reason: ProbeReason): ProbeJudgement {
  return conclusion('inconclusive', reason);
}
