import { expiryOfNewSecret } from '../../domain/credential/expiry.ts';
import type { ClientInformation } from '../../protocols/oauth/clientInformation.ts';
import { type Dependencies, requestTimes } from '../dependencies.ts';

/**
 * The end of a new secret that an application may be told (milliseconds since the epoch); null = none that could be
 * used. The entity judges what was stated by the same function.
 */
export function usableEnd(
  deps: Dependencies,
  { secretExpiresAt, expiryKnown, issuedAt }: Pick<ClientInformation, 'secretExpiresAt' | 'expiryKnown' | 'issuedAt'>,
): number | null {
  return expiryOfNewSecret({ expiresAt: secretExpiresAt, expiryKnown }, issuedAt, requestTimes(deps)).expiresAt;
}
