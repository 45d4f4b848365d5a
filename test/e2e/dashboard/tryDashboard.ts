import { mkdir, rm } from 'node:fs/promises';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { expectAccessible, launch, watchForErrors } from './browser.ts';
import { buildDashboard, type RealApp, startRealApp } from './realApp.ts';
import { active } from './states.ts';

/** Where to put pictures of the pages; none are made without it. */
const pictures = process.env['REGISTRAR_TEST_SCREENSHOTS'];

/** The page in a browser, in front of an API of its own for each test. */
export interface TriedDashboard {
  readonly app: RealApp;
  readonly context: BrowserContext;
  readonly page: Page;
  signIn(role?: 'viewer' | 'operator' | 'administrator'): Promise<string>;
  /** Adds a tenant with an active registration. */
  addWorking(tenantId: string, name?: string): Promise<void>;
  row(registrationId: string): Locator;
  /** At both widths and in both colour schemes. */
  expectGoodEverywhere(name: string): Promise<void>;
}

/** Builds the page, and opens it anew before each test of the suite; a script error behind its back fails the test. */
export function tryDashboard({ executablePath }: { executablePath: string }): TriedDashboard {
  let built: string;
  let browser: Browser;
  let app: RealApp;
  let context: BrowserContext;
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    built = await buildDashboard();
    browser = await launch(executablePath);
    if (pictures !== undefined) await mkdir(pictures, { recursive: true });
  });
  afterAll(async () => {
    await browser.close();
    await rm(built, { recursive: true, force: true });
  });

  beforeEach(async () => {
    app = await startRealApp(built);
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, timezoneId: 'America/New_York' });
    page = await context.newPage();
    errors = watchForErrors(page);
  });
  afterEach(async () => {
    await context.close();
    await app.close();
    expect(errors).toEqual([]);
  });

  return {
    get app() {
      return app;
    },
    get context() {
      return context;
    },
    get page() {
      return page;
    },
    async signIn(role = 'operator') {
      const key = await app.newKey(role);
      if (page.url() === 'about:blank') await page.goto(app.url);
      await page.getByLabel('API key').fill(key);
      await page.keyboard.press('Enter');
      await page
        .getByRole('status')
        .filter({ hasText: /^Live$/ })
        .waitFor();
      return key;
    },
    async addWorking(tenantId, name) {
      const { registrationId } = await app.addTenant(tenantId, name);
      await app.record(registrationId, { type: 'registration.activated', message: 'It works.' }, active(tenantId));
    },
    row(registrationId) {
      return page.getByRole('row').filter({ has: page.getByRole('link', { name: registrationId }) });
    },
    async expectGoodEverywhere(name) {
      for (const colorScheme of ['light', 'dark'] as const)
        for (const [width, height] of [
          [1280, 900],
          [390, 844],
        ] as const) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height });
          if (pictures !== undefined)
            await page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}.png`, fullPage: true });
          await expectAccessible(page);
        }
      await page.setViewportSize({ width: 1280, height: 900 });
    },
  };
}
