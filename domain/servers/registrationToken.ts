/** What a registration request may be sent with. Facts only, so that the choice can be shown in a table. */
import type { RegistrationConfig } from '../registration/config.ts';
export interface TokenOffer {
  /** Somebody supplied an initial access token. */
  readonly given: boolean;
  /** A service account of this authorization server that may be sent to the registration endpoint. */
  readonly service: boolean;
  /** An administrator of this authorization server that may issue an initial access token. */
  readonly administrator: boolean;
  readonly anonymousAllowed: boolean;
}

/** `none`: the registration waits for a token. */
export type RegistrationToken = 'given' | 'service' | 'administrator' | 'anonymous' | 'none';

/**
 * Which one is used: what a person supplied for this registration, then the service account, then a token that an
 * administrator issues, then none where that is allowed.
 */
export function chooseRegistrationToken(offer: TokenOffer): RegistrationToken {
  if (offer.given) return 'given';
  if (offer.service) return 'service';
  if (offer.administrator) return 'administrator';
  return offer.anonymousAllowed ? 'anonymous' : 'none';
}

/** Anonymous registration is tried outside production, and there only where the policy says so. */
export function isAnonymousAllowed({
  environmentClass,
  policies,
}: Pick<RegistrationConfig, 'environmentClass' | 'policies'>): boolean {
  return environmentClass !== 'production' || policies.allowAnonymous;
}
