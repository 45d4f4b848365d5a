import { parsePublicUrl } from '../http/publicUrl.ts';

/**
 * `registration_client_uri` (RFC 7592 section 3) where it may be used: a URL without user information and fragment on
 * one of the origins, which the operator approved. Otherwise null: the registration access token goes nowhere else.
 */
export function usableClientUri(value: unknown, origins: readonly string[]): string | null {
  if (typeof value !== 'string') return null;
  const verdict = parsePublicUrl(value.trim(), { has: (url) => origins.includes(url.origin) });
  return verdict.ok && origins.includes(verdict.url.origin) ? value.trim() : null;
}
