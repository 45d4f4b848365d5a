import { randomBytes } from 'node:crypto';
import type { ProbeKnowledge, ProbeObservation } from '../../domain/credential/probeAnswer.ts';
import { refusesClient } from '../../domain/credential/probeAnswer.ts';
import { orderForms, type ProbeForm, probeGrant } from '../../domain/credential/probeForms.ts';
import {
  judgeProbe,
  knowledgeLifetime,
  type ProbeJudgement,
  type ProbeReason,
  uncontrolledLifetime,
} from '../../domain/credential/probeVerdict.ts';
import type { Verdict } from '../../domain/credential/proofDecision.ts';
import type { VendorError } from '../../domain/credential/vendorErrors.ts';
import { safeText } from '../../domain/text/redaction.ts';
import type { SafeText } from '../../domain/text/safe.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AuthMethod } from '../../domain/words.ts';
import type { AudienceSecret } from '../http/audience.ts';
import type { GuardedClient } from '../http/client.ts';
import { bodyLimits } from '../http/limits.ts';
import { originOf } from '../http/publicUrl.ts';
import { generateControlKey, importSigningKey, type PrivateJwk } from './clientKeys.ts';
import { authenticationOf, type ClientCredential, observeProbe } from './tokenRequest.ts';

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
  /** Registered scopes that a backend service asks with; empty or absent = none. */
  readonly scope?: string;
  /** Of the approved snapshot; used only on an origin that the credential may be sent to. Null or absent = none. */
  readonly introspectionEndpoint?: string | null;
  readonly pushedRequestEndpoint?: string | null;
  /** What is known of this token endpoint with this method and kind of client, by form. */
  readonly knowledge: Readonly<Partial<Record<ProbeForm, ProbeKnowledge>>>;
  /** Age in milliseconds from which it does not count; by default as long as servers are expected to stay the same. */
  readonly knowledgeAge?: number | undefined;
  readonly vendorErrors?: readonly VendorError[];
  /** Other secrets that the server knows, and may repeat in its answer. */
  readonly secretsInPlay?: readonly string[];
  /** Whether one request with a wrong secret may be sent. */
  readonly allowControl: boolean;
  /** Refusals that this probe may bring about before it stops, controls apart; 1 by default. */
  readonly refusals?: number;
  readonly clock: Clock;
}

export interface Probe {
  readonly verdict: Verdict;
  readonly reason: ProbeReason;
  /** For people. */
  readonly message: SafeText;
  /** Null when there was no answer. */
  readonly answer: { readonly status: number; readonly error: SafeText | null } | null;
  /** To keep for this token endpoint, method and kind of client, by form. */
  readonly learned?: Readonly<Partial<Record<ProbeForm, ProbeKnowledge>>>;
  /** Requests that were answered by refusing the client: what a lock-out may count. */
  readonly refused: { readonly credential: number; readonly control: number };
  readonly controlSent: boolean;
}

/** Requests with the credential in one probe, controls apart. */
const mostForms = 3;

/**
 * Proves a credential without a user (FACTS section 6): by the form of probe that tells most here, and by another where
 * it told nothing; with at most one control: a wrong secret, a key that nobody registered or, for a public client, a
 * random client id. Changes nothing at the server. Never throws.
 */
