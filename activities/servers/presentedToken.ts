import { randomInt } from 'node:crypto';
import { RegistrarFailure } from '../../domain/failure.ts';
import type { Failure, RequestArguments, RequestOutcome } from '../../domain/ports/activities.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import {
  chooseRegistrationToken,
  isAnonymousAllowed,
  type RegistrationToken,
} from '../../domain/servers/registrationToken.ts';
import { type AudienceSecret, audienceSecret } from '../../protocols/http/audience.ts';
import type { Dependencies } from '../dependencies.ts';
import {
  type Administrator,
  administratorBearer,
  bearerKey,
  issuerFor,
  serverAccessOf,
  serviceBearer,
  serviceFor,
} from './access.ts';
import { managementAudience } from './audience.ts';

/** What a registration request is, or was, sent with. */
export interface Presented {
  readonly kind: RegistrationToken;
  /** Secrets that a server may repeat in its answer. */
  readonly secrets: readonly string[];
}

/** A token in hand. */
export interface TokenInHand extends Presented {
  readonly token: AudienceSecret | null;
  /** What becomes of it once the outcome of the request is known. Never rejects: a sweep does what it could not. */
  readonly ended: (outcome: RequestOutcome) => Promise<void>;
}

/**
 * Share of a step's time in which a token must have been got. Later nothing is sent any more: the step may be given up
 * while the request is on its way, and be made again.
 */
const share = 1 / 4;

async function offerOf(deps: Dependencies, config: RegistrationConfig, argument: RequestArguments) {
  const { initialAccessTokenRef, registrationId, endpoints } = argument;
  const given =
    initialAccessTokenRef === null
      ? null
      : await deps.records.claimEnteringSecret(initialAccessTokenRef, registrationId);
  const access = given === null ? await serverAccessOf(deps, endpoints) : null;
  const service = serviceFor(access, endpoints);
  const administrator = issuerFor(access, endpoints);
  const kind = chooseRegistrationToken({
    given: given !== null,
    service: service !== null,
    administrator: administrator !== null,
    anonymousAllowed: initialAccessTokenRef === null && isAnonymousAllowed(config),
  });
  return { kind, given, service, administrator };
}

/** What a request that was made before was sent with, as far as it can still be known. */
export async function presentedAfterwards(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: RequestArguments,
): Promise<Presented> {
  const { kind, given } = await offerOf(deps, config, argument);
  return { kind, secrets: given === null ? [] : [given] };
}

/** Gets the token that a registration request is to be sent with, right before it is; or says why it cannot be sent. */
export async function tokenToPresent(
  deps: Dependencies,
  config: RegistrationConfig,
  argument: RequestArguments,
): Promise<TokenInHand | Extract<RequestOutcome, { kind: 'refused' | 'not-sent' }>> {
  const startedAt = deps.clock.now();
  const { kind, given, service, administrator } = await offerOf(deps, config, argument);
  if (given !== null) {
    const token = audienceSecret(given, managementAudience(argument.endpoints));
    return { kind, secrets: [given], token, ended: nothing };
  }
  if (kind !== 'service' && kind !== 'administrator') return { kind, secrets: [], token: null, ended: nothing };
  let inHand: TokenInHand;
  try {
    if (service !== null) {
      const token = await serviceBearer(deps, service);
      const forget = async (outcome: RequestOutcome) => {
        if (outcome.kind === 'refused') deps.bearers.forget(bearerKey(service));
      };
      inHand = { kind, secrets: [token.value, service.clientSecret], token, ended: forget };
    } else if (administrator !== null) inHand = await issue(deps, argument, administrator);
    else throw new Error(`nobody provides a token of kind ${kind}`);
  } catch (error) {
    if (!(error instanceof RegistrarFailure)) throw error;
    return { kind: error.retryClass === 'transient' ? 'not-sent' : 'refused', failure: failureOf(error) };
  }
  if (deps.clock.now() - startedAt <= deps.requestStep * share) return inHand;
  const message = 'The authorization server took too long to give a token; nothing was sent with it.';
  const late: Failure = { ...empty, reason: 'PeerNotAnswering', retryClass: 'transient', message };
  await inHand.ended({ kind: 'not-sent', failure: late });
  return { kind: 'not-sent', failure: late };
}

/** An initial access token for this one request. The row comes first: what a crash leaves behind is found by it. */
async function issue(
  deps: Dependencies,
  { intentId, registrationId }: RequestArguments,
  administrator: Administrator,
): Promise<TokenInHand> {
  const { keycloak, realm, bearer } = await administratorBearer(deps, administrator);
  const lifetimeSeconds = unusualLifetime();
  await deps.records.beginIssuedToken({ intentId, registrationId, serverId: administrator.serverId, lifetimeSeconds });
  const issued = await keycloak.issueInitialAccessToken(realm, bearer, lifetimeSeconds);
  await deps.records.recordIssuedToken(intentId, issued.id, issued.expiresAt);
  return {
    kind: 'administrator',
    secrets: [issued.token.value, bearer.token.value, administrator.credential.clientSecret],
    token: issued.token,
    async ended({ kind }) {
      try {
        if (kind === 'stored') return await deps.records.endIssuedToken(intentId, 'spent');
        await keycloak.revokeInitialAccessToken(realm, bearer, issued.id);
        await deps.records.endIssuedToken(intentId, 'revoked');
      } catch {
        // The sweep comes by later.
      }
    },
  };
}

/**
 * 10 to 15 minutes in seconds, never whole minutes: a token whose id was lost with its answer is known in the server's
 * list by the life that only it was asked for.
 */
function unusualLifetime(): number {
  return 60 * randomInt(10, 15) + randomInt(1, 60);
}

const empty = { status: null, retryAfterSeconds: null } as const;

function failureOf({ reason, retryClass, status, retryAfterSeconds, message }: RegistrarFailure): Failure {
  return { reason, retryClass, status, retryAfterSeconds, message };
}

async function nothing(): Promise<void> {}
