import { HttpGuardError } from './httpGuardError.ts';
import { mostRedirects } from './limits.ts';
import { type AllowedHosts, parsePublicUrl } from './publicUrl.ts';
import { withoutCustomHeaders } from './requestHeaders.ts';

export interface Hop {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** Whether an answer points elsewhere (RFC 9110 section 15.4). */
export function isRedirect(status: number, headers: Readonly<Record<string, string>>): boolean {
  return redirectStatuses.has(status) && headers['location'] !== undefined;
}

/**
 * The next request of a redirected GET; pure. `taken` counts the redirects so far. A credential never leaves its
 * origin, and an answer from elsewhere would not be the asked server's: refused. Custom headers stay behind. A host
 * that is not allowed by the operator cannot point at one that is: that would lend it the exception.
 *
 * @throws HttpGuardError `redirect-refused`, `url-not-allowed` or `address-not-allowed`.
 */
export function nextHop(hop: Hop, location: string, taken: number, allowedHosts: AllowedHosts): Hop {
  const from = hop.url.origin;
  if (taken >= mostRedirects) throw refused(`${from}: more than ${mostRedirects} redirects`);
  if (!URL.canParse(location, hop.url.href)) throw refused(`${from}: redirected to what is no URL`);
  const target = new URL(location, hop.url);
  target.hash = '';
  const verdict = parsePublicUrl(target.href, allowedHosts);
  if (!verdict.ok) throw new HttpGuardError(verdict.code, `${from}: redirected to a URL that ${verdict.message}`, true);
  const url = verdict.url;
  if (url.origin === from) return { url, headers: hop.headers };
  if (hop.headers['authorization'] !== undefined)
    throw refused(`${from}: redirected to ${url.origin} with a credential`);
  if (allowedHosts.has(url) && !allowedHosts.has(hop.url))
    throw refused(`${from}: redirected to an allowed private host`);
  return { url, headers: withoutCustomHeaders(hop.headers) };
}

function refused(message: string): HttpGuardError {
  return new HttpGuardError('redirect-refused', message, true);
}
