/**
 * Lint of URIs in client metadata that a health system would reject, or that would make a launch unsafe.
 * Each function answers why not, or null.
 */

/** Redirect URIs: https, or for native apps loopback http or a private-use scheme (RFC 8252 sections 7.1 and 7.3). */
export function redirectUriObstacle(text: string): string | null {
  if (!/^[\x21-\x7e]+$/.test(text)) return 'must be printable ASCII without spaces';
  const url = URL.parse(text);
  if (url === null) return 'must be an absolute URI';
  if (text.includes('#')) return 'must not have a fragment (RFC 6749 section 3.1.2)';
  if (text.includes('*')) return 'must not have a wildcard; list each URI';
  if (url.username !== '' || url.password !== '') return 'must not have a user name or password';
  if (url.protocol === 'https:') return null;
  if (url.protocol === 'http:')
    return isLoopbackName(url.hostname) ? null : 'must be https; http is for loopback only (RFC 8252 section 7.3)';
  if (url.protocol.includes('.')) return null;
  return 'must be https, loopback http, or a private-use scheme such as com.example.app (RFC 8252 section 7.1)';
}

/** `localhost`, 127.0.0.0/8 or `[::1]`, as `URL.hostname` writes them. */
export function isLoopbackName(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** What every URL of a health system must satisfy before anybody resolves it. */
export function peerUrlObstacle(text: string, kind: 'base' | 'endpoint'): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return 'must be an absolute https URL';
  if (!/^[\x21-\x7e]+$/.test(text)) return 'must be printable ASCII without spaces';
  if (url.username !== '' || url.password !== '' || /^https?:[\\/]*[^\\/?#]*@/i.test(text))
    return 'must not have a user name or password';
  if (text.includes('#')) return 'must not have a fragment';
  if (kind === 'base' && text.includes('?')) return 'must not have a query';
  return null;
}
