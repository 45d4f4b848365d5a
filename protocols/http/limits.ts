/** Milliseconds. */
export interface HttpTimeouts {
  /** Name resolution, and then TCP and TLS over all addresses that are tried. */
  readonly connect: number;
  /** From the first byte of the request to the last header of the answer. Raise it for registration endpoints that work long. */
  readonly headers: number;
  /** Between two pieces of the answer's body. */
  readonly body: number;
  /** Everything, redirects and waiting for the host's limits included; equals `TimePolicy.httpTotal`. */
  readonly total: number;
}

export const httpTimeouts: HttpTimeouts = { connect: 8_000, headers: 20_000, body: 10_000, total: 25_000 };

/** Bytes of an answer's body (DESIGN section 9). */
export const bodyLimits = {
  standard: 1024 * 1024,
  capabilityStatement: 4 * 1024 * 1024,
  registrationAnswer: 64 * 1024,
} as const;

/** Bytes of an answer's header section; some EHRs send large cookies and policies. */
export const longestHeaders = 32 * 1024;

/** Interim (1xx) answers before the final one (RFC 9110 section 15.2). */
export const mostInterimAnswers = 8;

export const mostRedirects = 3;

/** How long a connection, and with it a checked address, is used again: bounds what a changed name can do. */
export const longestPin = 60_000;

/**
 * Milliseconds that a connection which was opened ahead may wait for its request. Well under the five seconds after
 * which the most impatient servers close one that stays silent: a request must not meet that close half-way.
 */
export const longestAhead = 3_000;

/** Connections opened ahead that wait at one host and port, and at all. */
export const mostAhead = { perOrigin: 4, all: 64 } as const;
