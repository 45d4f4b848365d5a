/**
 * What one request of a probe showed. Text of the peer is for the vendor table and for comparing only, never for
 * display.
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
  /** An introspection endpoint told about the token (RFC 7662 section 2.2), or a pushed request was taken. */
  | { readonly kind: 'accepted'; readonly status: number }
  /** An answer that is no OAuth answer: HTML, a redirect, a 2xx without an access token. */
  | { readonly kind: 'not-oauth'; readonly status: number; readonly what: 'html' | 'redirect' | 'no-token' | 'other' }
  /** No answer: network, timeout, or refused by the guard. */
  | { readonly kind: 'no-answer' };

export type ErrorObservation = Extract<ProbeObservation, { kind: 'error' }>;

/**
 * What a wrong secret was answered, for one (token endpoint, authentication method, kind of client, form of probe).
 * `controlDiffers`: a good secret was seen to be answered otherwise.
 */
export interface ProbeKnowledge {
  readonly controlDiffers: boolean;
  /** `{status} {error}` of the wrong secret. */
  readonly controlAnswer: string;
  /** Milliseconds since the epoch, UTC. */
  readonly learnedAt: number;
}

/** Error codes are short words (RFC 6749 section 5.2); whatever else a peer writes there is not kept. */
const errorWord = /^[A-Za-z][A-Za-z0-9_.-]{0,59}$/;

/** `{status} {error}`: what is compared and kept. Descriptions are left out, as they may carry ids and times. */
export function answerKey(observation: ProbeObservation): string {
  switch (observation.kind) {
    case 'error':
      return `${observation.status} ${errorWord.test(observation.error ?? '') ? observation.error : '-'}`;
    case 'tokens':
    case 'accepted':
      return `${observation.status} ${observation.kind}`;
    case 'not-oauth':
      return `${observation.status} ${observation.what}`;
    case 'no-answer':
      return 'no answer';
  }
}

/**
 * Whether an answer refuses the client itself (RFC 6749 section 5.2): only with such a one to a wrong secret can
 * anything be compared. A firewall's 403 says nothing about a secret.
 */
export function refusesClient(observation: ProbeObservation): boolean {
  return observation.kind === 'error' && !isAway(observation) && judgesClientFirst(answerKey(observation));
}

/** {@link refusesClient} of an answer that was kept. */
export function judgesClientFirst(controlAnswer: string): boolean {
  const [status, error = ''] = controlAnswer.split(' ');
  return status === '401' || error === 'invalid_client' || error === 'unauthorized_client';
}

/** The server is busy or away: whatever it says, it says nothing about a credential. */
export function isAway(observation: ErrorObservation): boolean {
  return isBusy(observation.status) || awayErrors.has(observation.error ?? '');
}

const awayErrors: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);

/** HTTP statuses that pass. */
export function isBusy(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}
