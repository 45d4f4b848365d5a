import type { IncomingMessage } from 'node:http';

/** Token of an `Authorization: Bearer` header, or null. */
export function bearerOf({ headers }: IncomingMessage): string | null {
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

/** Client id and secret of a token request, by `client_secret_basic` or `client_secret_post` (RFC 6749, 2.3.1). */
export function clientCredentialsOf(
  { headers }: IncomingMessage,
  body: string,
): { readonly clientId: string | null; readonly clientSecret: string | null } {
  const basic = /^Basic (\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (basic !== undefined) {
    const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(':', 2);
    return { clientId: formDecoded(id), clientSecret: formDecoded(secret) };
  }
  const form = new URLSearchParams(body);
  return { clientId: form.get('client_id'), clientSecret: form.get('client_secret') };
}

function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
