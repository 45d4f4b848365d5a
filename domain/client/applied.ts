import { isKnownMember, isPublicKeyMember } from './knownMembers.ts';
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

/** Never kept, though it was sent: names of what is a secret. */
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
 * it (RFC 7591 section 3.2.1). A member shown as null is one that the client does not have. Of what only the answer
 * names, known metadata are kept, and switches; any other value may be a secret under whatever name, and is left out.
 * So is what could not be kept as it is.
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
    const asked = Object.hasOwn(sent ?? {}, name) ? (sent?.[name] ?? null) : undefined;
    const clean = isKeepable(name, value, asked) ? withoutSecrets(value, asked, name === 'jwks', 0) : undefined;
    if (clean !== undefined && !holdsAny(name, clean, secrets)) kept.push([name, clean]);
  }
  return Object.fromEntries(kept);
}

/** Names of what an answer shows and {@link appliedMembers} left out, or kept in part, sorted; none that is a secret. */
export function unkeptMembers(shown: AppliedMembers, kept: AppliedMembers, secrets: readonly string[]): string[] {
  const names = Object.keys(shown).filter((name) => shown[name] != null && !setByServer.has(name));
  return names.filter((name) => !sameMember(name, shown[name], kept[name]) && !holdsAny(name, null, secrets)).sort();
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

/**
 * A switch such as `revoke_refresh_token` is no secret.
 *
 * @param asked what was sent of it; undefined = the answer alone names it.
 */
function isKeepable(name: string, value: unknown, asked: unknown): boolean {
  if (!/^[\x21-\x7E]+$/.test(name) || name.length > longestName) return false;
  if (typeof value === 'boolean' || isKnownMember(name)) return true;
  return asked !== undefined && (!secretNames.test(name) || typeof value === 'number');
}

/**
 * Inside a member only a key set's own and what was sent there are kept. Undefined: it cannot be kept.
 *
 * @param asked what was sent in its place; undefined = nothing.
 */
function withoutSecrets(value: unknown, asked: unknown, inKeys: boolean, depth: number): unknown {
  if (depth > deepest) return undefined;
  // A text that no database takes would make the whole state one.
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0') ? value : undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutSecrets(item, merged(asked), inKeys, depth + 1));
    return items.includes(undefined) ? undefined : items;
  }
  if (value === null || typeof value !== 'object') return value;
  const isKey = 'kty' in value;
  const kept: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (isKey && privateOfKey.has(name)) continue;
    const own = memberOf(asked, name);
    if (!(inKeys && isPublicKeyMember(name)) && !isKeepableWithin(name, member, own)) continue;
    const clean = withoutSecrets(member, own, inKeys, depth + 1);
    if (clean === undefined) return undefined;
    kept.push([name, clean]);
  }
  return Object.fromEntries(kept);
}

function isKeepableWithin(name: string, value: unknown, asked: unknown): boolean {
  return isKeepable(name, value, asked) && (asked !== undefined || typeof value === 'boolean');
}

function memberOf(asked: unknown, name: string): unknown {
  if (asked === null || typeof asked !== 'object' || !Object.hasOwn(asked, name)) return undefined;
  return (asked as Record<string, unknown>)[name] ?? null;
}

/** What was sent of any item of a list, as a server may order them anew. */
function merged(asked: unknown): unknown {
  if (!Array.isArray(asked)) return undefined;
  const objects = asked.filter((item) => item !== null && typeof item === 'object' && !Array.isArray(item));
  return Object.assign({}, ...objects);
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
