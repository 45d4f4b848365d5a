/** The closed vocabularies of the product (DESIGN section 4). One word per thing; every part imports them from here. */

export const phases = [
  'discovering',
  'awaiting_approval',
  'awaiting_token',
  'registering',
  'manual_required',
  'submitted',
  'verifying',
  'awaiting_enablement',
  'active',
  'suspended',
  'retiring',
  'retired',
] as const;
/** Where a registration stands on its way to, and after, a working client. */
export type Phase = (typeof phases)[number];

export const credentialHealths = [
  'none',
  'healthy',
  'due',
  'rotating',
  'overdue',
  'expired',
  'rejected',
  'unknown',
] as const;
/** Second axis of state: how the current credential is doing. */
export type CredentialHealth = (typeof credentialHealths)[number];

export const methods = ['auto', 'dynamic', 'manual', 'adopt', 'udap', 'metadata_document'] as const;
/** How a client is obtained. */
export type Method = (typeof methods)[number];
/** Methods that this version can carry out; the others answer 422 `method-unavailable`. */
export const availableMethods = ['auto', 'dynamic', 'manual', 'adopt'] as const satisfies readonly Method[];

export const conditionTypes = [
  'Discovered',
  'Registered',
  'RedirectUrisRegistered',
  'ScopesRegistered',
  'CredentialProved',
  'LaunchProved',
  'NeedsAttention',
] as const;
export type ConditionType = (typeof conditionTypes)[number];

export const documentSources = [
  'smart-configuration',
  'capability-statement',
  'oauth-authorization-server',
  'openid-configuration',
] as const;
/** The documents that name OAuth endpoints. */
export type DocumentSource = (typeof documentSources)[number];

export const discoverySources = [...documentSources, 'operator', 'none'] as const;
/** Where an endpoint was taken from. */
export type DiscoverySource = (typeof discoverySources)[number];

export const strategies = ['update', 'replace', 'admin', 'key', 'manual', 'none'] as const;
/** How a credential is rotated (DESIGN section 6). */
export type Strategy = (typeof strategies)[number];

export const environmentClasses = ['production', 'nonProduction'] as const;
export type EnvironmentClass = (typeof environmentClasses)[number];

/** Token endpoint authentication methods of this version (RFC 7591 section 2). */
export const authMethods = ['client_secret_basic', 'client_secret_post', 'none', 'private_key_jwt'] as const;
export type AuthMethod = (typeof authMethods)[number];

export const roles = ['viewer', 'operator', 'administrator'] as const;
/** What a caller may do; each role includes the ones before it. */
export type Role = (typeof roles)[number];

/** Class of an environment that the application does not list: `production` exactly when its name is. */
export function defaultEnvironmentClass(environment: string): EnvironmentClass {
  return environment === 'production' ? 'production' : 'nonProduction';
}
