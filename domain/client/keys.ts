/**
 * Key pairs of clients that authenticate by `private_key_jwt` (SMART App Launch 2.2, "Client Authentication:
 * Asymmetric"). Every such client gets one of each algorithm, so that a server that takes only one of them is served
 * without registering anew.
 */
export const clientKeyAlgorithms = ['ES384', 'RS384'] as const;
export type ClientKeyAlgorithm = (typeof clientKeyAlgorithms)[number];

/** Public half of a key, as a JSON Web Key (RFC 7517). Holds no private member. */
export interface PublicClientKey {
  readonly kid: string;
  readonly alg: string;
  readonly jwk: Readonly<Record<string, unknown>>;
}

/**
 * The algorithm that assertions are signed with: ES384, but for a server that lists RS384 and not ES384
 * (`token_endpoint_auth_signing_alg_values_supported`, RFC 8414 section 2). A list with neither is not believed: SMART
 * wants servers to take both.
 */
export function chooseSigningAlgorithm(advertised: readonly string[] | null | undefined): ClientKeyAlgorithm {
  return clientKeyAlgorithms.find((algorithm) => advertised?.includes(algorithm)) ?? clientKeyAlgorithms[0];
}

/** Whether the client metadata bring their own keys: then somebody else holds the private half. */
export function bringsOwnKeys(metadata: Readonly<Record<string, unknown>>): boolean {
  return isGiven(metadata['jwks']) || isGiven(metadata['jwks_uri']);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** RFC 7517 section 5. */
export interface JsonWebKeySet {
  readonly keys: readonly PublicClientKey['jwk'][];
}

export function jwkSet(keys: readonly PublicClientKey[]): JsonWebKeySet {
  return { keys: keys.map(({ jwk }) => jwk) };
}
