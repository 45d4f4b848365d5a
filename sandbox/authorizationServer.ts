import { generateKeyPairSync, randomBytes } from 'node:crypto';
import Provider from 'oidc-provider';
import { assertionAlgorithms, clientAuthMethods } from './clientAuthentication.ts';
import type { LedgerBook } from './ledger.ts';
import { memoryAdapters } from './memoryAdapter.ts';
import { defaultRenewalShare, defaultSecretLifetime, type SystemOptions } from './options.ts';
import { ReplacedSecrets, replacesSecret, type SecretLife } from './secretLife.ts';
import { scopes } from './smartScopes.ts';

export interface AuthorizationServer {
  readonly handle: ReturnType<Provider['callback']>;
  /** Makes one; rejects at kinds that take none. */
  initialAccessToken(): Promise<string>;
}

/** Name of the registration policy that gives secrets a life; it reaches clients through their tokens. */
const lifePolicy = 'secret-life';

/**
 * An authorization server on oidc-provider, an implementation of RFC 7591 and RFC 7592 that is independent of the
 * product. `foundClient` is told which client a request was about.
 */
export function authorizationServer(
  issuer: string,
  options: SystemOptions,
  ledger: LedgerBook,
  foundClient: (request: object, clientId: string) => void,
): AuthorizationServer {
  const { kind } = options;
  const takesTokens = kind === 'rotating' || kind === 'initial-access-token';
  const oneUse = options.oneUseTokens ?? kind === 'initial-access-token';
  const replaced = new ReplacedSecrets();
  const policies = { [lifePolicy]: secretPolicy(lifeOf(options), replaced) };
  const provider = new Provider(issuer, configurationOf(options, takesTokens, policies, memoryAdapters(ledger)));

  if (kind === 'rotating') acceptReplaced(provider, replaced);
  provider.use(async (context, next) => {
    try {
      await next();
    } finally {
      const clientId = context.oidc?.entities.Client?.clientId;
      if (clientId !== undefined) foundClient(context.req, clientId);
    }
    // Spent with the registration, and not by a refused one.
    if (oneUse && context.status === 201) await context.oidc?.entities.InitialAccessToken?.destroy();
  });

  return {
    handle: provider.callback(),
    async initialAccessToken() {
      if (!takesTokens) throw new Error(`a health system of kind ${kind} takes no initial access token`);
      return await new provider.InitialAccessToken(kind === 'rotating' ? { policies: [lifePolicy] } : {}).save();
    },
  };
}

function configurationOf(
  { kind, registrationManagement = true, keepsManagementToken = false }: SystemOptions,
  takesTokens: boolean,
  policies: Record<string, unknown>,
  adapter: unknown,
): Record<string, unknown> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    adapter,
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    // A secret ends when the answer said so; the default would let it work for some seconds longer.
    clockTolerance: 0,
    scopes,
    claims: { openid: ['sub'], fhirUser: ['fhirUser'] },
    clientAuthMethods: [...clientAuthMethods],
    // The provider's own would fetch no keys from loopback, where everything of the sandbox is.
    fetch: (url: string, { method, headers, signal }: RequestInit) =>
      fetch(url, { method, headers, signal } as RequestInit),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'], clientAuthSigningAlgValues: [...assertionAlgorithms] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      registration: {
        enabled: kind !== 'no-registration',
        initialAccessToken: takesTokens,
        issueRegistrationAccessToken: takesTokens,
        secretFactory: newSecret,
        ...(takesTokens ? { policies } : {}),
      },
      registrationManagement:
        takesTokens && registrationManagement
          ? { enabled: true, rotateRegistrationAccessToken: !keepsManagementToken }
          : { enabled: false },
    },
  };
}

function lifeOf(options: SystemOptions): SecretLife {
  const lifetime = options.secretLifetime ?? defaultSecretLifetime;
  return {
    lifetime,
    renewalShare: options.renewalShare ?? defaultRenewalShare,
    overlap: options.overlap ?? lifetime / 2,
  };
}

/** Gives a new secret its end, and replaces it on an update near that end. */
function secretPolicy(life: SecretLife, replaced: ReplacedSecrets) {
  return (context: { method: string }, properties: Record<string, unknown>): void => {
    const { client_secret: secret, client_id: clientId } = properties;
    if (typeof secret !== 'string' || typeof clientId !== 'string') return;
    const now = Math.floor(Date.now() / 1000);
    if (context.method === 'POST') {
      properties['client_secret_expires_at'] = now + life.lifetime;
    } else if (replacesSecret(life, Number(properties['client_secret_expires_at']), now)) {
      replaced.keep(clientId, secret, now + life.overlap);
      properties['client_secret'] = newSecret();
      properties['client_secret_expires_at'] = now + life.lifetime;
    }
  };
}

/** Lets a replaced secret authenticate until its overlap is over. */
function acceptReplaced(provider: Provider, replaced: ReplacedSecrets): void {
  const { prototype } = provider.Client;
  const compareCurrent = prototype.compareClientSecret;
  prototype.compareClientSecret = async function (actual) {
    return (await compareCurrent.call(this, actual)) || replaced.works(this.clientId, actual, Date.now() / 1000);
  };
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
