/** Whether a registration client URI is that of Keycloak's OpenID Connect registration provider. */
export function isKeycloakClientUri(uri: string): boolean {
  return /^\/(?:.+\/)?realms\/[^/]+\/clients-registrations\/openid-connect\/[^/]+$/.test(
    URL.parse(uri)?.pathname ?? '',
  );
}
