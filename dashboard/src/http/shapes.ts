import type { TenantRecord } from '../../../domain/ports/callers/tenants.ts';
import type { EventRecord } from '../../../domain/ports/lists/events.ts';
import type { PausedOrigin } from '../../../domain/ports/lists/pausedOrigins.ts';
import type { Page } from '../../../domain/ports/page.ts';
import type { RegistrationView } from '../../../domain/registration/view.ts';
import type { AuthorizationServerRecord } from '../../../domain/servers/authorizationServer.ts';
import type { InitialAccessTokenRecord } from '../../../domain/servers/initialAccessToken.ts';
import type { Role } from '../../../domain/words.ts';

export type {
  AuthorizationServerRecord,
  EventRecord,
  InitialAccessTokenRecord,
  Page,
  RegistrationView,
  Role,
  TenantRecord,
};

/** Answer of `POST /v1/session`. */
export interface SessionAnswer {
  readonly csrfToken: string;
  readonly role: Role;
  /** RFC 3339 UTC. */
  readonly expiresAt: string;
}

/** Answer of `GET /v1/registrations/{registrationId}`. */
export interface RegistrationDetail extends RegistrationView {
  /** Registrations whose client this one could share; absent where there is none. */
  readonly shareableWith?: readonly string[];
}

/** Answer of `GET /v1/summary`. */
export interface Summary {
  readonly phases: Readonly<Record<string, number>>;
  readonly credentialHealth: Readonly<Record<string, number>>;
  readonly needsAttention: number;
  readonly expiring: readonly { readonly from: string; readonly to: string; readonly count: number }[];
  readonly pausedOrigins: readonly PausedOrigin[];
}

/** Answer of every action. */
export interface Accepted {
  readonly operationId: string;
  readonly registrationId: string;
}
