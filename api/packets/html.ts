import { createHash } from 'node:crypto';
import type { Packet } from '../../domain/people/packets/packet.ts';
import { visibleText } from '../../domain/text/visible.ts';
import { html, Markup } from './markup.ts';
import { outlineOf, type Section, type Value } from './outline.ts';
import { style } from './style.ts';

const styleHash = createHash('sha256').update(style).digest('base64');

/** `Content-Security-Policy` of the page: it loads nothing, runs nothing, sends nothing; its own style is known by its hash. */
export const packetPagePolicy = `default-src 'none'; sandbox; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** A packet as a page to print. Everything that is put in is escaped; there is no script, and no link but a playbook's. */
export function packetHtml(packet: Packet): string {
  const { title, sections } = outlineOf(packet);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${visibleText(title)}</title>
<style>${Markup.constant(style)}</style>
</head>
<body>
<main>
<h1>${visibleText(title)}</h1>
${sections.map(sectionHtml)}
</main>
</body>
</html>
`.text;
}

function sectionHtml({ title, paragraphs, fields, steps }: Section): Markup {
  return html`<section>
<h2>${title}</h2>
${paragraphs.map((text) => html`<p>${visibleText(text)}</p>\n`)}${fields.length === 0 ? '' : fieldList(fields)}${steps.length === 0 ? '' : stepList(steps)}</section>
`;
}

function fieldList(fields: Section['fields']): Markup {
  return html`<dl>
${fields.map(({ name, values }) => html`<div><dt>${visibleText(name)}</dt>${values.map((value) => html`<dd>${valueHtml(value)}</dd>`)}</div>\n`)}</dl>
`;
}

function stepList(steps: Section['steps']): Markup {
  return html`<ol>
${steps.map(({ title, text, remark }) => html`<li><strong>${visibleText(title)}</strong><p>${visibleText(text)}</p><p class="remark">${visibleText(remark)}</p></li>\n`)}</ol>
`;
}

function valueHtml({ kind, text }: Value): Markup {
  const shown = visibleText(text);
  if (kind === 'prose') return html`${shown}`;
  if (kind === 'link') return html`<a href="${text}" rel="noreferrer noopener">${shown}</a>`;
  // A spreadsheet that this is pasted into would calculate a cell that begins so.
  return /^\s*[=+\-@]/.test(shown) ? html`“<code>${shown}</code>”` : html`<code>${shown}</code>`;
}
