/**
 * Members of client metadata that a server may show and that are kept with their values: all of them say what a client
 * may do or how it is presented, none holds a secret. What is not here is kept by its name only, as a peer gives a
 * secret whatever name it likes.
 */
const members = [
  // RFC 7591 section 2; `software_statement` is not among them, as it is kept only where it was sent.
  'redirect_uris token_endpoint_auth_method grant_types response_types client_name client_uri logo_uri scope contacts',
  'tos_uri policy_uri jwks_uri jwks software_id software_version',
  // OpenID Connect Registration section 2, Session, Front- and Back-Channel Logout, CIBA, Federation.
  'application_type sector_identifier_uri subject_type id_token_signed_response_alg id_token_encrypted_response_alg',
  'id_token_encrypted_response_enc userinfo_signed_response_alg userinfo_encrypted_response_alg',
  'userinfo_encrypted_response_enc request_object_signing_alg request_object_encryption_alg',
  'request_object_encryption_enc token_endpoint_auth_signing_alg default_max_age require_auth_time default_acr_values',
  'initiate_login_uri request_uris post_logout_redirect_uris frontchannel_logout_uri',
  'frontchannel_logout_session_required backchannel_logout_uri backchannel_logout_session_required',
  'backchannel_token_delivery_mode backchannel_client_notification_endpoint backchannel_user_code_parameter',
  'backchannel_authentication_request_signing_alg client_registration_types organization_name',
  // The rest of IANA's registry of OAuth client metadata: RFC 7662's signed answers, 8705, 9101, 9126, 9396, 9449, JARM.
  'introspection_signed_response_alg introspection_encrypted_response_alg introspection_encrypted_response_enc',
  'introspection_endpoint_auth_method introspection_endpoint_auth_signing_alg revocation_endpoint_auth_method',
  'revocation_endpoint_auth_signing_alg tls_client_certificate_bound_access_tokens tls_client_auth_subject_dn',
  'tls_client_auth_san_dns tls_client_auth_san_uri tls_client_auth_san_ip tls_client_auth_san_email',
  'require_signed_request_object require_pushed_authorization_requests authorization_details_types',
  'dpop_bound_access_tokens authorization_signed_response_alg authorization_encrypted_response_alg',
  'authorization_encrypted_response_enc response_modes use_mtls_endpoint_aliases id_token_token_binding_cnf',
  'access_token_token_binding_cnf refresh_token_token_binding_cnf',
  // SMART App Launch and what its servers name alike; UDAP's certification.
  'launch_uri launch_url launch_uris smart_style_url fhir_versions fhir_context udap certifications emailAddress',
  // Keycloak, oidc-provider, IdentityServer, Okta, Auth0, Spring, ForgeRock.
  'client_description description enabled consent_required allowed_cors_origins web_origins web_message_uris',
  'code_challenge_method pkce_required require_pkce require_proof_key issuer_mode participate_slo',
  'access_token_type access_token_format access_token_signed_response_alg access_token_lifetime',
  'authorization_code_lifetime refresh_token_lifetime id_token_lifetime identity_token_lifetime',
  'absolute_refresh_token_lifetime sliding_refresh_token_lifetime refresh_token_usage refresh_token_expiration',
  'revoke_refresh_token allow_offline_access is_first_party oidc_conformant app_type audience default_scopes',
  'client_type public_client client_status status',
].flatMap((line) => line.split(' '));

const knownNames: ReadonlySet<string> = new Set(members);

/** Members of a JSON Web Key that anyone may see (RFC 7517 section 4, RFC 7518 section 6). */
const publicOfKey: ReadonlySet<string> = new Set(
  'kty use key_ops alg kid x5u x5c x5t x5t#S256 crv x y n e nbf exp iat'.split(' '),
);

/** A name may carry a language (RFC 7591 section 2.2). */
export function isKnownMember(name: string): boolean {
  return knownNames.has(name.replace(/#[A-Za-z0-9-]{1,35}$/, ''));
}

/** What a key set has inside, and its keys. */
export function isPublicKeyMember(name: string): boolean {
  return name === 'keys' || publicOfKey.has(name);
}
