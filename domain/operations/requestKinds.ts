/**
 * What is to be known of a kind of request without sending one (DESIGN section 5). A new kind is a row here, and one of
 * `activities/requests/kinds.ts`.
 */
export interface RequestKindTraits {
  /** Whether the same request may be sent again while nobody knows what became of it. */
  readonly repeatable: boolean;
  /** Whether a client may exist after an answer was lost that nobody holds. */
  readonly leavesClient: boolean;
  /** Whether it is sent for a registration that retires. */
  readonly whileRetiring: boolean;
}

const requestKinds: Readonly<Record<string, RequestKindTraits>> = {
  // RFC 7591 section 3.1.
  register: { repeatable: false, leavesClient: true, whileRetiring: false },
  // RFC 7592 section 2.2: a new secret or token may be in the answer only.
  update: { repeatable: false, leavesClient: false, whileRetiring: false },
  // RFC 7592 section 2.1: may renew the registration access token; the next read shows the same client.
  read: { repeatable: true, leavesClient: false, whileRetiring: true },
  // A vendor's call for a new secret of the same client.
  regenerate: { repeatable: false, leavesClient: false, whileRetiring: false },
  // RFC 7592 section 2.3.
  delete: { repeatable: true, leavesClient: false, whileRetiring: true },
  // UDAP: posting again with the same statement modifies the same client.
  'udap-register': { repeatable: true, leavesClient: false, whileRetiring: false },
};

export const kindsWhileRetiring: readonly string[] = Object.keys(requestKinds).filter(
  (kind) => requestKinds[kind]?.whileRetiring,
);

/** Of a kind that this release does not know, the careful answers. */
const unknownKind: RequestKindTraits = { repeatable: false, leavesClient: false, whileRetiring: false };

export function traitsOf(kind: string): RequestKindTraits {
  return Object.hasOwn(requestKinds, kind) ? (requestKinds[kind] as RequestKindTraits) : unknownKind;
}
