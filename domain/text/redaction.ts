import { encodingsOf } from './encodings.ts';
import type { SafeText } from './safe.ts';

export { encodingsOf } from './encodings.ts';

const longestSafeText = 300;
/** Enough to fill a SafeText even when most of the text is removed; bounds the work on a hostile body. */
const longestInput = 8_000;
const marker = '[redacted]';

/**
 * Makes peer text fit to be shown, stored in history and audited (DESIGN section 5): at most 300 UTF-16 code units,
 * without control, format and bidirectional characters, without any of `secretsInPlay` in any of its encodings, and
 * with long token-like runs redacted. Never throws; text that cannot be made safe becomes empty.
 */
export function safeText(text: string, secretsInPlay: readonly string[] = []): SafeText {
  const visible = visibleText(text.slice(0, longestInput));
  // A peer may hide a secret between invisible characters, and a secret may contain some itself.
  const needles = secretsInPlay.flatMap((secret) => encodingsOf(secret).flatMap((form) => [form, visibleText(form)]));
  const searched = [...new Set(needles)].filter((needle) => needle !== '').sort((a, b) => b.length - a.length);
  const whole = text.length > longestInput ? visible.slice(0, -(searched[0]?.length ?? 1)) : visible;
  let redacted = whole;
  for (const needle of searched) redacted = redacted.replaceAll(needle, marker);
  const short = truncate(redacted.replace(tokenCharacters, (run) => (isTokenLike(run) ? marker : run)));
  // Very short or odd secrets can re-appear in the marker or across it.
  return (searched.some((needle) => short.includes(needle)) ? '' : short) as SafeText;
}

function visibleText(text: string): string {
  return text
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim();
}

function truncate(text: string): string {
  if (text.length <= longestSafeText) return text;
  return `${text.slice(0, longestSafeText - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

const tokenCharacters = /[A-Za-z0-9_~+%=-]{20,}/g;

/**
 * Whether a run of characters looks generated rather than written: letters with digits, many digits, or letters whose
 * case changes as often as in base64. Identifiers such as `token_endpoint_auth_method` stay readable.
 */
export function isTokenLike(run: string): boolean {
  if (run.length < 20) return false;
  const digits = run.match(/[0-9]/g)?.length ?? 0;
  if (digits > 0) return true;
  const letters = run.replace(/[^A-Za-z]/g, '');
  const changes = [...letters].filter(
    (letter, index) => index > 0 && isUpper(letter) !== isUpper(letters[index - 1] ?? letter),
  );
  return changes.length > letters.length / 3 || (run.length >= 40 && !/[_-]/.test(run));
}

function isUpper(letter: string): boolean {
  return letter >= 'A' && letter <= 'Z';
}
