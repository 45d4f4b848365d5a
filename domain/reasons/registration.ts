import type { ReasonText } from './text.ts';

/** Registering a client (RFC 7591). */
export const registration = {
  ClientRegistered: { sentence: 'The authorization server registered the client.', action: null },
  ClientMetadataNotAcceptable: {
    sentence:
      'The client metadata have errors that an authorization server would refuse; nothing was sent, and no initial access token was spent.',
    action:
      'Correct the application as the findings say and put it again; then have the documents read again (Discover on the page, or registrar discover REGISTRATION).',
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
} as const satisfies Record<string, ReasonText>;

/** Refusals by a client registration policy of the server. */
export const policyRefusals = {
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
} as const satisfies Record<string, ReasonText>;

/** Answers that are missing, late or of no use. */
export const lostAnswers = {
  RegistrationAnswerNotUsable: {
    sentence:
      'The authorization server answered the registration with something that is not a client information response.',
    action:
      'Check the client at the health system: it may exist, and is listed among the orphans (GET /v1/orphans). Have it removed there before it is registered once more.',
  },
  RegistrationUnanswered: {
    sentence: 'Two registration requests got no answer; a client may exist that nobody holds.',
    action:
      'Ask the health system for clients of this name and have removed what nobody holds; then supply a new initial access token, or call retry.',
  },
  AnswerAwaited: {
    sentence: 'The answer of a request may still come, or be on its way to the database; nothing is concluded before.',
    action: null,
  },
  AnswerSpooled: {
    sentence:
      'The answer of a request lies sealed on the disk of one instance (in the spool of its data directory), which has not brought it to the database.',
    action:
      'Start the instance named in the message with its data directory. Where that is lost, call retry (or what releases the hold that is shown): the request is settled without its answer.',
  },
  AnswerLate: {
    sentence:
      'The answer came after its request had been given up; the client that it tells of is listed among the orphans (GET /v1/orphans).',
    action: 'Compare the client with the registration; ask the health system to delete it when nobody uses it.',
  },
} as const satisfies Record<string, ReasonText>;

/** Retiring a client. */
export const retirement = {
  RetireDeleted: { sentence: 'The client was deleted at the authorization server.', action: null },
  RetireNotSupported: {
    sentence: 'The authorization server cannot delete the client; it is listed for a person.',
    action:
      'Ask the health system to delete the client. Nothing more is to be done here: it stays listed among the orphans (GET /v1/orphans), and this version takes no entry off that list.',
  },
  RetireWithoutClient: { sentence: 'There was no client to delete.', action: null },
} as const satisfies Record<string, ReasonText>;
