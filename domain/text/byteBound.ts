/** At least as many bytes as a value takes as JSON in UTF-8; exact where all is ASCII. Nothing of Node is needed. */
export function byteBound(value: unknown): number {
  const text = JSON.stringify(value) ?? '';
  // At most three bytes a code unit; JSON escapes control characters.
  return text.length + 2 * (text.match(/[^ -~]/g)?.length ?? 0);
}
