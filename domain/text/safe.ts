/**
 * Text from a peer that may be shown to people, written to history and audited. Only {@link safeText} makes it:
 * at most 300 characters, no control or bidirectional characters, no secret in play, long token-like runs redacted.
 */
declare const safe: unique symbol;
export type SafeText = string & { readonly [safe]: true };
