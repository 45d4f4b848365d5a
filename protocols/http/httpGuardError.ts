export type HttpGuardErrorCode =
  /** The host is, or resolves to, an address that is not allowed. */
  | 'address-not-allowed'
  /** A secret was offered to an origin that it was not approved for. */
  | 'audience-refused'
  /** Not https, userinfo, fragment, not a URL. */
  | 'url-not-allowed'
  /** A header that only the client itself may set, or one that is malformed. */
  | 'header-not-allowed'
  | 'timeout'
  | 'body-too-large'
  | 'headers-too-large'
  /** The answer has a content encoding although none was accepted. */
  | 'encoding-refused'
  | 'redirect-refused'
  | 'dns'
  | 'network'
  /** Too many requests wait for this host already; nothing was sent. */
  | 'host-saturated'
  | 'aborted';

/**
 * Why the guard did not send a request or did not take its answer. `message` may be shown: it contains an origin at
 * most. Never has a cause: what undici throws may carry headers and bodies.
 */
export class HttpGuardError extends Error {
  override readonly name = 'HttpGuardError';
  readonly code: HttpGuardErrorCode;
  /** False: certainly no byte of the request left. True: some may have. */
  readonly requestSent: boolean;
  /** In how many milliseconds to come again; of `host-saturated` only. */
  readonly retryAfterMilliseconds: number | null;

  constructor(
    code: HttpGuardErrorCode,
    message: string,
    requestSent = false,
    retryAfterMilliseconds: number | null = null,
  ) {
    super(message);
    this.code = code;
    this.requestSent = requestSent;
    this.retryAfterMilliseconds = retryAfterMilliseconds;
  }
}

/** The same error about a request of which an earlier hop was sent already. */
export function afterSending(error: HttpGuardError): HttpGuardError {
  return error.requestSent ? error : new HttpGuardError(error.code, error.message, true);
}

const explanations: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ENETUNREACH: 'the network is unreachable',
  EHOSTUNREACH: 'the host is unreachable',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
  CERT_HAS_EXPIRED: 'its TLS certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another host name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its TLS certificate is self-signed (trust it with NODE_EXTRA_CA_CERTS)',
  SELF_SIGNED_CERT_IN_CHAIN: 'its TLS certificate chain is not trusted (trust it with NODE_EXTRA_CA_CERTS)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its TLS certificate chain is incomplete or not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its TLS certificate chain is incomplete or not trusted',
};

/** Translates what undici and the socket throw; takes over nothing but a code. */
export function toGuardError(error: unknown, origin: string, requestSent: boolean): HttpGuardError {
  if (error instanceof HttpGuardError) return requestSent ? afterSending(error) : error;
  const code = codeOf(error);
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return new HttpGuardError('timeout', `${origin}: no connection in time`, requestSent);
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return new HttpGuardError('headers-too-large', `${origin}: the answer's headers are too large`, requestSent);
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED')
    return new HttpGuardError('aborted', `${origin}: the client is closed`, requestSent);
  const known = explanations[code];
  const text = known === undefined ? `the request failed (${code})` : `${known} (${code})`;
  return new HttpGuardError('network', `${origin}: ${text}`, requestSent);
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,60}$/.test(code) ? code : 'unknown error';
}
