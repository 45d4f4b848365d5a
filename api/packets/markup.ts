/** HTML that may be put into a page as it is. */
export class Markup {
  readonly text: string;
  private constructor(text: string) {
    this.text = text;
  }

  /** Text of ours that is markup already, such as a style sheet. */
  static constant(text: string): Markup {
    return new Markup(text);
  }

  /** Tagged template: what is written in the source is markup, what is put in is text, and escaped. */
  static html(this: void, source: TemplateStringsArray, ...inserted: readonly Insertable[]): Markup {
    return new Markup(source.map((part, index) => part + markupOf(inserted[index] ?? '')).join(''));
  }
}

type Insertable = string | Markup | readonly Insertable[];

function markupOf(inserted: Insertable): string {
  if (typeof inserted === 'string') return escapeHtml(inserted);
  return inserted instanceof Markup ? inserted.text : inserted.map(markupOf).join('');
}

export const html = Markup.html;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Text for element content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => entities[character] ?? '');
}
