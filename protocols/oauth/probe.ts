import { randomBytes } from 'node:crypto';
import {
  judgeProbe,
  knowledgeLifetime,
  type ProbeGrant,
  type ProbeJudgement,
  type ProbeObservation,
  type ProbeReason,
} from '../../domain/credential/probeVerdict.ts';
import type { Verdict } from '../../domain/credential/proofDecision.ts';
import type { ProbeKnowledge } from '../../domain/ports/ledgers/probeKnowledge.ts';
import { safeText } from '../../domain/text/redaction.ts';
import type { SafeText } from '../../domain/text/safe.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AuthMethod } from '../../domain/words.ts';
import type { AudienceSecret } from '../http/audience.ts';
import type { GuardedClient } from '../http/client.ts';
import { bodyLimits } from '../http/limits.ts';
import { generateControlKey, importSigningKey, type PrivateJwk } from './clientKeys.ts';
import { authenticationOf, type ClientCredential, observeTokenRequest } from './tokenRequest.ts';

export interface ProbeArgument {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  /** Null for a client without one. Sent only to its audience. */
  readonly clientSecret: AudienceSecret | null;
  /** What `private_key_jwt` signs with; needed by that method only. Never sent: its assertions go to `audience` only. */
  readonly privateKey?: { readonly jwk: PrivateJwk; readonly audience: readonly string[] } | null;
  readonly authMethod: AuthMethod;
  /** A registered redirect URI; null for a client without any. */
  readonly redirectUri: string | null;
  /** Registered grant types; when `client_credentials` is the only one it is the proof. */
  readonly grantTypes?: readonly string[];
  /** What is known of this token endpoint with this method. */
  readonly knowledge: ProbeKnowledge | null;
  /** Other secrets that the server knows, and may repeat in its answer. */
  readonly secretsInPlay?: readonly string[];
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
 * one control: with a wrong secret, a key that nobody registered or, for a public client, a random client id. Changes
 * nothing at the server. Never throws.
 */
export async function probeCredential(client: GuardedClient, argument: ProbeArgument): Promise<Probe> {
  const { authMethod, clientSecret, clientId } = argument;
  const secrets = [...(clientSecret === null ? [] : [clientSecret.value]), ...(argument.secretsInPlay ?? [])];
  const credential = await credentialOf(argument);
  if (credential === null) {
    const judged = { verdict: 'inconclusive', reason: 'method-not-supported', wantsControl: false } as const;
    return result(authMethod, judged, null, secrets);
  }
  const grant = grantOf(argument);
  const send = senderOf(client, argument, grant);
  const observation = await send(clientId, credential);
  const knowledge = freshEnough(argument);
  const judged = judgeProbe({ observation, grant, control: null, knowledge });
  if (!judged.wantsControl || !argument.allowControl) return result(authMethod, judged, observation, secrets);
  const wrong = randomBytes(32).toString('base64url');
  const control =
    credential.authMethod === 'none'
      ? await send(wrong, credential)
      : await send(clientId, await wrongCredential(credential, wrong));
  const final = judgeProbe({ observation, grant, control, knowledge });
  const learned = final.learned === undefined ? {} : { learned: { ...final.learned, learnedAt: argument.clock.now() } };
  return { ...result(authMethod, final, observation, secrets), ...learned };
}

/** Null: what the method authenticates with is not there, or no key of ours. */
async function credentialOf(argument: ProbeArgument): Promise<ClientCredential | null> {
  const { authMethod, clientSecret, privateKey } = argument;
  if (authMethod === 'none') return { authMethod };
  if (authMethod !== 'private_key_jwt') {
    return clientSecret === null ? null : { authMethod, secret: clientSecret.value };
  }
  try {
    return privateKey == null ? null : { authMethod, key: await importSigningKey(privateKey.jwk) };
  } catch {
    // The library's error tells about the key.
    return null;
  }
}

/** Of the same form, so that nothing but the authentication can make a difference. */
async function wrongCredential(
  credential: Exclude<ClientCredential, { authMethod: 'none' }>,
  wrong: string,
): Promise<ClientCredential> {
  if (credential.authMethod !== 'private_key_jwt') return { ...credential, secret: wrong };
  return { ...credential, key: await generateControlKey(credential.key) };
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

function senderOf(client: GuardedClient, argument: ProbeArgument, grant: ProbeGrant) {
  const { tokenEndpoint, clientSecret, privateKey, authMethod, clock } = argument;
  const secret = authMethod === 'private_key_jwt' ? privateKey : clientSecret;
  // A public client has nothing to protect: its requests may go to the token endpoint itself.
  const audience = secret?.audience ?? [tokenEndpoint];
  const fetch = client.fetchFor({ audience, maxBytes: bodyLimits.registrationAnswer });
  const redirectUri = argument.redirectUri ?? 'https://registrar.invalid/callback';
  return (clientId: string, credential: ClientCredential): Promise<ProbeObservation> => {
    const authentication = authenticationOf(credential, tokenEndpoint, clock.now());
    return observeTokenRequest({ tokenEndpoint, clientId, authentication, grant, redirectUri, fetch });
  };
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
  'method-not-supported': 'Registrar does not hold what a client of this authentication method proves itself with',
};

/** What the control had instead of the right one. */
const controls: Readonly<Record<AuthMethod, string>> = {
  client_secret_basic: 'a wrong secret',
  client_secret_post: 'a wrong secret',
  private_key_jwt: 'a wrong key',
  none: 'an unknown client id',
};

function result(
  authMethod: AuthMethod,
  judged: ProbeJudgement,
  observation: ProbeObservation | null,
  secrets: readonly string[],
): Probe {
  const answer = answerOf(observation, secrets);
  const said =
    answer === null ? 'No answer' : `The token endpoint answered ${answer.status} ${answer.error ?? ''}`.trim();
  const described =
    observation?.kind === 'error' && observation.description !== null ? ` (${observation.description})` : '';
  const sentence = sentences[judged.reason].replace('a wrong secret', controls[authMethod]);
  const meaning = judged.vendor?.meaning ?? `${sentence}.`;
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
