import { randomBytes } from 'node:crypto';
import type { Clock } from '../../domain/clock.ts';
import {
  judgeProbe,
  knowledgeLifetime,
  type ProbeGrant,
  type ProbeJudgement,
  type ProbeObservation,
  type ProbeReason,
} from '../../domain/probeVerdict.ts';
import type { Verdict } from '../../domain/proofDecision.ts';
import type { ProbeKnowledge } from '../../domain/records.ts';
import { safeText } from '../../domain/redaction.ts';
import type { SafeText } from '../../domain/safeText.ts';
import type { AuthMethod } from '../../domain/words.ts';
import type { AudienceSecret } from '../http/audience.ts';
import type { GuardedClient } from '../http/client.ts';
import { bodyLimits } from '../http/limits.ts';
import { observeTokenRequest, type ProbedAuthMethod } from './tokenRequest.ts';

export interface ProbeArgument {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  /** Null for a public client. Sent only to its audience. */
  readonly clientSecret: AudienceSecret | null;
  readonly authMethod: AuthMethod;
  /** A registered redirect URI; null for a client without any. */
  readonly redirectUri: string | null;
  /** Registered grant types; when `client_credentials` is the only one it is the proof. */
  readonly grantTypes?: readonly string[];
  /** What is known of this token endpoint with this method. */
  readonly knowledge: ProbeKnowledge | null;
  /** Whether one request with a wrong secret may be sent. */
  readonly allowControl: boolean;
  readonly clock: Clock;
}

export interface Probe {
  readonly verdict: Verdict;
  readonly reason: ProbeReason;
  /** For people. */
  readonly message: SafeText;
  /** Null when there was no answer. */
  readonly answer: { readonly status: number; readonly error: SafeText | null } | null;
  /** To keep for this token endpoint and method. */
  readonly learned?: ProbeKnowledge;
}

/**
 * Proves a credential without a user (FACTS section 6): a bogus authorization code, or client credentials, and at most
 * one control with a wrong secret (for a public client: a random client id). Changes nothing at the server. Never
 * throws.
 */
export async function probeCredential(client: GuardedClient, argument: ProbeArgument): Promise<Probe> {
  const { authMethod, clientSecret } = argument;
  const secrets = clientSecret === null ? [] : [clientSecret.value];
  if (!isProbed(authMethod) || (authMethod !== 'none' && clientSecret === null)) {
    return result({ verdict: 'inconclusive', reason: 'method-not-supported', wantsControl: false }, null, secrets);
  }
  const grant = grantOf(argument);
  const send = senderOf(client, argument, authMethod, grant);
  const observation = await send(argument.clientId, secrets[0] ?? '');
  const knowledge = freshEnough(argument);
  const judged = judgeProbe({ observation, grant, control: null, knowledge });
  if (!judged.wantsControl || !argument.allowControl) return result(judged, observation, secrets);
  const wrong = randomBytes(32).toString('base64url');
  const control = await (authMethod === 'none' ? send(wrong, '') : send(argument.clientId, wrong));
  const final = judgeProbe({ observation, grant, control, knowledge });
  const learned = final.learned === undefined ? {} : { learned: { ...final.learned, learnedAt: argument.clock.now() } };
  return { ...result(final, observation, secrets), ...learned };
}

function isProbed(method: AuthMethod): method is ProbedAuthMethod {
  return method !== 'private_key_jwt';
}

function grantOf(argument: ProbeArgument): ProbeGrant {
  const grants = argument.grantTypes ?? [];
  const only = grants.length > 0 && grants.every((grant) => grant === 'client_credentials');
  return only && argument.authMethod !== 'none' ? 'client_credentials' : 'authorization_code';
}

/** Old knowledge is learned anew where a control may be sent; where it may not, it is the best there is. */
function freshEnough(argument: ProbeArgument): ProbeKnowledge | null {
  const { knowledge, allowControl, clock } = argument;
  const old = knowledge !== null && clock.now() - knowledge.learnedAt > knowledgeLifetime;
  return old && allowControl ? null : knowledge;
}

function senderOf(client: GuardedClient, argument: ProbeArgument, authMethod: ProbedAuthMethod, grant: ProbeGrant) {
  const { tokenEndpoint, clientSecret } = argument;
  // A public client has nothing to protect: its requests may go to the token endpoint itself.
  const audience = clientSecret === null ? [tokenEndpoint] : clientSecret.audience;
  const fetch = client.fetchFor({ audience, maxBytes: bodyLimits.registrationAnswer });
  const redirectUri = argument.redirectUri ?? 'https://registrar.invalid/callback';
  return (clientId: string, secret: string): Promise<ProbeObservation> =>
    observeTokenRequest({ tokenEndpoint, clientId, clientSecret: secret, authMethod, grant, redirectUri, fetch });
}

const sentences: Readonly<Record<ProbeReason, string>> = {
  authenticated: 'the client authenticated',
  'client-rejected': 'the client is refused',
  'same-as-wrong-secret': 'a wrong secret gets the same answer, and a good one another',
  'differs-from-wrong-secret': 'the client authenticated: a wrong secret gets another answer',
  'tells-nothing-here': 'a wrong secret gets the same answer, so it tells nothing',
  'control-needed': 'only a control request with a wrong secret could tell what this means',
  'control-inconclusive': 'the control request with a wrong secret got no comparable answer',
  'server-busy-or-away': 'the token endpoint is busy or away',
  'not-an-oauth-answer': 'this is no answer of an OAuth token endpoint',
  'known-vendor-error': 'a known error of this vendor',
  'bogus-code-accepted': 'the token endpoint accepted an authorization code that does not exist',
  'method-not-supported': 'Registrar cannot prove a credential of this authentication method',
};

function result(judged: ProbeJudgement, observation: ProbeObservation | null, secrets: readonly string[]): Probe {
  const answer = answerOf(observation, secrets);
  const said =
    answer === null ? 'No answer' : `The token endpoint answered ${answer.status} ${answer.error ?? ''}`.trim();
  const described =
    observation?.kind === 'error' && observation.description !== null ? ` (${observation.description})` : '';
  const meaning = judged.vendor?.meaning ?? `${sentences[judged.reason]}.`;
  return {
    verdict: judged.verdict,
    reason: judged.reason,
    message: safeText(`${said}${described}; ${meaning}`, secrets),
    answer,
  };
}

function answerOf(observation: ProbeObservation | null, secrets: readonly string[]): Probe['answer'] {
  if (observation === null || observation.kind === 'no-answer') return null;
  const error =
    observation.kind === 'error' && observation.error !== null ? safeText(observation.error, secrets) : null;
  return { status: observation.status, error };
}
