/** How clients authenticate at simulated authorization servers. */
export const clientAuthMethods = ['client_secret_basic', 'client_secret_post', 'none', 'private_key_jwt'] as const;

/** Of client assertions, as SMART App Launch 2.2 wants them. */
export const assertionAlgorithms = ['ES384', 'RS384'] as const;
