import { SecretStoreError, type SecretValue } from '../../domain/ports/secretStore.ts';

/** What Azure Key Vault takes as one value; every store agrees, so that a change of store never meets one too large. */
export const maxContentBytes = 25_000;
const nameRule = /^[A-Za-z0-9/_+=.@-]{1,256}$/;
const versionIdRule = /^[A-Za-z0-9-]{32,64}$/;

function sortMembers(_name: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/**
 * A value as JSON text with members in one order, so that "the same content" is a comparison of texts.
 * Throws `refused` when it is too large.
 */
export function toContent(name: string, value: SecretValue): string {
  const content = JSON.stringify(value, sortMembers);
  if (Buffer.byteLength(content) > maxContentBytes)
    throw new SecretStoreError('refused', `the value of secret ${name} exceeds ${maxContentBytes} bytes`);
  return content;
}

/** Whether a value is small enough for every store. */
export function fits(value: SecretValue): boolean {
  return Buffer.byteLength(JSON.stringify(value)) <= maxContentBytes;
}

/** The JSON object in a text. Throws `refused` when there is none: somebody else wrote it. */
export function fromContent(name: string, content: string): SecretValue {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    value = null;
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new SecretStoreError('refused', `secret ${name} does not hold a JSON object; another program wrote it`);
  return value as SecretValue;
}

/** Whether a stored text holds what `content` (of {@link toContent}) holds, in whatever order. */
export function sameContent(name: string, stored: string, content: string): boolean {
  return stored === content || toContent(name, fromContent(name, stored)) === content;
}

/** Throws `refused` when a name or a version id could not be used in every store. */
export function checkNames(name: string, versionId?: string): void {
  if (!nameRule.test(name))
    throw new SecretStoreError('refused', 'the name of the secret has a form that no store takes');
  if (versionId !== undefined && !versionIdRule.test(versionId))
    throw new SecretStoreError('refused', `a version id of secret ${name} is not 32 to 64 letters, digits and "-"`);
}
