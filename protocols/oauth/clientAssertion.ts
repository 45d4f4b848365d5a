import { type ClientAuth, modifyAssertion, PrivateKeyJwt } from 'oauth4webapi';
import type { SigningKey } from './clientKeys.ts';

/**
 * Seconds that an assertion is good for. SMART allows five minutes as the server's clock sees it; one is left for
 * clocks that differ.
 */
export const assertionLifetime = 240;

/**
 * Client authentication by signed assertion (RFC 7523; SMART App Launch 2.2, "Authenticating to the Token endpoint"):
 * for the token endpoint's URL and no other audience, once (`jti`), for {@link assertionLifetime}. Without `nbf`: a
 * server whose clock is behind would refuse it.
 *
 * @param now milliseconds since the epoch, UTC.
 */
export function privateKeyJwt(signingKey: SigningKey, tokenEndpoint: string, now: number): ClientAuth {
  return PrivateKeyJwt(signingKey, {
    [modifyAssertion](header, payload) {
      const issuedAt = Math.floor(now / 1000);
      header['typ'] = 'JWT';
      payload['aud'] = tokenEndpoint;
      payload['iat'] = issuedAt;
      payload['exp'] = issuedAt + assertionLifetime;
      delete payload['nbf'];
    },
  });
}
