/** What one registration sets itself, over its application and environment; each a merge patch (RFC 7396). */
export interface OwnSettings {
  readonly clientMetadata?: unknown;
  readonly rotationPolicy?: unknown;
  readonly policies?: unknown;
}

/** What registrations set themselves, in revisions. */
export interface OwnSettingsRevisions {
  /** What a registration sets itself, in its newest revision. */
  ownSettings(registrationId: string): Promise<{ revision: number; settings: OwnSettings } | null>;
  /**
   * The revision after `expected`, with its audit: of the tenant, by names of members only. False when another one
   * came meanwhile: read, merge and try again.
   */
  putOwnSettings(registrationId: string, expected: number, settings: OwnSettings, actor?: string): Promise<boolean>;
  /**
   * Takes back a revision whose change was refused, with its audit. One that another revision followed stays; one that a
   * request or a client has already is followed by what was before it, as its number means that content for good.
   */
  takeBackOwnSettings(registrationId: string, revision: number, actor?: string): Promise<void>;
}
