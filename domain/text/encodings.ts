/**
 * The forms in which a secret shows up in text: what redaction removes and what the canary test searches for.
 * Pure: web standard globals only.
 */

/** Shorter fragments would match ordinary words; the secret itself is always among the forms. */
const shortestFragment = 4;

/**
 * Every encoding of a secret that may appear in another text, longest first: plain, base64 and base64url at the three
 * byte offsets (which covers Basic pairs, RFC 7617), URL-, form- (RFC 6749 appendix B), JSON- and HTML-encoded, and
 * hexadecimal in both cases. Base64 forms are the part that does not depend on the neighbouring bytes.
 */
export function encodingsOf(secret: string): string[] {
  if (secret === '') return [];
  const textual = [secret, ...urlForms(secret), ...jsonForms(secret), ...htmlForms(secret)];
  const binary = [secret, formEncoded(secret)].flatMap(base64Forms);
  const forms = [...textual, ...binary, ...hexForms(secret)];
  const usable = forms.filter((form) => form === secret || form.length >= shortestFragment);
  return [...new Set(usable)].sort((left, right) => right.length - left.length);
}

function urlForms(secret: string): string[] {
  const component = encodeURIComponent(secret.toWellFormed());
  const strict = component.replace(/[!'()*]/g, percent);
  const forms = [
    component,
    strict,
    encodeURI(secret.toWellFormed()),
    formEncoded(secret),
    strict.replaceAll('%20', '+'),
  ];
  return forms.flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase())]);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function formEncoded(secret: string): string {
  return new URLSearchParams([['', secret]]).toString().slice(1);
}

function jsonForms(secret: string): string[] {
  const plain = JSON.stringify(secret).slice(1, -1);
  const ascii = plain.replace(/[^\x20-\x7e]/g, unicodeEscape);
  // Gson and others escape what HTML would interpret.
  const htmlSafe = ascii.replace(/[<>&='+]/g, unicodeEscape);
  return [plain, ascii, htmlSafe].flatMap((form) => [form, form.replaceAll('/', '\\/')]);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function htmlForms(secret: string): string[] {
  const content = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [content, content.replaceAll('"', '&quot;').replaceAll("'", '&#39;')];
}

function hexForms(secret: string): string[] {
  const lower = [...new TextEncoder().encode(secret)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [lower, lower.toUpperCase()];
}

function base64Forms(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  return [0, 1, 2].flatMap((offset) => {
    const padded = new Uint8Array(offset + bytes.length);
    padded.set(bytes, offset);
    const encoded = btoa(String.fromCharCode(...padded));
    const certain = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor((padded.length * 8) / 6));
    const whole = offset === 0 ? [encoded] : [];
    return [certain, ...whole].flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
  });
}
