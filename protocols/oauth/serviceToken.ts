import { RegistrarFailure } from '../../domain/failure.ts';
import { explain } from '../../domain/reasons/index.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { type AudienceSecret, audienceSecret } from '../http/audience.ts';
import type { GuardedClient, GuardedRequest } from '../http/client.ts';
import { HttpGuardError } from '../http/httpGuardError.ts';
import { bodyLimits } from '../http/limits.ts';
import { basicPair, guardFailure } from '../keycloak/admin.ts';
import { parseBearerResponse } from '../keycloak/adminAnswers.ts';

/** A service account at any authorization server. `secret` is sealed to the origins that it may be sent to. */
export interface ServiceAccount {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly secret: AudienceSecret;
  readonly authMethod: 'client_secret_basic' | 'client_secret_post';
  readonly scope: string | null;
}

/** A bearer of a service account. It is used at once and stored nowhere. */
export interface ServiceToken {
  /** Sealed to the origins of the account's secret. */
  readonly token: AudienceSecret;
  /** Milliseconds since the epoch, UTC; now when the answer does not say. */
  readonly expiresAt: number;
}

/** Access token request by client credentials (RFC 6749 section 4.4.2). */
export function serviceTokenRequest(account: ServiceAccount): GuardedRequest {
  const { clientId, secret, scope, authMethod, tokenEndpoint } = account;
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === null ? {} : { scope }) });
  const inBody = authMethod === 'client_secret_post';
  if (inBody) {
    form.set('client_id', clientId);
    form.set('client_secret', secret.value);
  }
  return {
    method: 'POST',
    url: tokenEndpoint,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    ...(inBody
      ? { audience: secret.audience }
      : { credential: { secret: basicPair(clientId, secret), scheme: 'basic' as const } }),
    maxBytes: bodyLimits.registrationAnswer,
    followRedirects: false,
  };
}

/**
 * Asks for a bearer. Repeatable. Rejects with {@link RegistrarFailure} only: `ServiceAccountRejected` (class `token`),
 * `ServiceAccountForbidden`, `ServiceAccountAnswerNotUsable`, `AudienceRefused`, `AddressNotAllowed` (`input`),
 * `PeerNotAnswering` (`transient`).
 */
export async function requestServiceToken(
  deps: { readonly client: Pick<GuardedClient, 'request'>; readonly clock: Clock },
  account: ServiceAccount,
): Promise<ServiceToken> {
  const { status, headers, body } = await send(deps.client, serviceTokenRequest(account));
  const receivedAt = deps.clock.now();
  const parsed = parseBearerResponse({ status, headers, body, receivedAt }, [account.secret.value]);
  if (parsed.kind === 'refused') {
    const { reason, retryClass, message } = parsed;
    throw new RegistrarFailure({ reason, retryClass, status, message: `${explain(reason)} ${message}` });
  }
  return {
    token: audienceSecret(parsed.token, account.secret.audience),
    expiresAt: receivedAt + parsed.lifetimeSeconds * 1000,
  };
}

async function send(client: Pick<GuardedClient, 'request'>, request: GuardedRequest) {
  try {
    return await client.request(request);
  } catch (error) {
    throw error instanceof HttpGuardError ? guardFailure(error) : error;
  }
}
