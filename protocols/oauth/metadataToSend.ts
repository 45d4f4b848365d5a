/** Members that the server sets (RFC 7591 section 3.2.1, RFC 7592 section 2.2): a client never sends them. */
const setByServer: ReadonlySet<string> = new Set([
  'client_id',
  'client_secret',
  'client_secret_expires_at',
  'client_id_issued_at',
  'registration_access_token',
  'registration_client_uri',
]);

/** Client metadata without what only the server sets, and without null or undefined members. */
export function metadataToSend(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(metadata).filter(([name, value]) => !setByServer.has(name) && value !== null && value !== undefined),
  );
}
