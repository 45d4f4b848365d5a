/** What the sandbox uses of oidc-provider 9, which has no types of its own. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface OidcClient {
    readonly clientId: string;
    compareClientSecret(actual: string): boolean | Promise<boolean>;
  }

  interface OidcToken {
    save(): Promise<string>;
    destroy(): Promise<void>;
  }

  export interface OidcContext {
    readonly req: IncomingMessage;
    readonly method: string;
    readonly status: number;
    /** Undefined until a route of the provider matched. */
    readonly oidc?: {
      readonly entities: { readonly Client?: OidcClient; readonly InitialAccessToken?: OidcToken };
    };
  }

  export interface Adapter {
    upsert(id: string, payload: Record<string, unknown>, expiresIn?: number): Promise<void>;
    find(id: string): Promise<Record<string, unknown> | undefined>;
    findByUid(uid: string): Promise<Record<string, unknown> | undefined>;
    findByUserCode(userCode: string): Promise<Record<string, unknown> | undefined>;
    consume(id: string): Promise<void>;
    destroy(id: string): Promise<void>;
    revokeByGrantId(grantId: string): Promise<void>;
  }

  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    readonly Client: { readonly prototype: OidcClient };
    readonly InitialAccessToken: new (properties: {
      policies?: readonly string[];
    }) => OidcToken;
    use(middleware: (context: OidcContext, next: () => Promise<void>) => Promise<void>): void;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  }
}
