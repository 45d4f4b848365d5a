import { requestedMetadata } from '../../domain/client/requested.ts';
import {
  type AuthenticationPurpose,
  authenticationPurposes,
  type BoundDecision,
  boundAuthentication,
  countedFor,
} from '../../domain/credential/authenticationBound.ts';
import { probeForms, probeGrant } from '../../domain/credential/probeForms.ts';
import type { CredentialState, Endpoints } from '../../domain/ports/activities.ts';
import type { RegistrationConfig } from '../../domain/registration/config.ts';
import { splitScopes } from '../../domain/scopes/scope.ts';
import { withoutQuery } from '../../domain/text/webUrl.ts';
import { toRfc3339 } from '../../domain/time/clock.ts';
import { audienceSecret } from '../../protocols/http/audience.ts';
import { type Probe, probeCredential } from '../../protocols/oauth/probe.ts';
import type { ClientSecret } from '../credentials/secret.ts';
import type { Dependencies } from '../dependencies.ts';
import { tokenEndpointOf } from '../servers/audience.ts';
import type { Stored } from './stored.ts';

/** What one verification is about; several credentials of a registration may be probed in it. */
export interface VerificationSubject {
  readonly config: RegistrationConfig;
  readonly endpoints: Endpoints;
  /** Why credentials are presented; absent: `new` for one that was never proved, `schedule` for others. */
  readonly purpose?: AuthenticationPurpose | undefined;
  /** A person asks: what is compared with is a wrong secret of the same day, and nothing that was known before. */
  readonly afresh?: boolean | undefined;
}

/** What a probe showed; with `putOff` nothing was sent. */
export type Probed = Pick<Probe, 'verdict' | 'message'> & { readonly putOff?: { readonly until: number } };

/**
 * Probes of one verification: with at most one control among them all, and within the bound on failed authentications
 * (DESIGN section 9), as accounts are locked for less.
 */
export class Verification {
  readonly #deps: Dependencies;
  readonly #subject: VerificationSubject;
  #controlSent = false;

  constructor(deps: Dependencies, subject: VerificationSubject) {
    this.#deps = deps;
    this.#subject = subject;
  }

  /** @param others secrets that the server knows too, and may repeat in its answer. */
  async probe(stored: Stored, others: readonly (string | undefined)[] = []): Promise<Probed> {
    const { config, endpoints } = this.#subject;
    const { credential, secret } = stored;
    const tokenEndpoint = withoutQuery(tokenEndpointOf(endpoints));
    const client = { tokenEndpoint, clientId: secret.client_id };
    const purpose = this.#purposeOf(credential);
    const bound = await this.#bound(client, purpose);
    if (bound.nextAttemptAt !== null) return putOff(bound.nextAttemptAt);

    const grantTypes = grantTypesOf(config, endpoints);
    const place = {
      ...client,
      authMethod: credential.authMethod,
      grant: probeGrant(grantTypes, credential.authMethod),
    };
    const { records, clock, vendorErrors = [], boundScale = 1 } = this.#deps;
    const allowControl = await this.#allowsControl(client, credential);
    const comparesAnew = this.#subject.afresh === true && allowControl;
    const journal = await records.managementTokens(config.holderRegistrationId ?? config.registrationId);
    const secretsInPlay = [...others, ...journal.map(({ token }) => token)].filter((one) => one !== undefined);
    const result = await probeCredential(this.#deps.client, {
      ...authenticatesWith(secret),
      tokenEndpoint: tokenEndpointOf(endpoints),
      clientId: secret.client_id,
      authMethod: credential.authMethod,
      redirectUri: secret.redirect_uris[0] ?? null,
      grantTypes,
      scope: systemScopes(secret),
      introspectionEndpoint: endpoints.introspectionEndpoint ?? null,
      pushedRequestEndpoint: endpoints.pushedRequestEndpoint ?? null,
      knowledge: await records.probeKnowledge(place),
      // As long as the control that taught it counts; where none may be sent, what is known is the best there is.
      knowledgeAge: comparesAnew ? countedFor * boundScale : undefined,
      vendorErrors,
      secretsInPlay,
      allowControl,
      refusals: bound.left,
      clock,
    });
    this.#controlSent ||= result.controlSent;
    await records.countAuthenticationFailures(client, 'schedule', result.refused.control, clock.now());
    await records.countAuthenticationFailures(client, purpose, result.refused.credential, clock.now());
    if (result.verdict === 'good')
      for (const counted of authenticationPurposes)
        if (counted !== 'schedule') await records.forgetAuthenticationFailures(client, counted);
    for (const form of probeForms) {
      const lesson = result.learned?.[form];
      if (lesson !== undefined) await records.learnProbe(place, form, lesson);
    }
    return { verdict: result.verdict, message: result.message };
  }

  #purposeOf({ provedAt }: CredentialState): AuthenticationPurpose {
    return this.#subject.purpose ?? (provedAt === null ? 'new' : 'schedule');
  }

  /** In production a proved credential gets a control only when a person asks, within what our own doing may count. */
  async #allowsControl(client: Client, { provedAt }: CredentialState): Promise<boolean> {
    if (this.#controlSent) return false;
    const { config, afresh } = this.#subject;
    if (config.environmentClass === 'production' && provedAt !== null && afresh !== true) return false;
    return (await this.#bound(client, 'schedule')).left > 0;
  }

  async #bound(client: Client, purpose: AuthenticationPurpose): Promise<BoundDecision> {
    const { records, clock, boundScale = 1 } = this.#deps;
    const now = clock.now();
    const failures = await records.authenticationFailures(client, purpose, now - countedFor * boundScale);
    return boundAuthentication(purpose, this.#subject.config.environmentClass, failures, now, boundScale);
  }
}

interface Client {
  readonly tokenEndpoint: string;
  readonly clientId: string;
}

function putOff(until: number): Probed {
  const message = `The token endpoint refused this client several times lately; nothing is sent before ${toRfc3339(until)}, so that it does not lock the client.`;
  return { verdict: 'inconclusive', message: message as Probe['message'], putOff: { until } };
}

function authenticatesWith(secret: ClientSecret) {
  const { client_secret, private_key_jwk, audience } = secret;
  return {
    clientSecret: client_secret === undefined ? null : audienceSecret(client_secret, audience),
    privateKey: private_key_jwk === undefined ? null : { jwk: private_key_jwk, audience },
  };
}

/** SMART Backend Services ask for tokens with scopes, and `system/` ones are all they may have. */
function systemScopes(secret: ClientSecret): string {
  const { scope } = secret as { scope?: unknown };
  return splitScopes(typeof scope === 'string' ? scope : '')
    .filter((one) => one.startsWith('system/'))
    .join(' ');
}

function grantTypesOf(config: RegistrationConfig, endpoints: Endpoints): string[] {
  const asked = requestedMetadata(config, endpoints, null)['grant_types'];
  return Array.isArray(asked) ? asked.filter((grant) => typeof grant === 'string') : [];
}
