/**
 * Whether a `client_secret` in an answer is a mask or a stored hash instead of the secret (FACTS section 4): it is "not
 * shown" then, which after an update means unchanged (RFC 7592 section 3). A hash without any mark of one cannot be told
 * from a secret: its proof does.
 */
export function isNoSecret(text: string): boolean {
  return masked.test(text) || hashes.some((hash) => hash.test(text));
}

/** Nothing but mask characters, or a run of them between the ends that some servers leave readable. */
const masked = /^[*•●∙·]+$|[*•●]{4,}/u;

const hashes: readonly RegExp[] = [
  // Modular crypt format: bcrypt, scrypt, argon2, PBKDF2, SHA-crypt.
  /^\$(?:2[abxy]?|1|5|6|7|y|scrypt|argon2(?:id|i|d)|pbkdf2(?:-sha\d+)?|sha\d*)\$/i,
  // Spring's and LDAP's notation.
  /^\{(?:bcrypt|scrypt|argon2|pbkdf2|ssha\d*|sha(?:-?\d+)?|md5|smd5|crypt)[^}]*\}/i,
  /^(?:sha-?(?:1|224|256|384|512)|md5|bcrypt|pbkdf2(?:_sha\d+)?|argon2(?:id|i|d)?)[:$]/i,
  // A hash object as text, or a reference into a vault.
  /^\{\s*"(?:hash|algorithm|alg|ref)"/i,
  /^(?:vault|ref|kms|secretref):/i,
];
