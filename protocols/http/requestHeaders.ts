import { HttpGuardError } from './httpGuardError.ts';

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/;
const value = /^[\t\x20-\x7e\x80-\xff]{0,8000}$/;

/** Set by the client alone: framing, routing, hop by hop, and what carries credentials. */
const reserved = new Set([
  'accept-encoding',
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Headers that say nothing about us: the only ones that follow a redirect to another origin. */
const harmless = new Set(['accept', 'accept-encoding', 'accept-language', 'user-agent']);

const fixedHeaders = { 'accept-encoding': 'identity' } as const;

/** Whether a caller may give a header of this name and value (`discoveryHeaders`, DESIGN section 7). */
export function isCustomHeader(name: string, text: string): boolean {
  return token.test(name) && value.test(text) && !reserved.has(name.toLowerCase());
}

/**
 * Headers of a request: the caller's, in lower case, and our own.
 *
 * @throws HttpGuardError `header-not-allowed` naming the header, never its value.
 */
export function requestHeaders(
  custom: Readonly<Record<string, string>>,
  authorization: string | null,
): Record<string, string> {
  const headers = new Map([['user-agent', 'smart-registrar']]);
  for (const [name, text] of Object.entries(custom)) {
    if (!isCustomHeader(name, text))
      throw new HttpGuardError('header-not-allowed', `header ${JSON.stringify(name)} may not be set`);
    headers.set(name.toLowerCase(), text);
  }
  if (authorization !== null) {
    if (!value.test(authorization)) throw new HttpGuardError('header-not-allowed', 'the credential is no header value');
    headers.set('authorization', authorization);
  }
  return { ...Object.fromEntries(headers), ...fixedHeaders };
}

/** What is left of a request's headers when it leaves its first origin. */
export function withoutCustomHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => harmless.has(name)));
}
