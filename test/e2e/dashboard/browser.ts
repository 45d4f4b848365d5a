import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Headless Chromium that asks nobody but us for anything. */
export function launch(executablePath: string): Promise<Browser> {
  const switches = ['no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-background-networking'];
  const further = ['disable-component-update', 'disable-sync'];
  return chromium.launch({ executablePath, args: [...switches, ...further].map((name) => `--${name}`) });
}

/** What went wrong in a page behind the reader's back: script errors, and what the Content-Security-Policy refused. */
export function watchForErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    // A status that the page shows as its own message is logged by the browser too.
    if (message.type() === 'error' && !/Failed to load resource/.test(text)) errors.push(text);
  });
  return errors;
}

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly target: unknown }[] }[];
  readonly passes: readonly unknown[];
}

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** axe finds nothing on the page as it is now, and the page is no wider than the window. */
export async function expectAccessible(page: Page): Promise<void> {
  // By the debugger: the page's own policy would refuse an added script, as it should.
  await page.evaluate(await axeSource);
  const result = (await page.evaluate('axe.run()')) as AxeResult;
  expect(result.passes.length).toBeGreaterThan(10);
  expect(result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' ')}`)).toEqual([]);
  const width = (await page.evaluate('document.documentElement.scrollWidth')) as number;
  expect(width).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
}
