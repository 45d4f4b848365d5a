import { getDomain } from 'tldts';
import { portOf } from '../http/publicUrl.ts';

/**
 * Whether two URLs are on one site: the same registrable domain by the public suffix list, tenants of shared hosting
 * domains apart. IP literals, names without registrable domain and hosts that the operator excepted from the guard
 * must be the same host; ports are ignored (DESIGN section 7). False for what is no URL.
 *
 * @param isAllowedUrl - Whether the guard would send a request there; plain http only to excepted hosts.
 */
export function isSameSite(left: string, right: string, isAllowedUrl: (url: string) => boolean): boolean {
  const [a, b] = [URL.parse(left), URL.parse(right)];
  if (a === null || b === null) return false;
  if (a.hostname === b.hostname) return true;
  if ([a, b].some((url) => isAllowedUrl(`http://${url.hostname}:${portOf(url)}/`))) return false;
  const site = getDomain(a.hostname, { allowPrivateDomains: true });
  return site !== null && site === getDomain(b.hostname, { allowPrivateDomains: true });
}
