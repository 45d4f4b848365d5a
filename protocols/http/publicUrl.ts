import { isIP } from 'node:net';
import { classifyAddress } from './addressPolicy.ts';
import { HttpGuardError } from './httpGuardError.ts';

/** Exact hosts and ports that may be private or plain http (`REGISTRAR_ALLOWED_HOSTS`, DESIGN section 8). */
export interface AllowedHosts {
  has(url: URL): boolean;
}

export type UrlVerdict =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly code: 'url-not-allowed' | 'address-not-allowed'; readonly message: string };

const longestUrl = 4_000;

/**
 * Reads entries `host:port`, IPv6 bracketed; the port is always written (`example.org:443`).
 *
 * @throws RangeError naming the first entry that is none.
 */
export function parseAllowedHosts(entries: readonly string[]): AllowedHosts {
  const keys = new Set(
    entries.map((entry) => {
      const parts = /^(\[[0-9A-Fa-f:.]+\]|[^\s:/?#@[\]\\]+):(\d{1,5})$/.exec(entry);
      const port = Number(parts?.[2]);
      const base = `https://${parts?.[1]}`;
      if (parts === null || port < 1 || port > 65_535 || !URL.canParse(base))
        throw new RangeError(`allowed host "${entry}" must be host:port, for example ehr.internal:8443 or [::1]:8080`);
      return `${new URL(base).hostname}:${port}`;
    }),
  );
  return { has: (url) => keys.has(`${url.hostname}:${portOf(url)}`) };
}

/** No exceptions. */
export const noAllowedHosts: AllowedHosts = { has: () => false };

/** Port of an http or https URL, the default one included. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** IP literal of a URL without brackets, normalised by the URL parser from whatever notation; null for names. */
export function literalAddress(url: URL): string | null {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? null : host;
}

/**
 * Judges a URL without any I/O: absolute, https (http for allowed hosts), no userinfo, no fragment, and no IP literal,
 * in whatever notation, of an address that may not be reached. A name may still resolve to such an address: see
 * `GuardedClient.checkUrl`.
 */
export function parsePublicUrl(text: string, allowedHosts: AllowedHosts = noAllowedHosts): UrlVerdict {
  // The URL parser would drop these silently: what is checked must be what was written.
  if (/[\s\p{Cc}\\]/u.test(text)) return refuse('must not contain spaces, control characters or backslashes');
  if (text.length > longestUrl) return refuse(`must have at most ${longestUrl} characters`);
  if (!URL.canParse(text)) return refuse('must be an absolute URL such as https://fhir.example.org/r4');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refuse('must be an https URL');
  if (url.username !== '' || url.password !== '') return refuse('must not contain a user name or password');
  if (text.includes('#')) return refuse('must not have a fragment');
  const allowed = allowedHosts.has(url);
  if (url.protocol === 'http:' && !allowed) return refuse(`must be https; plain http only for allowed hosts ${hint}`);
  const literal = literalAddress(url);
  if (literal !== null && !mayReach(literal, allowed))
    return { ok: false, code: 'address-not-allowed', message: addressMessage(url.hostname, allowed) };
  return { ok: true, url };
}

const hint = '(REGISTRAR_ALLOWED_HOSTS)';

/** Whether an address may be connected to. */
export function mayReach(address: string, allowed: boolean): boolean {
  const judged = classifyAddress(address);
  return judged === 'public' || (allowed && judged === 'special');
}

/** What to say about a host that may not be reached; names no address that it resolved to. */
export function addressMessage(hostname: string, allowed: boolean): string {
  return allowed
    ? `${hostname} is or resolves to an address that is never allowed (metadata service, multicast, unspecified)`
    : `${hostname} is or resolves to a private or special address; an operator can allow it by host:port ${hint}`;
}

/**
 * Origin as in RFC 6454 (default port left out), the unit of a secret's audience.
 *
 * @throws HttpGuardError `url-not-allowed` when the text is no http or https URL.
 */
export function originOf(url: string | URL): string {
  const parsed = typeof url === 'string' && !URL.canParse(url) ? null : new URL(url);
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:'))
    throw new HttpGuardError('url-not-allowed', 'not an absolute http or https URL');
  return parsed.origin;
}

function refuse(message: string): UrlVerdict {
  return { ok: false, code: 'url-not-allowed', message };
}
