import { isObject } from '../jsonBody.ts';

/** A representation as it may be shown, and what was taken out of it by RFC 6901 pointer. `withheld` are secrets. */
export interface Shown {
  readonly shown: Readonly<Record<string, unknown>>;
  readonly withheld: Readonly<Record<string, string>>;
}

/** What stands where a secret was. */
export const withheldMark = '[withheld]';

const secretName = /(?:secret|password|private[._-]?key|access_?token)(?:[._-]rotated)?$/i;
const harmlessName = /(?:time|_at|method|alg|lifespan|enc|type)$/i;

/** Bounds of what a peer can make us walk through and show. */
const deepest = 20;
const longestText = 4_000;

/**
 * Takes secrets out of a client's representation: by the name of the member (`secret`, `registrationAccessToken`,
 * `saml.signing.private.key`, …), and wherever else one of those values, or of `secretsInPlay`, stands. What is shown
 * has no control, format or bidirectional characters. Never throws.
 */
export function withholdSecrets(
  representation: Readonly<Record<string, unknown>>,
  secretsInPlay: readonly string[],
): Shown {
  const withheld: Record<string, string> = {};
  collect(representation, '', withheld, 0);
  const secrets = [...Object.values(withheld), ...secretsInPlay].filter((secret) => secret.length >= 4);
  return { shown: shownObject(representation, secrets, 0), withheld };
}

function isSecretMember(name: string): boolean {
  return secretName.test(name) && !harmlessName.test(name);
}

/** Keycloak writes asterisks instead of a secret that the caller may not see. */
function isSecretValue(name: string, value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !/^\*+$/.test(value) && isSecretMember(name);
}

function collect(value: unknown, pointer: string, withheld: Record<string, string>, depth: number): void {
  if (depth > deepest || typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    const place = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (isSecretValue(name, member)) withheld[place] = member;
    else collect(member, place, withheld, depth + 1);
  }
}

function shownObject(value: Readonly<Record<string, unknown>>, secrets: readonly string[], depth: number) {
  const members = Object.entries(value).map(([name, member]) => [
    shownText(name, secrets),
    isSecretValue(name, member) ? withheldMark : shownValue(member, secrets, depth + 1),
  ]);
  return Object.fromEntries(members) as Record<string, unknown>;
}

function shownValue(value: unknown, secrets: readonly string[], depth: number): unknown {
  if (typeof value === 'string') return shownText(value, secrets);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => shownValue(item, secrets, depth + 1));
  return isObject(value) ? shownObject(value, secrets, depth) : null;
}

function shownText(text: string, secrets: readonly string[]): string {
  const visible = text
    .slice(0, longestText)
    .replace(/[\t\n\r]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '');
  return secrets.some((secret) => text.includes(secret) || visible.includes(secret)) ? withheldMark : visible;
}
