import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packetHtml, packetPagePolicy } from '../../api/packets/html.ts';
import { describeWith } from '../support/describeWith.ts';
import { aConfig, aPacket, fullMetadata, hostileTexts, playbookOf } from '../support/packets.ts';
import { expectAccessible, launch, watchForErrors } from './dashboard/browser.ts';

/** Where to put pictures of the page; none are made without it. */
const pictures = process.env['REGISTRAR_TEST_SCREENSHOTS'];

/** The packet as a browser meets it: page and policy as the route sends them, at a server that counts what is asked of it. */
describeWith('chromium', 'the packet in a real browser', ({ chromium }) => {
  let browser: Browser;
  let server: Server;
  let origin: string;
  const asked: string[] = [];
  let page = '';
  let policy = packetPagePolicy;

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-type', 'text/html; charset=utf-8').setHeader('content-security-policy', policy);
      response.end(page);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launch(chromium.executablePath);
  });
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Opens the page at a width; answers what it asked for and what went wrong. */
  async function open(html: string, width: number, withPolicy = packetPagePolicy) {
    page = html;
    policy = withPolicy;
    asked.length = 0;
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    const tab = await context.newPage();
    const errors = watchForErrors(tab);
    const elsewhere: string[] = [];
    tab.on('request', (request) => elsewhere.push(request.url()));
    await tab.goto(`${origin}/packet`, { waitUntil: 'load' });
    return { tab, errors, requests: elsewhere, close: () => context.close() };
  }

  /** axe waits for timers, which a sandbox without scripts never runs. */
  const withoutSandbox = packetPagePolicy.replace(' sandbox;', '');

  async function expectFits(tab: Page, name: string, width: number): Promise<void> {
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    if (pictures !== undefined)
      await tab.screenshot({ path: join(pictures, `packet-${name}-${width}.png`), fullPage: true });
  }

  describe.each([1280, 390])('at a width of %i pixels', (width) => {
    test.each(['epic', 'generic'])('the packet for %s is styled, and fits', async (vendor) => {
      const html = packetHtml(aPacket({ playbook: playbookOf(vendor) }));
      const { tab, errors, requests, close } = await open(html, width);
      expect(await tab.title()).toBe('Client registration: Growth Chart at Mercy Hospital');
      // The browser took the style by its hash.
      const display = await tab.evaluate("getComputedStyle(document.querySelector('dl > div')).display");
      expect(display).toBe(width > 640 ? 'grid' : 'block');
      await expectFits(tab, vendor, width);
      expect(requests).toEqual([`${origin}/packet`]);
      expect(errors).toEqual([]);
      await close();
    });

    test('it is accessible', async () => {
      const { tab, close } = await open(packetHtml(aPacket()), width, withoutSandbox);
      await expectAccessible(tab);
      await close();
    });

    test('a packet full of hostile text shows it, and does nothing', async () => {
      const long = `https://app.example/${'a'.repeat(1500)}`;
      const html = packetHtml(
        aPacket({
          config: aConfig({
            ...fullMetadata,
            client_name: hostileTexts[0],
            redirect_uris: [long, ...hostileTexts],
            dsi_contact: hostileTexts,
          }),
          tenantName: hostileTexts[3] ?? '',
        }),
      );
      const { tab, errors, requests, close } = await open(html, width);
      await expectFits(tab, 'hostile', width);
      const values = await tab.locator('dd code').allInnerTexts();
      expect(values).toContain('<script>alert(1)</script>');
      expect(values).toContain('"><img src=x onerror=alert(1)>');
      expect(await tab.locator('script, img, iframe, b, form, input').count()).toBe(0);
      expect(requests).toEqual([`${origin}/packet`]);
      expect(errors).toEqual([]);
      await close();
    });
  });

  test('even markup that slipped in would run and load nothing', async () => {
    const evil = `<script>fetch('${origin}/script')</script><img src="${origin}/image" onerror="fetch('${origin}/error')"><link rel="stylesheet" href="${origin}/style"><form action="${origin}/form"><button>go</button></form>`;
    const { tab, close } = await open(packetHtml(aPacket()).replace('<main>', `<main>${evil}`), 1280);
    await tab.locator('button').click();
    expect(await tab.locator('main').isVisible()).toBe(true);
    expect(asked.filter((path) => path !== '/packet' && path !== '/favicon.ico')).toEqual([]);
    await close();
  });
});
