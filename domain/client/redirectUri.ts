import { isLoopbackName, isUriText, readWebUrl } from '../text/webUrl.ts';

/** Kinds of redirect URIs that are safe: https, and for native apps those of RFC 8252 sections 7.1 and 7.3. */
export type RedirectUri =
  | { readonly kind: 'https' | 'private-use' }
  | { readonly kind: 'loopback'; readonly host: string }
  /** A health system would refuse it, or a launch would be unsafe. `code` is kebab-case; `rule` begins with "must". */
  | { readonly kind: 'unusable'; readonly code: string; readonly rule: string };

/** Judges one redirect URI, whatever the kind of application. Never throws. */
export function readRedirectUri(text: string): RedirectUri {
  if (!isUriText(text))
    return unusable('characters', 'must be printable ASCII without spaces, and what a URI has no place for encoded');
  const scheme = /^([a-z][a-z0-9+.-]*):./i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return unusable('not-absolute', 'must be an absolute URI');
  if (text.includes('#')) return unusable('fragment', 'must not have a fragment (RFC 6749 section 3.1.2)');
  if (text.includes('*')) return unusable('wildcard', 'must not have a wildcard; list each URI');
  if (scheme === 'https' || scheme === 'http') return readWebRedirect(text);
  if (scheme.includes('.')) return { kind: 'private-use' };
  return unusable(
    'scheme',
    'must be https, loopback http, or a private-use scheme such as com.example.app (RFC 8252 section 7.1)',
  );
}

function readWebRedirect(text: string): RedirectUri {
  const url = readWebUrl(text);
  if (url === null) return unusable('not-absolute', 'must be an absolute URI with a host');
  if (url.hasUserInformation) return unusable('user-information', 'must not have a user name or password');
  if (url.scheme === 'https') return { kind: 'https' };
  if (isLoopbackName(url.host)) return { kind: 'loopback', host: url.host };
  return unusable('not-https', 'must be https; http is for loopback only (RFC 8252 section 7.3)');
}

function unusable(code: string, rule: string): RedirectUri {
  return { kind: 'unusable', code: `redirect-uri-${code}`, rule };
}
