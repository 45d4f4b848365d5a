/**
 * Ids of tenants, applications, environments, endpoints and registrations, and the names derived from them
 * (DESIGN sections 4 and 7). Secret names are part of the contract: applications read them.
 */

/** One part of a registration id: `[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?` without `--`. */
const idPart = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** Longest whole registration id, in characters. */
export const maxRegistrationIdLength = 100;

/** The four parts that identify a registration: one application at one endpoint of one tenant. */
export interface RegistrationKey {
  readonly tenantId: string;
  readonly applicationId: string;
  readonly environment: string;
  readonly endpointId: string;
}

/** Whether `value` may be a tenant, application, environment or endpoint id. */
export function isIdPart(value: string): boolean {
  return idPart.test(value) && !value.includes('--');
}

/** The grammar of an id part as a sentence, for error messages. */
export const idPartRule =
  '1 to 40 characters of a-z, 0-9 and "-", starting and ending with a letter or digit, without "--"';

/** Joins the four parts by dots. The parts must satisfy {@link isIdPart}. */
export function formatRegistrationId(key: RegistrationKey): string {
  return `${key.tenantId}.${key.applicationId}.${key.environment}.${key.endpointId}`;
}

/** The parts of a registration id, or null when the text is not one. */
export function parseRegistrationId(registrationId: string): RegistrationKey | null {
  if (registrationId.length > maxRegistrationIdLength) return null;
  const [tenantId, applicationId, environment, endpointId, ...rest] = registrationId.split('.');
  if (rest.length > 0 || !tenantId || !applicationId || !environment || !endpointId) return null;
  const key = { tenantId, applicationId, environment, endpointId };
  return Object.values(key).every(isIdPart) ? key : null;
}

/** Id of the Temporal workflow that owns a registration. */
export function workflowIdOf(registrationId: string): string {
  return `registration/${registrationId}`;
}

function secretPrefix(key: RegistrationKey): string {
  return `smart/${key.tenantId}/${key.applicationId}/${key.environment}/${key.endpointId}`;
}

/** Name of the secret that the application reads. */
export function clientSecretName(key: RegistrationKey): string {
  return `${secretPrefix(key)}/client`;
}

/** Name of the secret with the key pairs that Registrar made for the client, which the application's role is denied. */
export function clientKeysSecretName(key: RegistrationKey): string {
  return `${secretPrefix(key)}/keys`;
}

/** Name of the secret with the registration access token, which the application's role is denied. */
export function managementSecretName(key: RegistrationKey): string {
  return `${secretPrefix(key)}/management`;
}
