import type { ReasonText } from './text.ts';

/** Proving a credential. */
export const proofs = {
  ProofSucceeded: { sentence: 'The credential authenticates at the token endpoint.', action: null },
  ProofInconclusive: { sentence: 'The token endpoint did not tell whether the credential is good.', action: null },
  CredentialNotProvedLately: {
    sentence: 'The token endpoint has not told for days whether the credential is good.',
    action: 'Call verify, which compares with a wrong secret; where that tells nothing either, check the launch.',
  },
  CredentialRejected: {
    sentence: 'The token endpoint rejects the credential.',
    action: 'Ask the health system whether the client was disabled or deleted.',
  },
  ClientLooksGone: {
    sentence:
      'The client used to work; now the token endpoint rejects its credential and the server refuses its registration access token. It was disabled or deleted; no new client is registered by itself.',
    action:
      'Ask the health system which of the two it is: an enabled client is taken up again by itself; for a new one, supply its credential or retire this registration.',
  },
  ClientNotEnabled: {
    sentence: 'The client is registered but does not work yet; a person at the health system may have to enable it.',
    action: 'Ask the health system to enable the client.',
  },
  PromotedUnproved: {
    sentence: 'The stored secret is rejected and the new one could not be judged, so the new one was made current.',
    action: 'Check the launch; then have the credential proved again (registrar verify REGISTRATION).',
  },
  BothCredentialsRejected: {
    sentence: 'Both the current and the new secret are rejected; both are kept.',
    action: 'Ask the health system whether the client was disabled or deleted.',
  },
  KeyHeldElsewhere: {
    sentence: 'Registrar does not hold the private key of this client, so nothing proves the client.',
    action:
      'Leave "jwks" and "jwks_uri" out of the client metadata if Registrar is to make the keys; otherwise report a launch.',
  },
} as const satisfies Record<string, ReasonText>;

/** The end of a credential. */
export const expiry = {
  CredentialExpired: {
    sentence: 'The secret has expired.',
    action: 'Read the timeline for why it could not be replaced in time.',
  },
} as const satisfies Record<string, ReasonText>;
