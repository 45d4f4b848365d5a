/** What the body of an answer turned out to be. */
export type JsonBody =
  | { readonly kind: 'object'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly kind: 'html' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'other' };

const byteOrderMark = '\uFEFF';

/**
 * Reads a body as JSON object whatever its content type says; servers mislabel. Never throws.
 * A byte order mark is dropped, though RFC 8259 section 8.1 forbids it.
 */
export function readJsonBody(body: string, contentType: string | undefined): JsonBody {
  const text = (body.startsWith(byteOrderMark) ? body.slice(1) : body).trim();
  if (text === '') return { kind: 'empty' };
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { kind: 'object', value } : { kind: 'other' };
  } catch {
    return { kind: text.startsWith('<') || /html/i.test(contentType ?? '') ? 'html' : 'other' };
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A non-empty string of at most `longest` characters, or null. */
export function readText(value: unknown, longest: number): string | null {
  return typeof value === 'string' && value !== '' && value.length <= longest ? value : null;
}
