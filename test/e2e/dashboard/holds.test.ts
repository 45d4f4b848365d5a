import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import type { Reason } from '../../../domain/reasons/index.ts';
import { releasesOf } from '../../../domain/registration/hold.ts';
import { describeWith } from '../../support/describeWith.ts';
import type { RealApp } from './realApp.ts';
import { active, hoursFromNow } from './states.ts';
import { tryDashboard } from './tryDashboard.ts';

const mercy = 'mercy.chart-app.production.main';
const heldWith = (reason: Reason) => ({ hold: { reason, releasedBy: releasesOf(reason), since: hoursFromNow(-1) } });

describeWith('chromium', 'holds and suspension on the page', ({ chromium }) => {
  const dashboard = tryDashboard(chromium);
  const { signIn, addWorking, row, expectGoodEverywhere } = dashboard;
  let app: RealApp;
  let page: Page;
  beforeEach(async () => {
    ({ app, page } = dashboard);
    await addWorking('mercy');
  });

  test('a registration is suspended after a word on what happens, shown plainly, and resumed', async () => {
    await signIn();
    await row(mercy).getByRole('link').first().click();
    await page.getByRole('button', { name: 'Suspend' }).click();
    const dialog = page.getByRole('dialog', { name: 'Suspend the registration?' });
    expect(await dialog.innerText()).toContain('Nothing is sent to the health system');
    await expectGoodEverywhere('suspend');
    await dialog.getByLabel(/^Reason/).fill('maintenance');
    await dialog.getByRole('button', { name: 'Suspend' }).click();
    await expect.poll(() => app.operations.at(-1)).toMatchObject({ kind: 'suspend', reason: 'maintenance' });
    const { operationId } = app.operations.at(-1)!;
    await app.record(
      mercy,
      { type: 'registration.suspended', message: 'Suspended.', operationId },
      { phase: 'suspended', suspended: { since: hoursFromNow(0), phase: 'active' } },
    );
    await page.getByText(/^Suspended: nothing is sent .* It goes on as: Active\.$/).waitFor();
    await expectGoodEverywhere('suspended');
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => app.operations.at(-1)).toMatchObject({ kind: 'resume' });
  });

  test('what is held says what releases it, and an administrator overwrites only after a word', async () => {
    await app.record(
      mercy,
      { type: 'registration.attention', reason: 'SecretStoreConflict', message: 'Another version.' },
      { ...active('mercy'), ...heldWith('SecretStoreConflict') },
    );
    await signIn('administrator');
    await row(mercy).getByRole('link').first().click();
    const panel = page.getByRole('region', { name: /^Held:/ });
    expect(await panel.innerText()).toContain('Released by accept-current or overwrite; nothing else releases it.');
    expect(await panel.getByRole('button').allInnerTexts()).toEqual(['Accept current', 'Overwrite']);
    await expectGoodEverywhere('held');
    const before = app.operations.length;
    await panel.getByRole('button', { name: 'Overwrite' }).click();
    const dialog = page.getByRole('dialog', { name: 'Overwrite the current version?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(app.operations).toHaveLength(before);
    await panel.getByRole('button', { name: 'Overwrite' }).click();
    await dialog.getByRole('button', { name: 'Overwrite' }).click();
    await expect.poll(() => app.operations.at(-1)).toMatchObject({ kind: 'overwrite' });
  });
});
