/**
 * Text as people see it on paper or on a page: what cannot be seen, and what changes the order or the look of what
 * follows (control, format, bidirectional, private-use characters, halves of surrogate pairs), stands there as
 * `\u{202e}`. Nothing is dropped, so that two texts that differ never look the same.
 */
export function visibleText(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
