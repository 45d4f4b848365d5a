/** The host name of a `Host` header as URLs write it, without port; null when it is not one. */
export function hostNameOf(host: string | undefined): string | null {
  if (host === undefined || !/^[A-Za-z0-9.:[\]_-]{1,300}$/.test(host)) return null;
  return URL.parse(`http://${host}`)?.hostname.replace(/\.$/, '') ?? null;
}

/** The one origin that this server's pages have, as seen by a request. */
export function ownOrigin(publicUrl: string | null, host: string | undefined): string {
  return publicUrl === null ? `http://${(host ?? '').toLowerCase()}` : new URL(publicUrl).origin;
}
