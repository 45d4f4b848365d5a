/** HTTP headers by name. Values are secret: never in a log, an answer or an argument of a workflow. */
export type DiscoveryHeaders = Readonly<Record<string, string>>;

/** Headers that an administrator gave for reading the discovery documents. */
export interface DiscoveryHeaderLedger {
  /** Headers that go with discovery, to the origin of the FHIR base URL only; their values are secret. */
  discoveryHeaders(registrationId: string): Promise<DiscoveryHeaders>;
  /** Replaces all of them, sealed at once; none deletes them. Idempotent. */
  putDiscoveryHeaders(registrationId: string, headers: DiscoveryHeaders): Promise<void>;
}
