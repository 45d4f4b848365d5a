import type { ReasonText } from './text.ts';

/** Reading the discovery documents. */
export const discovery = {
  DocumentRead: { sentence: 'The discovery documents were read.', action: null },
  DiscoveryFailed: {
    sentence: 'No usable discovery document was found at the FHIR base URL.',
    action: 'Check the FHIR base URL with the health system; correct it by adding a registration with the right one.',
  },
  AddressNotAllowed: {
    sentence: 'An address of the health system is private or otherwise forbidden.',
    action:
      'If the address is right, add its host:port to REGISTRAR_ALLOWED_HOSTS and restart; then have the documents read again (Discover on the page, or registrar discover REGISTRATION).',
  },
  NoRegistrationEndpoint: {
    sentence: 'The health system advertises no registration endpoint.',
    action: 'Register the client by hand with the vendor or the health system.',
  },
} as const satisfies Record<string, ReasonText>;

/** Registration endpoints that were found, and their approval. */
export const registrationEndpoints = {
  EndpointApprovalNeeded: {
    sentence: 'A registration endpoint was found that is used only once an administrator has approved it.',
    action:
      'Compare the endpoint with what the health system says; then approve it on the page of the registration, or with registrar approve-endpoint and the values that registrar status shows.',
  },
  RegistrationEndpointAppeared: {
    sentence: 'A registration endpoint has appeared; this registration is being carried out by a person.',
    action:
      'Go on by hand; or, as an administrator, approve it on the page or with registrar approve-endpoint, and Registrar registers the client.',
  },
  RegistrationEndpointNotUsable: {
    sentence: 'The advertised registration endpoint did not answer as an OAuth registration endpoint.',
    action: 'Ask the health system how clients are registered; carry it out by hand.',
  },
} as const satisfies Record<string, ReasonText>;

/** Discovery documents that changed, and what is not sent because of it. */
export const rediscovery = {
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
} as const satisfies Record<string, ReasonText>;
