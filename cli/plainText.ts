import { stripVTControlCharacters } from 'node:util';

/**
 * Text that cannot steer a terminal: no escape sequences, no control characters (C0, DEL, C1), no bidirectional
 * controls. Line breaks become spaces: one text never looks like two lines.
 */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[^\S\ufeff]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, '');
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Characters that take two cells: emoji, and the wide ranges of Unicode Standard Annex 11 in use. */
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

/** Cells that a plain text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** The text in exactly `width` cells: filled with spaces, or cut with an ellipsis. */
export function fitText(text: string, width: number): string {
  const excess = displayWidth(text) - width;
  if (excess <= 0) return text + ' '.repeat(-excess);
  if (width <= 0) return '';
  let cut = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const next = displayWidth(segment);
    if (used + next > width - 1) break;
    cut += segment;
    used += next;
  }
  return `${cut}…${' '.repeat(width - used - 1)}`;
}

/** Lines of at most `width` cells, broken between words. A longer word is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) <= width) line = longer;
    else {
      if (line !== '') lines.push(line);
      line = displayWidth(word) <= width ? word : fitText(word, width).trimEnd();
    }
  }
  return line === '' ? lines : [...lines, line];
}
