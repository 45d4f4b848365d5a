import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { describeWith } from '../../support/describeWith.ts';
import type { RealApp } from './realApp.ts';
import { active, attention, byHand, hostileText, waitsForApproval } from './states.ts';
import { tryDashboard } from './tryDashboard.ts';

const mercy = 'mercy.chart-app.production.main';
const lakeside = 'lakeside.chart-app.production.main';

describeWith('chromium', 'the human path on the page', ({ chromium }) => {
  const dashboard = tryDashboard(chromium);
  const { signIn, addWorking, expectGoodEverywhere } = dashboard;
  let app: RealApp;
  let page: Page;
  beforeEach(() => {
    ({ app, page } = dashboard);
  });

  /** The page of a registration with a person's task. */
  async function openManual(role: 'viewer' | 'operator' | 'administrator', text = 'Ana of Mercy'): Promise<void> {
    await app.addTenant('mercy', 'Mercy Hospital');
    await app.record(mercy, { type: 'registration.manual-required', message: text }, byHand('mercy', text));
    await open(mercy, role);
  }

  async function open(registrationId: string, role: 'viewer' | 'operator' | 'administrator'): Promise<void> {
    await signIn(role);
    await page.goto(`${app.url}/#/registrations/${registrationId}`);
    await page.getByRole('heading', { name: 'Endpoints', exact: true }).waitFor();
  }

  /** What the browser has of the page, with what stands in its fields and its stores. */
  function everything(): Promise<string> {
    return page.evaluate(`JSON.stringify([
      document.documentElement.outerHTML, location.href, {...localStorage}, {...sessionStorage},
      [...document.querySelectorAll('input')].map((input) => input.value),
    ])`);
  }

  test('a task shows who has it, what it waits for and who owes what; peers’ and people’s text stays text', async () => {
    await openManual('operator', hostileText);
    const task = page.getByRole('region', { name: 'Registration by a person' });
    const text = await task.innerText();
    expect(text).toContain('submitted: the vendor or the health system has it');
    expect(text).toContain('14 days');
    expect(text).toContain('Verify who you are by 2026-11-19');
    expect(text).toContain('45 CFR 170.404(b)(1)(i)');
    expect(text).not.toContain('Register and enable the application');
    expect(text.split(hostileText).length).toBe(5);
    const links = await task.getByRole('link').all();
    expect(await Promise.all(links.map((link) => link.getAttribute('href')))).toEqual([
      `/v1/registrations/${mercy}/packet?format=html`,
      `/v1/registrations/${mercy}/packet?format=markdown`,
    ]);
    for (const summary of await page.locator('.actions summary').all()) await summary.click();
    await page.getByLabel('On a day').check();
    await expectGoodEverywhere('task');
    expect(await page.evaluate('window.owned')).toBeUndefined();
  });

  test('the packet opens in a tab of its own', async () => {
    await openManual('viewer');
    const opened = dashboard.context.waitForEvent('page');
    await page.getByRole('link', { name: /^Packet to print/ }).click();
    const packet = await opened;
    await packet.waitForLoadState();
    expect(await packet.locator('body').innerText()).toContain('https://app.example.org/callback');
  });

  test('progress is noted: only what was touched is sent, and it stays as others see it', async () => {
    await openManual('operator');
    await page.getByText('Note progress').click();
    const task = page.getByRole('region', { name: 'Registration by a person' });
    await task.getByRole('button', { name: 'Note' }).click();
    await task.getByText('Nothing is changed yet.').waitFor();
    expect(app.operations).toEqual([]);

    await task.getByLabel('State').selectOption('verified');
    await task.getByLabel('Verified at').fill('2026-11-20T09:30');
    await task.getByLabel('Reference at the vendor').fill('T-4711');
    await task.getByLabel('Note (no secrets)').fill('');
    await task.getByRole('button', { name: 'Note' }).click();
    await expect.poll(() => app.operations.length).toBe(1);
    const [operation] = app.operations;
    expect(operation).toMatchObject({
      kind: 'updateTask',
      details: { state: 'verified', reference: 'T-4711', note: null, verifiedAt: Date.parse('2026-11-20T14:30:00Z') },
    });
    expect(operation?.details).not.toHaveProperty('owner');

    const operationId = operation?.operationId ?? '';
    await app.record(mercy, { type: 'task.changed', message: 'The task is verified.', operationId });
    await page.getByRole('status').filter({ hasText: 'Done: The task is verified.' }).waitFor();
  });

  test('a change that a person makes names what to change, and is noted when it is done', async () => {
    await addWorking('mercy');
    const { task } = byHand('mercy', 'Ana');
    if (task === undefined) throw new Error('a person’s registration has a task');
    const change = { revision: 1, ownRevision: 0, members: ['redirect_uris', hostileText] };
    const metadata = { ...task, kind: 'metadata', change, clocks: [] } as const;
    await app.record(mercy, { type: 'registration.metadata-failed', message: 'By hand.' }, { task: metadata });
    await open(mercy, 'operator');
    const panel = page.getByRole('region', { name: 'Change of the client by a person' });
    await panel.getByText(`redirect_uris, ${hostileText}`).waitFor();
    await panel.getByText('Note progress').click();
    await panel.getByLabel('State').selectOption('verified: the client has been changed');
    await panel.getByRole('button', { name: 'Note' }).click();
    await expect.poll(() => app.operations.length).toBe(1);
    expect(app.operations[0]).toMatchObject({ kind: 'updateTask', details: { state: 'verified' } });
    expect(await page.evaluate('window.owned')).toBeUndefined();
  });

  test('what the API refuses of a task is shown where it was asked for', async () => {
    await openManual('operator');
    await page.getByText('Note progress').click();
    await page.getByLabel('Handed in at').fill('2126-01-01T00:00');
    await page.getByRole('button', { name: 'Note' }).click();
    await page.locator('form').getByRole('alert').filter({ hasText: 'is in the future' }).waitFor();
    expect(app.operations).toEqual([]);
  });

  test('a supplied credential goes into one request, straight into the store, and is nowhere in the page', async () => {
    await openManual('operator');
    await page.getByText('Supply the credential that the health system gave you').click();
    await page.getByLabel('Client id').fill('client-4711');
    await page.getByLabel('Client secret').fill('canary-secret-4711');
    const store = page.getByRole('button', { name: 'Store and prove' });
    await store.click();
    expect(app.operations, 'the expiry is asked for').toEqual([]);
    await page.getByLabel('On a day').check();
    await page.getByLabel('Day on which it expires').fill('2027-06-01');
    await page.getByText('More, if you were told').click();
    await page.getByLabel('Registration access token').fill('canary-rat-4711');
    await store.click();
    await page.locator('form').getByRole('alert').filter({ hasText: '/registrationClientUri' }).waitFor();
    expect(app.operations).toEqual([]);

    await page.getByLabel('Registration client URI').fill('https://auth.mercy.example/client/canary-uri-4711');
    await store.click();
    await expect.poll(() => app.operations.length).toBe(1);
    const [operation] = app.operations;
    expect(operation).toMatchObject({
      kind: 'supplyCredential',
      details: {
        clientId: 'client-4711',
        authMethod: null,
        expiresAt: Date.parse('2027-06-01T04:00:00Z'),
        expiryKnown: true,
      },
    });
    await expect.poll(() => page.getByLabel('Client secret').inputValue()).toBe('');
    expect(await everything()).not.toContain('canary');
    expect(JSON.stringify(operation)).not.toContain('canary');
    const stored = await app.records.claimEnteringSecret(operation?.operationId ?? '', mercy);
    expect(JSON.parse(stored ?? '')).toEqual({
      clientSecret: 'canary-secret-4711',
      registrationAccessToken: 'canary-rat-4711',
      registrationClientUri: 'https://auth.mercy.example/client/canary-uri-4711',
    });
    // Its proof may take days: meanwhile the task goes on.
    await page.getByRole('status').filter({ hasText: 'waiting for its proof' }).waitFor();
    await page.getByText('Note progress').click();
    expect(await page.getByRole('button', { name: 'Note' }).isEnabled()).toBe(true);
    await expectGoodEverywhere('supplied');
  });

  test.each([
    ['Never', { expiresAt: null, expiryKnown: true }],
    ['Nobody knows', { expiresAt: null, expiryKnown: false }],
  ])('a public client is supplied without a secret that expires (%s)', async (choice, details) => {
    await openManual('operator');
    await page.getByText('Supply the credential that the health system gave you').click();
    await page.getByLabel('Client id').fill('public-client');
    await page.getByLabel(choice).check();
    await page.getByLabel('How the client authenticates').selectOption('none');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Store and prove' }).press('Enter');
    await expect.poll(() => app.operations.length).toBe(1);
    expect(app.operations[0]).toMatchObject({ details: { clientId: 'public-client', authMethod: 'none', ...details } });
  });

  test('an active client whose secret only a person replaces takes the next one', async () => {
    await addWorking('mercy');
    await open(mercy, 'operator');
    const supply = page.getByText('Supply the credential that the health system gave you');
    expect(await supply.count()).toBe(0);
    const { credential } = active('mercy');
    if (credential == null) throw new Error('an active registration has a credential');
    await app.record(
      mercy,
      { type: 'registration.attention', message: 'It is due.' },
      { credential: { ...credential, strategy: 'manual', manageable: false } },
    );
    await supply.waitFor();
    await page.getByText('no: a person changes it at the health system').waitFor();
  });

  test('an administrator approves the endpoint that is shown, once compared; an operator is told who can', async () => {
    await app.addTenant('lakeside');
    const event = { type: 'registration.awaiting-approval', message: 'It waits.' } as const;
    await app.record(lakeside, event, waitsForApproval('lakeside'));
    await open(lakeside, 'operator');
    const panel = page.getByRole('region', { name: 'A registration endpoint waits for approval' });
    await panel.getByText('Your key has the role operator; an administrator can do this.').waitFor();
    expect(await panel.getByRole('button').count()).toBe(0);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn('administrator');

    await panel.getByText('https://auth.lakeside.example/register').waitFor();
    await panel.getByRole('checkbox').check();
    await app.record(lakeside, event, waitsForApproval('lakeside', `${hostileText}`));
    await panel.getByText(hostileText).waitFor();
    expect(await panel.getByRole('checkbox').isChecked(), 'a tick for another endpoint').toBe(false);
    await expectGoodEverywhere('approval');
    await panel.getByRole('button', { name: 'Approve this endpoint' }).click();
    expect(app.operations).toEqual([]);
    await panel.getByRole('checkbox').press('Space');
    await panel.getByRole('button', { name: 'Approve this endpoint' }).press('Enter');
    await expect.poll(() => app.operations.length).toBe(1);
    expect(app.operations[0]).toMatchObject({
      kind: 'approveEndpoint',
      details: {
        registrationEndpoint: `https://auth.lakeside.example/${hostileText}`,
        evidenceHash: 'cd'.repeat(32),
      },
    });
    expect(await page.evaluate('window.owned')).toBeUndefined();
  });

  test('a changed endpoint is approved as gone; another origin of the token endpoint is not, with what to do', async () => {
    await addWorking('mercy');
    const working = active('mercy');
    const { discovery } = working;
    if (discovery == null) throw new Error('an active registration is discovered');
    const gone = {
      registrationEndpoint: null,
      evidenceHash: 'ef'.repeat(32),
      changed: ['registrationEndpoint'],
      view: { ...discovery, registrationEndpoint: null },
    };
    const changes = {
      ...attention('active', 'EndpointChanged', 'It changed.'),
      discovery: { ...discovery, proposal: gone },
    };
    await app.record(mercy, { type: 'registration.attention', message: 'It changed.' }, changes);
    await open(mercy, 'administrator');
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Approve that it is gone' }).click();
    await expect.poll(() => app.operations.length).toBe(1);
    expect(app.operations[0]?.details).toEqual({ registrationEndpoint: null, evidenceHash: 'ef'.repeat(32) });

    const moved = { ...gone, changed: ['registrationEndpoint', 'tokenEndpoint'] };
    await app.record(
      mercy,
      { type: 'registration.attention', message: 'More of it.' },
      { discovery: { ...discovery, proposal: moved } },
    );
    await page.getByText(/Another origin of the token endpoint cannot be approved/).waitFor();
    expect(await page.getByRole('checkbox').count()).toBe(0);
    await expectGoodEverywhere('moved');
  });

  test('a launch is reported, its error and its granted scopes only where they belong', async () => {
    await addWorking('mercy');
    await open(mercy, 'operator');
    await page.getByText('Report a launch of the application').click();
    const report = page.getByRole('button', { name: 'Report', exact: true });
    await page.getByLabel('It failed').check();
    await page.getByLabel('What went wrong').fill(hostileText);
    await report.click();
    await expect.poll(() => app.operations.length).toBe(1);
    expect(app.operations[0]).toMatchObject({
      kind: 'reportLaunch',
      details: { outcome: 'failure', mode: 'ehr', error: hostileText, grantedScopes: null },
    });
    const operationId = app.operations[0]?.operationId ?? '';
    await app.record(mercy, { type: 'launch.reported', message: hostileText, operationId });
    await page
      .getByRole('status')
      .filter({ hasText: `Done: ${hostileText}` })
      .waitFor();

    await page.getByLabel('It worked').check();
    await page.getByLabel('How it was launched').selectOption('standalone');
    await page.getByLabel('Granted scopes').fill(' openid   fhirUser ');
    await expectGoodEverywhere('launch');
    await report.click();
    await expect.poll(() => app.operations.length).toBe(2);
    expect(app.operations[1]?.details).toEqual({
      outcome: 'success',
      mode: 'standalone',
      error: null,
      grantedScopes: ['openid', 'fhirUser'],
    });
    expect(await page.evaluate('window.owned')).toBeUndefined();
  });

  test('a client that is behind says so, and an administrator applies the revision', async () => {
    await addWorking('mercy');
    await app.record(
      mercy,
      { type: 'registration.metadata-failed', message: 'Not taken.' },
      { appliedRevision: 0, ownRevision: { applied: 0, desired: 0 } },
    );
    await app.records.putOwnSettings(mercy, 0, { policies: { trimScopes: true } });
    await open(mercy, 'administrator');
    const behind = page.getByRole('region', { name: 'The client is behind' });
    const text = await behind.innerText();
    expect(text).toContain('The client has revision 0 of the application; revision 1 is wanted.');
    expect(text).toContain('revision 0 of this registration’s own settings; revision 1 is wanted.');
    await expectGoodEverywhere('behind');
    await behind.getByRole('button', { name: 'Apply to this client' }).click();
    await expect.poll(() => app.operations.length).toBe(1);
    expect(app.operations[0]).toMatchObject({ kind: 'changeMetadata', details: { revision: 1 } });
  });

  test('a shared client leads to its holder, which rotates it', async () => {
    await addWorking('mercy');
    await app.addTenant('lakeside');
    await app.record(
      lakeside,
      { type: 'registration.sharing', message: 'Shared.' },
      { ...active('lakeside'), clientBinding: 'shared', holderRegistrationId: mercy },
    );
    await open(lakeside, 'operator');
    await page.getByText(`The client belongs to ${mercy}; rotate that one.`).waitFor();
    await page.getByRole('definition').getByRole('link', { name: mercy }).click();
    await page.getByRole('heading', { level: 1, name: 'mercy' }).waitFor();
  });

  test('a client at the same token endpoint is offered, and shared by an administrator', async () => {
    await addWorking('mercy');
    await app.addTenant('lakeside');
    await app.record(
      lakeside,
      { type: 'registration.manual-required', message: 'A person registers.' },
      byHand('mercy', 'Ana'),
    );
    await open(lakeside, 'administrator');
    await page.getByText('Share a client that the application has here already').click();
    await page.getByLabel('Registration that holds the client').selectOption(mercy);
    await expectGoodEverywhere('share');
    await page.getByRole('button', { name: 'Share its client' }).click();
    await expect.poll(() => app.operations.length).toBe(1);
    expect(app.operations[0]).toMatchObject({ kind: 'shareClient', details: { holderRegistrationId: mercy } });
  });

  test('a viewer is told why nothing can be done', async () => {
    await openManual('viewer');
    const actions = await page.getByRole('region', { name: 'Actions' }).innerText();
    for (const what of ['Note progress', 'Supply the credential'])
      expect(actions).toContain(`${what}: Your key has the role viewer; an operator or administrator can do this.`);
    expect(await page.locator('form').count()).toBe(0);
    await expectGoodEverywhere('viewer');
  });
});
