/** Longest text that is looked into, in characters. */
const longest = 20_000;
const mostSeconds = 253_402_300_799;

/** Whether a text has the form of a signed JSON Web Token (RFC 7519 section 3): three base64url parts. */
export function isJwtForm(text: string): boolean {
  return text.length <= longest && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text) && claimsOf(text) !== null;
}

/**
 * `exp` of a JSON Web Token in milliseconds since the epoch, UTC; null when it is none or says none. Nothing is
 * verified: it is the word of whoever made the token, good for a reminder and nothing else. Never throws.
 */
export function readJwtExpiry(text: string): number | null {
  const exp = claimsOf(text)?.['exp'];
  return typeof exp === 'number' && exp > 0 && exp <= mostSeconds ? Math.floor(exp * 1000) : null;
}

function claimsOf(text: string): Readonly<Record<string, unknown>> | null {
  if (text.length > longest) return null;
  const [, payload, , ...more] = text.split('.');
  if (payload === undefined || more.length > 0 || !/^[\w-]+$/.test(payload)) return null;
  try {
    const binary = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}
