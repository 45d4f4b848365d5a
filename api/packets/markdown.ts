import type { Packet } from '../../domain/people/packets/packet.ts';
import { visibleText } from '../../domain/text/visible.ts';
import { outlineOf, type Section, type Value } from './outline.ts';

/**
 * A packet as CommonMark. Every value stands behind its name on its own line, as code span or with every character that
 * means something escaped: it cannot become a heading, a link, an image, HTML, or the first cell of a spreadsheet.
 */
export function packetMarkdown(packet: Packet): string {
  const { title, sections } = outlineOf(packet);
  return `${[`# ${markdownText(title)}`, ...sections.map(sectionMarkdown)].join('\n\n')}\n`;
}

function sectionMarkdown({ title, paragraphs, fields, steps }: Section): string {
  const fieldLines = fields.flatMap(({ name, values }) => fieldMarkdown(markdownText(name), values.map(valueMarkdown)));
  const blocks = [
    ...paragraphs.map(markdownText),
    ...(fieldLines.length === 0 ? [] : [fieldLines.join('\n')]),
    ...(steps.length === 0
      ? []
      : [
          steps
            .map(
              (step, index) =>
                `${index + 1}. **${markdownText(step.title)}**: ${markdownText(step.text)} ${markdownText(step.remark)}`,
            )
            .join('\n'),
        ]),
  ];
  return [`## ${markdownText(title)}`, ...blocks].join('\n\n');
}

/** Several values are a list below their name, so that nobody takes them for fields of their own. */
function fieldMarkdown(name: string, values: readonly string[]): string[] {
  return values.length > 1
    ? [`- ${name}:`, ...values.map((value) => `  - ${value}`)]
    : values.map((value) => `- ${name}: ${value}`);
}

function valueMarkdown({ kind, text }: Value): string {
  if (kind === 'exact') return codeSpan(text);
  return kind === 'link' ? `<${text}>` : markdownText(text);
}

/** One line of text in which no character means anything to CommonMark or GFM (backslash escapes, section 2.4). */
export function markdownText(text: string): string {
  return (
    visibleText(text)
      .replace(/[!-/:-@[-`{-~]/g, (character) => (inert.test(character) ? character : `\\${character}`))
      // What a renderer would turn into a link by itself (GFM autolinks) is broken by an escape that shows nothing.
      .replace(
        /(?:https?|ftp|mailto|xmpp)(?=:)|www(?=\.)/gi,
        (scheme) => `${scheme.slice(0, -1)}&#${scheme.charCodeAt(scheme.length - 1)};`,
      )
      .replace(/^(\d+)(?=[.)])/, (digits) => `&#${digits.charCodeAt(0)};${digits.slice(1)}`)
  );
}

/** Punctuation that means nothing in the middle of a line. */
const inert = /[ ",'().:;?/%]/;

/** A code span (CommonMark section 6.1): nothing inside is read but backticks, for which the fence is long enough. */
export function codeSpan(text: string): string {
  const shown = visibleText(text);
  if (shown === '') return markdownText('(empty)');
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  // One space at both ends is stripped by the reader; needed beside a backtick, and where the text has spaces itself.
  const padded = /^[ `]|[ `]$/.test(shown) ? ` ${shown} ` : shown;
  return `${fence}${padded}${fence}`;
}
