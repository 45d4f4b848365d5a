/** What an absolute http or https URL says before its path. Read by text: `URL` is not to be had in workflow code. */
export interface WebUrl {
  readonly scheme: 'https' | 'http';
  /** In lower case; IPv6 addresses in brackets. */
  readonly host: string;
  readonly hasUserInformation: boolean;
}

const absolute = /^(https?):\/\/([^/?#]*)/i;
const hostAndPort = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;

/** Null for what is no such URL, or holds characters that RFC 3986 section 2 has none of. Never throws. */
export function readWebUrl(text: string): WebUrl | null {
  const [, scheme, authority] = absolute.exec(text) ?? [];
  if (scheme === undefined || authority === undefined || !isUriText(text)) return null;
  const [, host] = hostAndPort.exec(authority.slice(authority.lastIndexOf('@') + 1)) ?? [];
  if (host === undefined) return null;
  return {
    scheme: scheme.toLowerCase() as WebUrl['scheme'],
    host: host.toLowerCase(),
    hasUserInformation: authority.includes('@'),
  };
}

/** Whether a text holds characters of a URI only (RFC 3986 section 2). */
export function isUriText(text: string): boolean {
  return /^[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a~]+$/.test(text);
}

/** `localhost`, 127.0.0.0/8 or `[::1]`, in lower case. */
export function isLoopbackName(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** A query belongs to a request, not to the server that takes it (DESIGN section 9); a fragment is never sent. */
export function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? url;
}