export async function probeCredential(client: GuardedClient, argument: ProbeArgument): Promise<Probe> {
  const { authMethod, clientSecret } = argument;
  const secrets = [...(clientSecret === null ? [] : [clientSecret.value]), ...(argument.secretsInPlay ?? [])];
  const credential = await credentialOf(argument);
  if (credential === null) {
    const judged = { verdict: 'inconclusive', reason: 'method-not-supported', wantsControl: false } as const;
    return { ...shown(authMethod, judged, null, secrets), refused: { credential: 0, control: 0 }, controlSent: false };
  }
  const grant = probeGrant(argument.grantTypes ?? [], authMethod);
  const knowledge = freshEnough(argument);
  const forms = orderForms({ grant, authMethod, reachable: reachableForms(argument), knowledge });
  const refused = { credential: 0, control: 0 };
  const learned: Partial<Record<ProbeForm, ProbeKnowledge>> = {};
  let controlSent = false;
  let told: ReturnType<typeof shown> | null = null;
  for (const form of forms.slice(0, mostForms)) {
    // Without knowledge and without a control hardly a form tells anything: not worth a request.
    const comparable = knowledge[form] !== undefined || (argument.allowControl && !controlSent);
    if (told !== null && !comparable) continue;
    const send = senderOf(client, argument, form);
    const observation = await send(argument.clientId, credential);
    if (refusesClient(observation)) refused.credential += 1;
    const { vendorErrors = [] } = argument;
    const given = { observation, form, grant, knowledge: knowledge[form] ?? null, vendorErrors };
    let judged = judgeProbe({ ...given, control: null });
    if (judged.wantsControl && argument.allowControl && !controlSent) {
      controlSent = true;
      const control = await sendControl(send, argument.clientId, credential);
      if (refusesClient(control)) refused.control += 1;
      judged = judgeProbe({ ...given, control });
    }
    if (judged.learned !== undefined) learned[form] = { ...judged.learned, learnedAt: argument.clock.now() };
    // What the best form says is told, unless another one says more.
    if (told === null || judged.verdict !== 'inconclusive') told = shown(authMethod, judged, observation, secrets);
    if (isOver(judged) || refused.credential >= (argument.refusals ?? 1)) break;
  }
  if (told === null) throw new Error('a token endpoint can always be asked');
  return { ...told, ...(Object.keys(learned).length === 0 ? {} : { learned }), refused, controlSent };
}

/** Whether no other form would tell more now. */
function isOver({ verdict, reason }: ProbeJudgement): boolean {
  return verdict !== 'inconclusive' || reason === 'server-busy-or-away' || reason === 'known-vendor-error';
}

type Send = ReturnType<typeof senderOf>;

async function sendControl(send: Send, clientId: string, credential: ClientCredential): Promise<ProbeObservation> {
  const wrong = randomBytes(32).toString('base64url');
  return credential.authMethod === 'none'
    ? await send(wrong, credential)
    : await send(clientId, await wrongCredential(credential, wrong));
}

/** The token endpoint takes all but two forms, whose endpoints may lie on origins that nobody approved (DESIGN section 9). */
function reachableForms(argument: ProbeArgument): ProbeForm[] {
  const approved = audienceOf(argument).map(originOf);
  const reachable = (url: string | null | undefined) => url != null && approved.includes(originOf(url));
  return [
    'authorization_code',
    'refresh_token',
    'client_credentials',
    ...(reachable(argument.introspectionEndpoint) ? (['introspection'] as const) : []),
    ...(reachable(argument.pushedRequestEndpoint) ? (['pushed_request'] as const) : []),
  ];
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

/** Old knowledge is learned anew where a control may be sent; where it may not, it says nothing in the end. */
function freshEnough({ knowledge, allowControl, knowledgeAge, clock }: ProbeArgument): ProbeArgument['knowledge'] {
  const most = knowledgeAge ?? (allowControl ? knowledgeLifetime : uncontrolledLifetime);
  const fresh = Object.entries(knowledge).filter(([, { learnedAt }]) => clock.now() - learnedAt <= most);
  return Object.fromEntries(fresh);
}

/** Origins that the credential may be sent to. A public client has nothing to protect. */
function audienceOf({ tokenEndpoint, clientSecret, privateKey, authMethod }: ProbeArgument): readonly string[] {
  const secret = authMethod === 'private_key_jwt' ? privateKey : clientSecret;
  return secret?.audience ?? [tokenEndpoint];
}

function senderOf(client: GuardedClient, argument: ProbeArgument, form: ProbeForm) {
  const { tokenEndpoint, introspectionEndpoint, pushedRequestEndpoint, scope = '', clock } = argument;
  const fetch = client.fetchFor({ audience: audienceOf(argument), maxBytes: bodyLimits.registrationAnswer });
  const redirectUri = argument.redirectUri ?? 'https://registrar.invalid/callback';
  const others: Partial<Record<ProbeForm, string | null | undefined>> = {
    introspection: introspectionEndpoint,
    pushed_request: pushedRequestEndpoint,
  };
  const endpoint = others[form] ?? tokenEndpoint;
  return (clientId: string, credential: ClientCredential): Promise<ProbeObservation> => {
    const authentication = authenticationOf(credential, tokenEndpoint, clock.now());
    return observeProbe({ tokenEndpoint, endpoint, clientId, authentication, form, redirectUri, scope, fetch });
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

function shown(
  authMethod: AuthMethod,
  judged: ProbeJudgement,
  observation: ProbeObservation | null,
  secrets: readonly string[],
): Pick<Probe, 'verdict' | 'reason' | 'message' | 'answer'> {
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
