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
  TaskReminder: {
    sentence: 'A task of a person has not moved for a while.',
    action: 'Ask whoever has it, then note the progress at the registration (PATCH …/task).',
  },
  TaskEscalated: {
    sentence: 'A task of a person is late.',
    action: 'Take it to the one who is responsible for this health system; note the progress at the registration.',
  },
  TaskDeadlineMissed: {
    sentence: 'The developer of the certified technology is late with what 45 CFR 170.404(b)(1) gives it time for.',
    action: 'Write to the developer and quote the rule; the packet names both clocks.',
  },
  ManualRotationNeeded: {
    sentence: 'The secret is due for rotation, and the health system offers no way to replace it by a request.',
    action:
      'Get a new secret from the vendor or the health system before the expiry and supply it at the registration.',
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
  EndpointApprovalNeeded: {
    sentence: 'A registration endpoint was found that is used only once an administrator has approved it.',
    action:
      'Compare the endpoint with what the health system says; then call approve-endpoint with its registrationEndpoint and evidenceHash.',
  },
  RegistrationEndpointAppeared: {
    sentence: 'A registration endpoint has appeared; this registration is being carried out by a person.',
    action:
      'Go on by hand; or, as an administrator, call approve-endpoint with its registrationEndpoint and evidenceHash, and Registrar registers the client.',
  },
  RegistrationEndpointNotUsable: {
    sentence: 'The advertised registration endpoint did not answer as an OAuth registration endpoint.',
    action: 'Ask the health system how clients are registered; carry it out by hand.',
  },
  ClientRegistered: { sentence: 'The authorization server registered the client.', action: null },
  ClientMetadataNotAcceptable: {
    sentence:
      'The client metadata have errors that an authorization server would refuse; nothing was sent, and no initial access token was spent.',
    action: 'Correct the application as the findings say and put it again; then call discover.',
  },
  RegistrationRejected: {
    sentence: 'The authorization server rejected the client metadata.',
    action:
      'Read the error of the server in the timeline, correct the application or the registration, then register again.',
  },
  SoftwareStatementRejected: {
    sentence: 'The authorization server cannot use the software statement.',
    action: 'Put the software statement that this health system signed, or accepts, into the client metadata.',
  },
  SoftwareStatementNotApproved: {
    sentence: 'The authorization server has not approved the software statement.',
    action: 'Ask the health system to approve the software statement, or for one that it approves.',
  },
  RegistrationForbidden: {
    sentence: 'The authorization server refused this client registration.',
    action: 'Ask the administrator of the authorization server which policy refused it.',
  },
  TrustedHostsPolicyRefused: {
    sentence: "The authorization server's Trusted Hosts policy refused the request.",
    action:
      'Supply an initial access token, or ask its administrator to trust the host that Registrar sends from and the hosts of the redirect URIs.',
  },
  ConsentRequiredPolicyRefused: {
    sentence: "The authorization server's Consent Required policy refused the request.",
    action: 'Leave consentRequired on, or supply an initial access token whose policies do not ask for it.',
  },
  ProtocolMappersPolicyRefused: {
    sentence: "The authorization server's Allowed Protocol Mapper Types policy refused the request.",
    action: 'Leave the protocol mapper out, or ask its administrator to allow mappers of this type.',
  },
  ClientScopesPolicyRefused: {
    sentence: "The authorization server's Allowed Client Scopes policy refused the request.",
    action:
      'Ask its administrator to add the asked scopes to the policy (authenticated, where an initial access token was sent), or ask for fewer.',
  },
  FullScopePolicyRefused: {
    sentence: "The authorization server's Full Scope Disabled policy refused the request.",
    action: 'Leave fullScopeAllowed off, or ask its administrator to assign the roles to the client.',
  },
  MaxClientsPolicyRefused: {
    sentence: "The authorization server's Max Clients policy refused the request: the realm is full.",
    action: 'Ask its administrator to delete clients that nobody uses, or to raise the limit.',
  },
  ClientDisabledPolicyRefused: {
    sentence: "The authorization server's Client Disabled policy refused to enable the client.",
    action: 'Ask its administrator to enable the client.',
  },
  RegistrationPolicyRefused: {
    sentence: 'A client registration policy of the authorization server refused the request.',
    action: 'Ask its administrator what the policy named in the message asks for.',
  },
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
    sentence: 'A request that creates or changes a client got no answer; what was sent is in the orphan ledger.',
    action:
      'Read the client; ask for a new registration access token with an account of the realm, or delete the client.',
  },
  ClientUnknown: {
    sentence: 'The authorization server knows no such client.',
    action: 'Check the client id and the realm; ask the health system whether the client was deleted.',
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
  InitialAccessTokenExhausted: {
    sentence: 'The initial access token has no registration left.',
    action: 'Get a new initial access token from the health system and supply it.',
  },
  InitialAccessTokenExpired: {
    sentence: 'The initial access token has expired.',
    action: 'Get a new initial access token from the health system and supply it before it expires.',
  },
  InitialAccessTokenRevoked: {
    sentence: 'The authorization server no longer knows the initial access token; it was revoked.',
    action: 'Ask the health system why it was revoked, get a new initial access token and supply it.',
  },
  InitialAccessTokenUnreadable: {
    sentence:
      'The authorization server cannot read the initial access token: it is of another realm, made under another host name or with retired keys, past its end, or not a token.',
    action: 'Get an initial access token of this realm, made at this host name, and supply it.',
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
  KeyHeldElsewhere: {
    sentence: 'Registrar does not hold the private key of this client, so nothing proves the client.',
    action:
      'Leave "jwks" and "jwks_uri" out of the client metadata if Registrar is to make the keys; otherwise report a launch.',
  },
  NoSecretToRotate: { sentence: 'The client is public: it has no secret to replace.', action: null },
  KeyRotationNotAvailable: {
    sentence: 'The client authenticates with a key, which does not expire; a later version replaces keys.',
    action: 'If the key was shown to somebody, retire the registration and add it again.',
  },
  Rotated: { sentence: 'The credential was replaced.', action: null },
  RotationTooEarly: { sentence: 'The server kept the secret: it is too early; asked again later.', action: null },
  RotationNotSupported: {
    sentence: 'The server has no client configuration endpoint, so the secret cannot be replaced in place.',
    action: 'Register a new client before the secret expires.',
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
  MetadataApplied: { sentence: 'The authorization server took the changed client metadata.', action: null },
  MetadataUnchanged: { sentence: 'The client metadata are the same; nobody was contacted.', action: null },
  MetadataForFirstClient: {
    sentence: 'There is no client yet; the one that is registered gets the newest metadata.',
    action: null,
  },
  MetadataOfHolder: { sentence: 'The client belongs to another registration, and so do its metadata.', action: null },
  MetadataUpdatable: { sentence: 'The client can be changed in place (RFC 7592).', action: null },
  MetadataAppliedByHand: { sentence: 'A person changed the metadata of the client.', action: null },
  MetadataByHand: {
    sentence: 'The client cannot be changed from here: the server offers no client configuration endpoint for it.',
    action:
      'Change the named members where the client was registered, by its portal or with the health system; then note it (registrar task REGISTRATION --state verified).',
  },
  MetadataRejected: {
    sentence: 'The server refuses the changed client metadata; the client keeps those that it had.',
    action: 'Read the error of the server; correct the metadata or ask the health system, then send the change again.',
  },
  MetadataUpdateUnavailable: {
    sentence: 'The server did not take the changed client metadata; Registrar no longer tries.',
    action: 'Check the status of the health system, then send the change again.',
  },
  AuthMethodFixed: {
    sentence: 'The way in which an existing client authenticates cannot be changed.',
    action: 'Add a new registration with the new method and retire this one, or take the change back.',
  },
  SoftwareStatementFixed: {
    sentence: 'An existing client keeps the software statement that it was registered with.',
    action: 'Add a new registration with the new statement and retire this one, or take the change back.',
  },
  NewClientInstead: {
    sentence: 'The server registers clients but cannot change one; the change needs a new client.',
    action: 'Add a new registration and retire this one, or ask the health system to change the client.',
  },
  ClientNotProved: {
    sentence: 'The client is not proved yet; the changed metadata are stored and were not sent.',
    action: 'Send the change again when the registration is active.',
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
    action:
      'Ask the health system whether the change is theirs. A registration endpoint can be approved with approve-endpoint; where the token or authorization endpoint moved, add the registration anew once they confirm it.',
  },
  AuthMethodNotAdvertised: {
    sentence: 'The discovery document no longer lists the authentication method of this client.',
    action: 'Ask the health system until when the method works, and plan a client with one that it lists.',
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
  SharedClientAvailable: {
    sentence:
      'No client can be registered here by a request, and the application has one at the same token endpoint already.',
    action: 'Share that client (shareWith), or have another one registered by hand.',
  },
  ClientShared: { sentence: 'The client of another registration is used.', action: null },
  HolderNotReady: {
    sentence: 'The registration whose client is shared has no proved credential yet.',
    action: 'Look at that registration; this one goes on by itself when its credential is proved.',
  },
  HolderElsewhere: {
    sentence: 'The registration whose client is shared uses another token endpoint.',
    action: 'Compare the token endpoints; share the client of a registration at the same one, or register an own one.',
  },
  RetireShared: { sentence: 'The client goes on: it belongs to another registration.', action: null },
  HasSharers: { sentence: 'Other registrations use this client.', action: 'Retire the sharing registrations first.' },
  OperationFailed: { sentence: 'The operation could not be carried out.', action: 'Read the message in the timeline.' },
  OperationNotPossible: { sentence: 'The operation is not possible in this phase.', action: null },
} as const satisfies Record<string, ReasonText>;

export type Reason = keyof typeof reasons;

/** Refusals by a client registration policy of the server: only its administrator, or other metadata, helps. */
export const policyReasons: ReadonlySet<Reason> = new Set([
  'TrustedHostsPolicyRefused',
  'ConsentRequiredPolicyRefused',
  'ProtocolMappersPolicyRefused',
  'ClientScopesPolicyRefused',
  'FullScopePolicyRefused',
  'MaxClientsPolicyRefused',
  'ClientDisabledPolicyRefused',
  'RegistrationPolicyRefused',
]);

/** The sentence of a reason, followed by its action where there is one. */
export function explain(reason: Reason): string {
  const { sentence, action } = reasons[reason];
  return action === null ? sentence : `${sentence} ${action}`;
}
