import type { ReasonText } from './text.ts';

/** What the server registered, compared with what was asked for. */
export const registeredMetadata = {
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
} as const satisfies Record<string, ReasonText>;

/** Changing the metadata of an existing client. */
export const metadataChanges = {
  PoliciesFollowed: {
    sentence: 'The policies that were set for the application or the registration apply from now on.',
    action: null,
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
  EndpointsShown: {
    sentence: 'The application is shown the endpoints that are approved now; its secret is the same.',
    action: null,
  },
  ClientMetadataUnknown: {
    sentence: 'It is not known what metadata the client has, and an update replaces all of them; nothing was sent.',
    action:
      'Supply a registration access token that can read the client, or replace its secret by hand. It is read again by itself.',
  },
  ClientMetadataTooLarge: {
    sentence: 'The client has more metadata than are kept here; it is read before each update.',
    action: null,
  },
  ClientMetadataDiffer: {
    sentence: 'The authorization server shows other client metadata than were sent or asked for.',
    action:
      'Compare the named members with the health system. To bring the client to what the application asks for, send the metadata again; Registrar keeps what the server shows.',
  },
  ClientNotProved: {
    sentence: 'The client is not proved yet; the changed metadata are stored and were not sent.',
    action: 'Send the change again when the registration is active.',
  },
} as const satisfies Record<string, ReasonText>;
