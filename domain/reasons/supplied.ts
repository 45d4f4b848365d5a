import type { ReasonText } from './text.ts';

/** Clients that a person registers, and credentials that a person supplies. */
export const supplied = {
  ManualMethod: {
    sentence: 'This registration is carried out by a person.',
    action: 'Register the client with the health system.',
  },
  CredentialAwaited: {
    sentence: 'The client exists already; its credential has not been supplied yet.',
    action: 'Supply client id and secret: registrar credential supply, or POST …/credential.',
  },
  ClientSupplied: { sentence: 'The client was made outside of Registrar, and its credential supplied.', action: null },
  ClientHeldElsewhere: {
    sentence: 'Another registration holds this client at the same token endpoint; exactly one may.',
    action: 'Check the client id; share the client of the other registration, or retire that one first.',
  },
  ClientUriNotAllowed: {
    sentence:
      'The registration client URI is on another origin than the approved endpoints; the registration access token was not stored.',
    action:
      'Check the URI; give it as the authorization server issued it, or supply the credential without it and its token.',
  },
  SuppliedCredentialGone: {
    sentence: 'The supplied secret is not there any more: nothing claimed it within an hour.',
    action: 'Supply the credential again.',
  },
  SuppliedCredentialRejected: {
    sentence: 'The token endpoint rejects the credential that was supplied.',
    action:
      'Check that client id, secret and authentication method belong together and were copied whole, and ask the health system whether the client is enabled; then supply it again.',
  },
  AwaitingDistribution: {
    sentence: 'The token endpoint does not know the supplied credential yet; vendors take time to distribute it.',
    action: null,
  },
  ClientReplaced: {
    sentence: 'A credential of another client took the place of this one, which may still exist.',
    action: 'Ask the health system to delete the former client when nobody uses it.',
  },
} as const satisfies Record<string, ReasonText>;
