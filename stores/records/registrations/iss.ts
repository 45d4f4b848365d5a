/**
 * What two spellings of a FHIR base URL have in common: one trailing slash is ignored, scheme and host are folded and
 * a default port dropped (RFC 3986 section 6.2.2), the path keeps its case.
 */
export function issKey(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const text = parsed === null ? url : `${parsed.protocol}//${parsed.host}${parsed.pathname}${parsed.search}`;
  return text.endsWith('/') ? text.slice(0, -1) : text;
}
