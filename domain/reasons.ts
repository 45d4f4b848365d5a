/**
 * Every reason that a condition, an event or a problem can carry, each with a sentence for people and, where a
 * person is needed, what to do. CamelCase constants as in Kubernetes (DESIGN section 4).
 */
interface ReasonText {
  /** What is the case. */
  readonly sentence: string;
  /** What a person should do; null when Registrar goes on by itself. */
  readonly action: string | null;
}

export const reasons = {
  Pending: { sentence: 'Not yet tried.', action: null },
  NotNeeded: { sentence: 'Nothing needs a person.', action: null },
  NotReported: {
    sentence: 'No launch has been reported yet.',
    action: 'After a first successful launch, call report-launch.',
  },
  LaunchSucceeded: { sentence: 'The application reported a launch that worked.', action: null },
  LaunchFailed: {
    sentence: 'The application reported a launch that failed.',
    action:
      'Read the error in the timeline: compare redirect URIs and scopes with the registered ones, and ask the health system whether the application is enabled for its users.',
  },
  DocumentRead: { sentence: 'The discovery documents were read.', action: null },
  DiscoveryFailed: {
    sentence: 'No usable discovery document was found at the FHIR base URL.',
    action: 'Check the FHIR base URL with the health system; correct it by adding a registration with the right one.',
  },
  AddressNotAllowed: {
    sentence: 'An address of the health system is private or otherwise forbidden.',
    action: 'If the address is right, add its host:port to REGISTRAR_ALLOWED_HOSTS and restart; then call discover.',
  },
  NoRegistrationEndpoint: {
    sentence: 'The health system advertises no registration endpoint.',
    action: 'Register the client by hand with the vendor or the health system.',
  },
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
  RegistrationEndpointNotUsable: {
    sentence: 'The advertised registration endpoint did not answer as an OAuth registration endpoint.',
    action: 'Ask the health system how clients are registered; carry it out by hand.',
  },
  ClientRegistered: { sentence: 'The authorization server registered the client.', action: null },
  RegistrationRejected: {
    sentence: 'The authorization server rejected the client metadata.',
    action:
      'Read the error of the server in the timeline, correct the application or the registration, then register again.',
  },
  RegistrationForbidden: {
    sentence: 'The authorization server refused this client registration.',
    action: 'Ask the administrator of the authorization server which policy refused it.',
  },
  RegistrationAnswerNotUsable: {
    sentence:
      'The authorization server answered the registration with something that is not a client information response.',
    action: 'Check the client at the health system: it may exist. The stored answer is in the orphan ledger.',
  },
  RegistrationUnanswered: {
    sentence: 'Two registration requests got no answer; a client may exist that nobody holds.',
    action:
      'Ask the health system for clients of this name, remove what nobody holds, then supply a new initial access token.',
  },
  AnswerLate: {
    sentence:
      'The answer came after its request had been given up; the client that it tells of is kept in the orphan ledger.',
    action: 'Compare the client with the registration; ask the health system to delete it when nobody uses it.',
  },
  InitialAccessTokenNeeded: {
    sentence: 'The authorization server wants an initial access token.',
    action: 'Get an initial access token from the health system and supply it.',
  },
  InitialAccessTokenRejected: {
    sentence: 'The authorization server did not accept the initial access token.',
    action: 'Get a new initial access token from the health system and supply it.',
  },
  InitialAccessTokenSpent: {
    sentence: 'The initial access token was used by a request whose answer was lost.',
    action: 'Supply a new initial access token; the lost client is listed in the orphan ledger.',
  },
  RedirectUrisAsAsked: {
    sentence: 'The registered redirect URIs equal the ones asked for, byte by byte.',
    action: null,
  },
  RedirectUrisDiffer: {
    sentence: 'The authorization server registered other redirect URIs than asked for.',
    action: 'Compare the redirect URIs in the timeline; ask the health system to correct them.',
  },
  RedirectUrisNotShown: { sentence: 'The answer does not show the redirect URIs.', action: null },
  ScopesAsAsked: { sentence: 'The registered scopes equal the ones asked for.', action: null },
  ScopesDiffer: {
    sentence: 'The authorization server registered other scopes than asked for.',
    action: 'Compare the scopes; ask the health system to allow the missing ones.',
  },
  ScopesNotShown: { sentence: 'The answer does not show the scopes.', action: null },
  ProofSucceeded: { sentence: 'The credential authenticates at the token endpoint.', action: null },
  ProofInconclusive: { sentence: 'The token endpoint did not tell whether the credential is good.', action: null },
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
    action: 'Check the launch; call verify.',
  },
  BothCredentialsRejected: {
    sentence: 'Both the current and the new secret are rejected; both are kept.',
    action: 'Ask the health system whether the client was disabled or deleted.',
  },
  Rotated: { sentence: 'The credential was replaced.', action: null },
  RotationTooEarly: { sentence: 'The server kept the secret: it is too early; asked again later.', action: null },
  RotationNotSupported: {
    sentence: 'The server has no client configuration endpoint, so the secret cannot be replaced in place.',
    action: 'Register a new client before the secret expires.',
  },
  NewSecretNeeded: {
    sentence: 'The secret was supplied by a person and cannot be replaced by Registrar.',
    action: 'Get a new secret from the health system and supply it: registrar credential supply.',
  },
  RotationPolicyInvalid: {
    sentence: 'The rotation policy asks to renew earlier than the secret lives; the default time is used.',
    action: 'Set renewBefore to less than the lifetime of the secret.',
  },
  ManagementRejected: {
    sentence:
      'The server refuses every registration access token that is stored; the client may be gone or its token lost.',
    action:
      'Ask the administrator of the authorization server for a new registration access token, or register anew before the secret expires.',
  },
  UpdateRejected: {
    sentence: 'The server refuses the update of the client.',
    action: 'Read the error of the server in the timeline; correct the metadata or ask the health system.',
  },
  CredentialExpired: {
    sentence: 'The secret has expired.',
    action: 'Read the timeline for why it could not be replaced in time.',
  },
  PeerUnavailable: {
    sentence: 'The health system has not answered for an hour; Registrar goes on trying.',
    action: 'Check the status of the health system.',
  },
  PeerNotAnswering: { sentence: 'The health system did not answer; the step is tried again.', action: null },
  EndpointChanged: {
    sentence: 'The discovery document names another origin than the approved one; the old one is used.',
    action: 'Ask the health system whether the change is theirs; approve it, or leave it.',
  },
  AudienceRefused: {
    sentence: 'A secret would have been sent to an origin that was not approved for it; nothing was sent.',
    action: 'Compare the endpoints with the approved ones.',
  },
  RecordsUnavailable: { sentence: 'The database did not answer; the step is tried again.', action: null },
  RecordsConflict: {
    sentence:
      'The records hold other events than the workflow of this registration was about to write; it starts again from the records.',
    action: 'Make sure that one Temporal server only works on this database; then call verify.',
  },
  SecretStoreUnavailable: {
    sentence: 'The secret store did not answer; the stored answer is kept and the step is tried again.',
    action: null,
  },
  SecretStoreConflict: {
    sentence: 'Another version of the secret became current meanwhile; nothing was overwritten.',
    action: 'Find out who else writes this secret; then call rotate.',
  },
  SecretStoreRefused: {
    sentence: 'The secret store refuses the write.',
    action: 'Check the permissions and the state of the secret named in the message.',
  },
  RetireDeleted: { sentence: 'The client was deleted at the authorization server.', action: null },
  RetireNotSupported: {
    sentence: 'The authorization server cannot delete the client; it is listed for a person.',
    action: 'Ask the health system to delete the client, then remove it from the orphan ledger.',
  },
  RetireWithoutClient: { sentence: 'There was no client to delete.', action: null },
  HasSharers: { sentence: 'Other registrations use this client.', action: 'Retire the sharing registrations first.' },
  OperationFailed: { sentence: 'The operation could not be carried out.', action: 'Read the message in the timeline.' },
  OperationNotPossible: { sentence: 'The operation is not possible in this phase.', action: null },
} as const satisfies Record<string, ReasonText>;

export type Reason = keyof typeof reasons;

/** The sentence of a reason, followed by its action where there is one. */
export function explain(reason: Reason): string {
  const { sentence, action } = reasons[reason];
  return action === null ? sentence : `${sentence} ${action}`;
}
