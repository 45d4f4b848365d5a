import { sameMember } from './rollout.ts';

/**
 * What a client has: members of RFC 7591 section 2 and whatever else its server shows, without any secret, and without
 * what only a server sets. It is what a rotation sends (DESIGN section 6).
 */
export type AppliedMembers = Readonly<Record<string, unknown>>;

/** Most bytes of JSON that are kept of one client: the state of an entity holds two, and 64 kB in all. */
export const appliedLimit = 16_384;

/** RFC 7592 section 2.2 forbids the first four to be sent; the others are no metadata. */
const setByServer: ReadonlySet<string> = new Set([
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
  'client_secret',
  'client_id',
]);

const secretNames = /secret|password|passphrase|private_?key|(?:access|refresh|management)_?token$/i;

/** Members of a JSON Web Key that are private, or the key itself (RFC 7518 section 6). */
const privateOfKey: ReadonlySet<string> = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']);

/** A shorter one is a word that stands in any metadata: leaving those out would take them from the client. */
const shortestSecret = 8;
const longestName = 100;
/** Deeper than any metadata; what a peer nests without end is no metadata. */
const deepest = 8;

/**
 * What a client has after an answer: what was sent, overlaid by what its server shows, as that may have replaced any of
 * it (RFC 7591 section 3.2.1). A member shown as null is one that the client does not have. What holds a secret, or
 * could not be kept as it is, is left out.
 *
 * @param sent null = it was not sent by us, so that the answer alone counts.
 * @param shown null = the answer shows nothing.
 * @param secrets in all their encodings; a member that has one in it is left out.
 */
export function appliedMembers(
  sent: AppliedMembers | null,
  shown: AppliedMembers | null,
  secrets: readonly string[],
): AppliedMembers {
  const all = new Map([...Object.entries(sent ?? {}), ...Object.entries(shown ?? {})]);
  const kept: [string, unknown][] = [];
  for (const [name, value] of all) {
    if (value === null || value === undefined || setByServer.has(name)) continue;
    const clean = isKeepableName(name, value) ? withoutSecrets(value, 0) : undefined;
    if (clean !== undefined && !holdsAny(name, clean, secrets)) kept.push([name, clean]);
  }
  return Object.fromEntries(kept);
}

/** Whether the state of an entity may keep them. */
export function fitsState(members: AppliedMembers): boolean {
  return bytesOf(JSON.stringify(members)) <= appliedLimit;
}

/** Names of the members that an answer shows otherwise than they were sent, sorted. What it does not show is unknown. */
export function differingMembers(sent: AppliedMembers, shown: AppliedMembers): string[] {
  const names = Object.keys(sent).filter((name) => !setByServer.has(name) && sent[name] !== undefined);
  return names.filter((name) => name in shown && !sameMember(name, sent[name], shown[name] ?? undefined)).sort();
}

/** The names for a sentence: those that a peer made up are counted only. */
export function toldMembers(names: readonly string[]): string {
  const plain = names.filter((name) => /^[a-z][a-z_.]{0,63}$/i.test(name));
  const others = names.length - plain.length;
  return [...plain, ...(others === 0 ? [] : [`${others} more`])].join(', ');
}

/**
 * What a change of metadata sends: the wanted members over those that the client has. Of a client that a person
 * registered only what changes is ours to send, as nobody asked for the rest.
 *
 * @param changed names of the members that change; one that `wanted` lacks is taken away.
 */
export function changedApplied(
  applied: AppliedMembers,
  wanted: AppliedMembers,
  changed: readonly string[],
  isSupplied: boolean,
): AppliedMembers {
  const sent = isSupplied ? Object.entries(wanted).filter(([name]) => changed.includes(name)) : Object.entries(wanted);
  const gone = new Set(changed.filter((name) => wanted[name] === undefined));
  return Object.fromEntries([...Object.entries(applied).filter(([name]) => !gone.has(name)), ...sent]);
}

/** A switch such as `revoke_refresh_token` is no secret. */
function isKeepableName(name: string, value: unknown): boolean {
  if (!/^[\x21-\x7E]+$/.test(name) || name.length > longestName) return false;
  return !secretNames.test(name) || typeof value === 'boolean' || typeof value === 'number';
}

/** Undefined: it cannot be kept. */
function withoutSecrets(value: unknown, depth: number): unknown {
  if (depth > deepest) return undefined;
  // A text that no database takes would make the whole state one.
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0') ? value : undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutSecrets(item, depth + 1));
    return items.includes(undefined) ? undefined : items;
  }
  if (value === null || typeof value !== 'object') return value;
  const isKey = 'kty' in value;
  const kept: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (!isKeepableName(name, member) || (isKey && privateOfKey.has(name))) continue;
    const clean = withoutSecrets(member, depth + 1);
    if (clean === undefined) return undefined;
    kept.push([name, clean]);
  }
  return Object.fromEntries(kept);
}

function holdsAny(name: string, value: unknown, secrets: readonly string[]): boolean {
  const texts = [name, ...textsIn(value)];
  return secrets.some((secret) => secret.length >= shortestSecret && texts.some((text) => text.includes(secret)));
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, member]) => [name, ...textsIn(member)]);
}

/** At most: what is not ASCII takes up to three bytes a code unit. */
function bytesOf(text: string): number {
  return text.length + 2 * (text.match(/[^\0-\x7F]/g)?.length ?? 0);
}
