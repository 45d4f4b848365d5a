import { randomUUID } from 'node:crypto';
import type { BrowserContext, Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import type { RealApp } from './realApp.ts';
import { active, attention, hostileText } from './states.ts';
import { tryDashboard } from './tryDashboard.ts';

const mercy = 'mercy.chart-app.production.main';
const lakeside = 'lakeside.chart-app.production.main';

describeWith('chromium', 'the dashboard in a real browser', ({ chromium }) => {
  const dashboard = tryDashboard(chromium);
  const { signIn, addWorking, row, expectGoodEverywhere } = dashboard;
  let app: RealApp;
  let context: BrowserContext;
  let page: Page;
  beforeEach(() => {
    ({ app, context, page } = dashboard);
  });

  test('a wrong key is refused with what to do; a right one is kept nowhere in the browser', async () => {
    await page.goto(app.url);
    await page.getByLabel('API key').fill('rgk_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await expectGoodEverywhere('sign-in');

    const key = await signIn();
    const kept = await page.evaluate(
      'JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, document.body.innerHTML])',
    );
    expect(kept).not.toContain(key);
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await page.evaluate('Object.keys(sessionStorage)')).toEqual(['registrar.session']);
  });

  test('an empty Registrar tells how to add the first tenant', async () => {
    await signIn();
    await page.getByRole('heading', { name: 'No health system yet' }).waitFor();
    const text = await page.getByRole('main').innerText();
    expect(text).toContain('registrar tenant add');
    expect(text).toContain(`curl ${app.url}/v1/tenants`);
    await expectGoodEverywhere('empty');
    await app.addTenant('mercy');
    await row(mercy).waitFor();
  });

  test('what needs attention comes first, with reason and action, and peers’ text stays text', async () => {
    await addWorking('mercy');
    await app.addTenant('lakeside');
    await app.record(
      lakeside,
      { type: 'registration.attention', reason: 'RegistrationForbidden', message: hostileText },
      attention('awaiting_token', 'RegistrationForbidden', hostileText),
    );
    await signIn();
    const section = page.getByRole('region', { name: 'What needs attention and why' });
    const item = section.getByRole('listitem');
    await expect.poll(() => item.count()).toBe(1);
    const text = await item.innerText();
    expect(text).toContain('The authorization server refused this client registration.');
    expect(text).toContain('Do: Ask the administrator of the authorization server which policy refused it.');
    expect(text).toContain(hostileText);
    const order = (await page.getByRole('heading', { level: 2 }).allInnerTexts()).slice(0, 2);
    expect(order).toEqual(['What needs attention and why', 'All registrations']);

    const cells = await row(mercy).getByRole('cell').allInnerTexts();
    expect(cells.slice(0, 4)).toEqual(['chart-app', 'production', 'Active', 'Healthy']);
    expect(cells[4]).toMatch(/^in 29 days\s/);
    expect(cells[5]).toMatch(/^in 19 days\s/);
    await expectGoodEverywhere('overview');

    await item.getByRole('link').click();
    await page.getByRole('heading', { name: /^Needs attention:/ }).waitFor();
    await page.getByRole('list').filter({ hasText: 'Registration attention' }).waitFor();
    expect(await page.getByText(hostileText).count()).toBeGreaterThan(1);
    await expectGoodEverywhere('attention');
    expect(await page.evaluate('window.owned')).toBeUndefined();
  });

  test('times are in the reader’s zone and machine-readable', async () => {
    await addWorking('mercy');
    await signIn();
    const time = row(mercy).locator('time').first();
    const at = await time.getAttribute('datetime');
    const title = await time.getAttribute('title');
    const expected = new Intl.DateTimeFormat('en-US', {
      dateStyle: 'full',
      timeStyle: 'long',
      timeZone: 'America/New_York',
    });
    expect(title).toBe(expected.format(new Date(at ?? '')));
  });

  test('the list is filtered, sorted and paged, and the address keeps it', async () => {
    for (let index = 0; index < 60; index += 1) await app.addTenant(`clinic-${String(index).padStart(2, '0')}`);
    await addWorking('mercy', 'Mercy Hospital');
    await signIn();
    const rows = page.getByRole('table').getByRole('row');
    await expect.poll(() => rows.count()).toBe(51);
    await page.getByRole('button', { name: 'Next' }).click();
    await expect.poll(() => rows.count()).toBe(12);
    await page.getByRole('button', { name: 'Previous' }).click();
    await expect.poll(() => rows.count()).toBe(51);

    await page.getByLabel('Phase').selectOption('active');
    await expect.poll(() => rows.count()).toBe(2);
    expect(page.url()).toContain('phase=active');
    await page.reload();
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByRole('link', { name: 'Clear filters' }).click();
    await expect.poll(() => rows.count()).toBe(51);

    await page.getByLabel('Search').pressSequentially('Mercy Hosp', { delay: 20 });
    await expect.poll(() => rows.count()).toBe(2);
    expect(await page.getByLabel('Search').inputValue()).toBe('Mercy Hosp');
    await page.getByLabel('Search').fill('nobody');
    await page.getByText('No registration matches.').waitFor();
    await page.getByRole('link', { name: 'Clear filters' }).click();
    expect(await page.getByLabel('Search').inputValue()).toBe('');

    await page.getByRole('columnheader', { name: 'Tenant' }).getByRole('link').click();
    await expect.poll(() => rows.nth(1).innerText()).toMatch(/^mercy/);
    expect(await page.getByRole('columnheader', { name: 'Tenant' }).getAttribute('aria-sort')).toBe('descending');
  });

  test('an event changes the page without a reload, and is said to screen readers', async () => {
    await addWorking('mercy');
    await signIn();
    await row(mercy).getByText('Healthy').waitFor();
    await app.record(
      mercy,
      { type: 'credential.health-changed', message: 'The secret is due.' },
      { credentialHealth: 'due' },
    );
    await row(mercy).getByText('Due').waitFor();
    await page
      .locator('[aria-live=polite]')
      .filter({ hasText: `${mercy}: Credential health changed. The secret is due.` })
      .waitFor({ state: 'attached' });
  });

  test('rotation is confirmed, asked for once, and followed to its own outcome', async () => {
    await addWorking('mercy', 'Mercy Hospital');
    await signIn();
    await row(mercy).getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: 'Mercy Hospital' }).waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('main');
    await page.getByRole('region', { name: 'Timeline' }).getByText('Registration activated').waitFor();
    await expectGoodEverywhere('registration');

    const rotate = page.getByRole('button', { name: 'Rotate', exact: true });
    await rotate.click();
    const dialog = page.getByRole('dialog', { name: 'Rotate the credential now?' });
    await expectGoodEverywhere('dialog');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Rotate');
    expect(app.operations).toEqual([]);

    await rotate.click();
    await dialog.getByLabel(/Reason/).fill('before the audit');
    await page.keyboard.press('Enter');
    const progress = page.getByRole('status').filter({ hasText: 'Rotation asked for' });
    await progress.waitFor();
    await expect.poll(() => app.operations.length).toBe(1);
    const [operation] = app.operations;
    expect(operation).toMatchObject({ kind: 'rotate', reason: 'before the audit' });
    expect(await rotate.getAttribute('aria-disabled')).toBe('true');

    const operationId = operation?.operationId ?? '';
    await app.record(mercy, { type: 'credential.rotated', message: 'Another one’s rotation.', operationId: 'other' });
    await page.getByText('Another one’s rotation.').first().waitFor();
    await progress.waitFor();
    const changes = { versionId: { from: 'a'.repeat(32), to: 'b'.repeat(32) } };
    await app.record(
      mercy,
      { type: 'credential.rotated', message: 'The credential was replaced.', operationId, changes },
      active('mercy', 'b'.repeat(32)),
    );
    await page.getByRole('status').filter({ hasText: 'Done: The credential was replaced.' }).waitFor();
    await page
      .getByRole('definition')
      .filter({ hasText: 'b'.repeat(32) })
      .waitFor();
    expect(await page.getByRole('region', { name: 'Timeline' }).getByRole('listitem').first().innerText()).toContain(
      'The credential was replaced.',
    );
    await expectGoodEverywhere('rotated');
  });

  test('verify is asked for; a refusal is shown with its detail', async () => {
    await addWorking('mercy');
    await signIn();
    await page.goto(`${app.url}/#/registrations/${mercy}`);
    await page.getByRole('button', { name: 'Verify' }).click();
    await expect.poll(() => app.operations.length).toBe(1);
    const operationId = app.operations[0]?.operationId ?? '';
    await app.record(mercy, {
      type: 'credential.proof-failed',
      message: 'The token endpoint rejects it.',
      operationId,
    });
    await page.getByRole('status').filter({ hasText: 'Failed: The token endpoint rejects it.' }).waitFor();

    await context.clearCookies();
    const ended = page.getByText('Your session has ended');
    // The page reads the registration again after an event; that answer may come before the click.
    await Promise.race([page.getByRole('button', { name: 'Verify' }).click(), ended.waitFor()]);
    await ended.waitFor();
    await signIn();
    await page.getByRole('heading', { name: 'Endpoints' }).waitFor();
  });

  test('what is not possible is said instead of hidden', async () => {
    await addWorking('mercy');
    const { registrationId } = await app.addTenant('lakeside');
    await signIn('viewer');
    await page.goto(`${app.url}/#/registrations/${mercy}`);
    const rotate = page.getByRole('button', { name: 'Rotate', exact: true });
    await rotate.waitFor();
    await page
      .getByText(/Your key has the role viewer/)
      .first()
      .waitFor();
    await rotate.click({ force: true });
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(app.operations).toEqual([]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn('operator');
    await page.goto(`${app.url}/#/registrations/${registrationId}`);
    await page.getByText('There is no credential yet.').waitFor();
  });

  test('an awaited initial access token is supplied and not kept', async () => {
    await app.addTenant('lakeside');
    await app.record(
      lakeside,
      { type: 'registration.awaiting-token', message: 'It wants a token.' },
      attention('awaiting_token', 'InitialAccessTokenNeeded', 'It wants a token.'),
    );
    await signIn();
    await page.goto(`${app.url}/#/registrations/${lakeside}`);
    const field = page.getByLabel('Initial access token from the health system');
    await field.fill('iat-4711-secret');
    await page.getByRole('button', { name: 'Supply' }).click();
    await expect.poll(() => app.operations.map(({ kind }) => kind)).toEqual(['supplyInitialAccessToken']);
    await expect.poll(() => field.inputValue()).toBe('');
    expect(await page.content()).not.toContain('iat-4711-secret');
    const operationId = app.operations[0]?.operationId ?? '';
    expect(await app.records.claimEnteringSecret(operationId, lakeside)).toBe('iat-4711-secret');
  });

  test('the timeline is paged from the newest on', async () => {
    await addWorking('mercy');
    for (let index = 0; index < 40; index += 1)
      await app.record(mercy, { type: 'credential.proved', message: `Proof ${index}.` });
    await signIn();
    await page.goto(`${app.url}/#/registrations/${mercy}`);
    const entries = page.getByRole('region', { name: 'Timeline' }).getByRole('list').first().locator('> li');
    await expect.poll(() => entries.count()).toBe(25);
    await page.getByRole('button', { name: 'Show older' }).click();
    await expect.poll(() => entries.count()).toBe(42);
    expect(await entries.first().innerText()).toContain('Proof 39.');
    expect(await page.getByRole('button', { name: 'Show older' }).count()).toBe(0);
  });

  test('a lost connection is visible; afterwards the page shows what happened meanwhile', async () => {
    await addWorking('mercy');
    await signIn();
    await row(mercy).getByText('Healthy').waitFor();
    await app.unplug();
    await page.getByRole('status').filter({ hasText: 'Reconnecting…' }).waitFor();
    await app.record(
      mercy,
      { type: 'credential.health-changed', message: 'Expired.' },
      { credentialHealth: 'expired' },
    );
    await app.plugIn();
    await page
      .getByRole('status')
      .filter({ hasText: /^Live$/ })
      .waitFor();
    await row(mercy).getByText('Expired').waitFor();
  });

  test('a revoked key ends the page’s session at once', async () => {
    await addWorking('mercy');
    await signIn();
    await row(mercy).waitFor();
    await app.revokeKeys();
    await app.unplug();
    await app.plugIn();
    await page.getByText('Your session has ended').waitFor();
  });

  test('a second tab reads with the same cookie and signs in to act', async () => {
    await addWorking('mercy');
    await signIn();
    const second = await context.newPage();
    await second.goto(`${app.url}/#/registrations/${mercy}`);
    await second.getByText('This tab is for reading only. Sign in here to act.').first().waitFor();
    await second.getByRole('button', { name: 'Sign in' }).click();
    await second.getByLabel('API key').fill(await app.newKey('operator'));
    await second.keyboard.press('Enter');
    await second.getByRole('button', { name: 'Rotate', exact: true }).waitFor();
    expect(await second.getByRole('button', { name: 'Rotate', exact: true }).getAttribute('aria-disabled')).toBe(
      'false',
    );
  });

  test('initial access tokens and authorization servers are listed, never their secrets', async () => {
    await addWorking('mercy');
    await app.records.putEnteringSecret({
      operationId: randomUUID(),
      registrationId: mercy,
      kind: 'initial-access-token',
      value: 'iat-4711-canary',
    });
    await signIn('viewer');
    await page.getByRole('link', { name: 'Authorization servers' }).click();
    await page.getByRole('heading', { level: 1, name: 'Authorization servers' }).waitFor();
    const server = page.getByRole('row').filter({ hasText: 'https://auth.mercy.example/token' });
    await server.waitFor();
    const { items } = await app.records.authorizationServers({ tenantIds: null, applicationIds: null }, { limit: 1 });
    await app.records.patchAuthorizationServer(
      items[0]?.serverId ?? '',
      { name: hostileText, notes: `${hostileText}${'x'.repeat(300)}` },
      'system',
    );
    await page.reload();
    await expect.poll(() => server.getByText(hostileText).count()).toBe(2);
    await expectGoodEverywhere('servers');

    await page.getByRole('link', { name: 'Initial access tokens' }).click();
    await page.getByRole('heading', { level: 1, name: 'Initial access tokens' }).waitFor();
    await page.getByRole('row').filter({ hasText: mercy }).getByText('Waiting').waitFor();
    await expectGoodEverywhere('tokens');
    expect(await page.content()).not.toContain('canary');
    expect(await page.evaluate('window.owned')).toBeUndefined();
  });

  test('an unknown address and an unknown registration say so', async () => {
    await signIn();
    await page.goto(`${app.url}/#/nowhere`);
    await page.getByRole('heading', { name: 'No such page' }).waitFor();
    await page.goto(`${app.url}/#/registrations/${mercy}`);
    await page.getByRole('alert').filter({ hasText: 'Not found' }).waitFor();
    await expectGoodEverywhere('unknown');
  });

  test('everything can be done by the keyboard', async () => {
    await addWorking('mercy');
    await signIn();
    await row(mercy).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toContain('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    for (let step = 0; step < 30; step += 1) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate('document.activeElement.getAttribute("aria-label")')) === mercy) break;
    }
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Rotate', exact: true }).waitFor();
    for (let step = 0; step < 10; step += 1) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate('document.activeElement.textContent')) === 'Rotate') break;
    }
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => app.operations.length).toBe(1);
  });
});
