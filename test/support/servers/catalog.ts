/** The real parts that tests run against, and what a test gets to know about each. */
export const serverNames = [
  'temporal',
  'keycloak',
  'moto',
  'postgres',
  'oidc-provider',
  'chromium',
  'time-skipping',
] as const;
export type ServerName = (typeof serverNames)[number];

/** Versions that are fetched when the machine has none. */
export const pinned = { temporal: '1.5.1', timeSkipping: '1.32.1', keycloak: '26.7.4', moto: '5.2.5' } as const;

export interface ServerAddresses {
  temporal: {
    /** `host:port` of the front end, plaintext. */
    readonly address: string;
    readonly namespace: string;
    /** The `temporal` command; null when the server was given by address or runs in a container. */
    readonly binary: string | null;
  };
  'time-skipping': {
    /** Java class path of Temporal's test server: it has one clock, so that each test starts one of its own. */
    readonly classPath: string;
  };
  keycloak: {
    /** Without trailing slash. */
    readonly url: string;
    /** Realm of `deploy/keycloak/`. */
    readonly realm: string;
    /** Administrator in the realm `master`. */
    readonly admin: { readonly username: string; readonly password: string };
  };
  moto: {
    /** Endpoint for `AWS_ENDPOINT_URL_SECRETS_MANAGER`; any static key is taken. */
    readonly url: string;
  };
  postgres: {
    /** Superuser URL of the maintenance database. Tests make databases of their own: {@link freshDatabase}. */
    readonly url: string;
  };
  'oidc-provider': { readonly [name: string]: never };
  chromium: { readonly executablePath: string };
}

/** What was found out about one server before the tests started. */
export type Provided<Name extends ServerName> =
  | {
      readonly available: true;
      /** As the server itself says, such as `26.7.4`. */
      readonly version: string;
      readonly address: ServerAddresses[Name];
    }
  | { readonly available: false; readonly reason: string };

export type ProvidedServers = { readonly [Name in ServerName]?: Provided<Name> };

/** How people call it. */
export const labels: Readonly<Record<ServerName, string>> = {
  temporal: 'Temporal',
  'time-skipping': 'the time-skipping Temporal',
  keycloak: 'Keycloak',
  moto: 'moto',
  postgres: 'PostgreSQL',
  'oidc-provider': 'oidc-provider',
  chromium: 'Chromium',
};

export interface Running<Name extends ServerName> {
  readonly version: string;
  readonly address: ServerAddresses[Name];
  stop(): Promise<void>;
}

/** Says what is being done, for a person who waits. */
export type Progress = (message: string) => void;

/**
 * One way to have a server. `obtain` fetches what is needed and answers how to start it, or says by
 * {@link NotHere} why this way is closed on this machine.
 */
export interface Way<Name extends ServerName> {
  readonly name: string;
  obtain(progress: Progress): Promise<() => Promise<Running<Name>>>;
}

export interface ServerRecipe<Name extends ServerName> {
  readonly name: Name;
  /** Tried in this order. */
  readonly ways: readonly Way<Name>[];
  /** The one command that would help when all ways are closed. */
  readonly help: string;
}

/** A way is closed on this machine. The message says why. */
export class NotHere extends Error {
  override readonly name = 'NotHere';
}
