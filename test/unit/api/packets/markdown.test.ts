import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeSpan, markdownText, packetMarkdown } from '../../../../api/packets/markdown.ts';
import { aConfig, aPacket, fullMetadata, hostileTexts, playbookOf } from '../../../support/packets.ts';

/** Every code point, halves of surrogate pairs included. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 60 })
  .map((points) => String.fromCodePoint(...points));

/** A packet with one text everywhere that an operator or a peer can put one. */
const packetWith = (text: string) =>
  packetMarkdown(
    aPacket({
      config: aConfig({
        ...fullMetadata,
        client_name: text || 'x',
        redirect_uris: [text || 'x'],
        contacts: [text || 'x'],
        software_id: text,
        dsi_contact: text,
        scope: `openid ${text.replaceAll(/\s/g, '') || 'x'}`,
      }),
      tenantName: text || 'x',
      launchUris: [text],
    }),
  );

/** The structure of a document: what every line begins with. */
const skeleton = (markdown: string) =>
  markdown.split('\n').map((line) => /^(?:#+ |\d+\. \*\*|- [^:`]*: |- )?/.exec(line)?.[0] ?? '');

test('says everything, by sections', () => {
  const markdown = packetMarkdown(aPacket());
  expect(markdown.split('\n').filter((line) => line.startsWith('#'))).toEqual([
    '# Client registration: Growth Chart at Mercy Hospital',
    '## Overview',
    '## Application',
    '## OAuth client',
    '## Authorization server, as discovered',
    '## Steps',
    '## To bring back',
    '## Deadlines',
    '## Notes',
  ]);
  expect(markdown).toContain('- FHIR base URL: `https://ehr.example/r4`\n');
  expect(markdown).toContain(
    '- Redirect URIs:\n  - `https://app.example/callback`\n  - `https://app.example/silent`\n',
  );
  expect(markdown).toContain('- Scopes (SMART v2): `launch openid fhirUser offline_access');
  expect(markdown).toContain('By the team of Growth Chart');
  expect(markdown).toContain('Expected wait: 2 days.');
  expect(markdown).toContain('`registrar credential supply mercy.growth-chart.production.main`');
  expect(markdown).toContain('<https://fhir.epic.com>');
  expect(markdown.endsWith('\n')).toBe(true);
});

test('what is missing stands near the top', () => {
  const { client_name, redirect_uris, scope } = fullMetadata;
  const markdown = packetMarkdown(aPacket({ config: aConfig({ client_name, redirect_uris, scope }) }));
  expect(markdown).toContain('## Not filled in yet\n\nPortals ask for a home page');
  expect(markdown).toContain('- Logo: none\n');
});

test('the generic playbook names nobody', () => {
  const markdown = packetMarkdown(aPacket({ playbook: playbookOf('generic'), recognisedBy: 'none' }));
  expect(markdown).toContain('By the vendor of the EHR');
  expect(markdown).toContain('Not started');
});

describe('hostile text', () => {
  test.each(hostileTexts.map((text) => [text]))('%j changes no structure and hides nothing', (text) => {
    const markdown = packetWith(text);
    expect(skeleton(markdown)).toEqual(skeleton(packetWith('harmless')));
    expect(markdown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u);
    expect(markdown).not.toMatch(/^\s*[=+@]/m);
  });

  test('any text stays on one line, with every special character escaped', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const escaped = markdownText(text);
        expect(escaped).not.toMatch(/[\r\n]/);
        const rest = escaped.replace(/\\[!-/:-@[-`{-~]/g, '').replace(/&#\d+;/g, '');
        expect(rest).not.toMatch(/[`*_[\]<>#|~!&$\\=+@{}^-]/);
      }),
    );
  });

  test.each(['https://evil.example', 'x_http://evil.example', 'www.evil.example', 'mailto:a@evil.example'])(
    '%s is no link to a reader that makes them by itself',
    (text) => {
      expect(markdownText(text)).not.toMatch(/https?:|www\.|mailto:/);
    },
  );

  test('an empty value says so', () => {
    expect(codeSpan('')).toBe('(empty)');
  });

  test('any text fits its fence', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('`', 'a', ' ', '\n', '\\', '<'), minLength: 1, maxLength: 30 }),
        (text) => {
          const span = codeSpan(text);
          expect(span).not.toContain('\n');
          const fence = /^`+/.exec(span)?.[0] ?? '';
          const inside = span.slice(fence.length, -fence.length);
          expect(span.endsWith(fence)).toBe(true);
          const runs = [...inside.matchAll(/`+/g)].map(([run]) => run.length);
          expect(runs).not.toContain(fence.length);
          expect(inside).not.toMatch(/^`|`$/);
        },
      ),
    );
  });
});
