import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packetHtml, packetPagePolicy } from '../../../../api/packets/html.ts';
import { html } from '../../../../api/packets/markup.ts';
import { aConfig, aPacket, fullMetadata, hostileTexts, playbookOf } from '../../../support/packets.ts';

const packetWith = (text: string) =>
  packetHtml(
    aPacket({
      config: aConfig({
        ...fullMetadata,
        client_name: text || 'x',
        redirect_uris: [text || 'x'],
        contacts: [text || 'x'],
        logo_uri: 'https://app.example/"onload="x',
        software_id: text,
        dsi_contact: text,
      }),
      tenantName: text || 'x',
      launchUris: [text],
    }),
  );

const tags = (page: string) => page.match(/<[^>]*>?/g);

test('a page with title, sections and values', () => {
  const page = packetHtml(aPacket());
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).toContain('<title>Client registration: Growth Chart at Mercy Hospital</title>');
  expect(page).toContain('<dt>FHIR base URL</dt><dd><code>https://ehr.example/r4</code></dd>');
  expect(page).toContain('<a href="https://fhir.epic.com" rel="noreferrer noopener">https://fhir.epic.com</a>');
  expect(page.match(/<h2>[^<]*/g)).toHaveLength(8);
});

test('the policy forbids everything but the style that is in the page', () => {
  const style = /<style>([\s\S]*)<\/style>/.exec(packetHtml(aPacket()))?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(packetPagePolicy).toBe(
    `default-src 'none'; sandbox; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
});

test('links lead to what a playbook names, and nowhere else', () => {
  const hrefs = [...packetWith('https://evil.example').matchAll(/(?:href|src|action)="([^"]*)"/g)].map(
    ([, url]) => url,
  );
  const { portal, sources } = playbookOf('epic');
  expect(hrefs).toEqual([portal, ...sources.flatMap(({ url }) => url ?? [])]);
});

describe('hostile text', () => {
  test.each(hostileTexts.map((text) => [text]))('%j makes no tag and no attribute, and hides nothing', (text) => {
    const page = packetWith(text);
    expect(tags(page)).toEqual(tags(packetWith(/^\s*[=+\-@]/.test(text) ? '=1' : 'harmless')));
    expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u);
  });

  test.each(['=1+1', '+1', '-1', '@A1', ' =1'])('%j is no first character of a spreadsheet cell', (text) => {
    expect(packetWith(text)).toContain(`<dd>“<code>${text}</code>”</dd>`);
  });

  test('whatever is put in comes out as text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const inside = /^<p title="([\s\S]*)">([\s\S]*)<\/p>$/.exec(html`<p title="${text}">${[text]}</p>`.text);
        expect(inside?.[1]).not.toMatch(/[<>"'`]/);
        expect(inside?.[2]).toBe(inside?.[1]);
        const back = (inside?.[1] ?? '')
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&quot;', '"')
          .replaceAll('&#39;', "'")
          .replaceAll('&#96;', '`')
          .replaceAll('&amp;', '&');
        expect(back).toBe(text);
      }),
    );
  });
});
