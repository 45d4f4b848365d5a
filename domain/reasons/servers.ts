import type { ReasonText } from './text.ts';

/** Service accounts and administrators of authorization servers. */
export const serverAccounts = {
  ServiceAccountRejected: {
    sentence: 'The authorization server does not accept the service account or administrator.',
    action: 'Check its client id and secret, that it is enabled, and that it is of the same realm; supply it again.',
  },
  ServiceAccountForbidden: {
    sentence: 'The service account or administrator may not do this.',
    action:
      'Give it the roles that it needs; at Keycloak create-client, view-clients and manage-clients of realm-management.',
  },
  ServiceAccountAnswerNotUsable: {
    sentence: 'The authorization server answered the service account or administrator with something unexpected.',
    action: 'Check that the address is that of the realm, and the version of the server.',
  },
  KeycloakRequestUnanswered: {
    sentence:
      'A request that creates or changes a client got no answer; the client is listed among the orphans (GET /v1/orphans).',
    action:
      'Read the client; ask for a new registration access token with an account of the realm, or delete the client.',
  },
  ClientUnknown: {
    sentence: 'The authorization server knows no such client.',
    action: 'Check the client id and the realm; ask the health system whether the client was deleted.',
  },
} as const satisfies Record<string, ReasonText>;

/** Servers that do not answer. */
export const peers = {
  PeerUnavailable: {
    sentence: 'The health system has not answered for an hour; Registrar goes on trying.',
    action: 'Check the status of the health system.',
  },
  PeerNotAnswering: { sentence: 'The health system did not answer; the step is tried again.', action: null },
  OriginVerdictsBad: {
    sentence:
      'A fifth of the proofs at this server turned bad within an hour, so its proofs pause: it looks like the server, not like each of its clients.',
    action:
      'Check the status of the server with its operator. Its proofs go on by themselves, and this ends once a sample went well.',
  },
  TurnNotYet: { sentence: 'Requests to this server are spread over time; this step comes later.', action: null },
} as const satisfies Record<string, ReasonText>;
