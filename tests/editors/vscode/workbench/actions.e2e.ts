// Fixes, profiles, and what the commands show.
import { expect, test } from './fixtures';

test('a quick fix corrects a mistake, through the light bulb', async ({ workbench }) => {
  await workbench.open('mistakes.infra');
  await workbench.ready();
  await workbench.goTo('LZ5', 1);
  await workbench.page.locator('[class*="lightbulb"]:visible').first().click();
  const choices = workbench.page.locator('.action-widget .monaco-list-row');
  await expect(choices.filter({ hasText: 'LZ4' }).first()).toBeVisible();
  await workbench.screenshot('quick-fix');
  await choices.filter({ hasText: 'LZ4' }).first().click();
  await expect(workbench.line('compression: LZ4')).toBeVisible();
  await workbench.press('Control+Shift+m');
  await expect(workbench.problems.filter({ hasText: 'intervall' })).toBeVisible();
  await expect(workbench.problems.filter({ hasText: 'LZ5' })).toHaveCount(0);
});

test('a tuning profile is applied by its command', async ({ workbench }) => {
  await workbench.open('production.infra');
  await workbench.ready();
  await workbench.goTo('large:', 2);
  await workbench.command('Nexflow: Apply Tuning Profile');
  const choices = workbench.quickInput.locator('.monaco-list-row');
  await expect(choices).toHaveCount(3);
  await workbench.screenshot('profile');
  await choices.filter({ hasText: /low.latency/i }).click();
  // What the specification's low-latency profile says.
  await expect(workbench.line('write_buffer_size: 32mb')).toBeVisible();
  await expect(workbench.line('compression: NONE')).toBeVisible();
});

test('the rule of a finding is explained', async ({ workbench }) => {
  await workbench.open('mistakes.infra');
  await workbench.press('Control+Shift+m');
  await workbench.problems.filter({ hasText: 'LZ5' }).click();
  await workbench.command('Nexflow: Explain Rule at Cursor');
  const page = workbench.page.frameLocator('iframe.webview').frameLocator('iframe');
  await expect(page.getByRole('heading', { name: 'enum-unknown-value' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Why it matters' })).toBeVisible();
});

test('the reference of a field opens', async ({ workbench }) => {
  await workbench.open('production.infra');
  await workbench.ready();
  await workbench.goTo('block_cache_size', 3);
  await workbench.command('Nexflow: Open Field Reference');
  const page = workbench.page.frameLocator('iframe.webview').frameLocator('iframe');
  await expect(page.getByRole('heading', { name: 'block_cache_size' })).toBeVisible();
  await expect(page.getByText('state.backend.rocksdb.block.cache-size').first()).toBeVisible();
  await workbench.screenshot('reference');
});

test('a report is copied, without the values of variables', async ({ workbench }) => {
  const settings = {
    'nexflow.infra.variables': { UNKNOWN_BUCKET: 'a-value-that-nobody-sees' },
    'nexflow.infra.flinkVersion': '1.20',
  };
  workbench.write('.vscode/settings.json', JSON.stringify(settings));
  await workbench.open('mistakes.infra');
  await workbench.squiggles('error').first().waitFor();
  await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await workbench.command('Nexflow: Copy Diagnostics Report');
  await expect(workbench.notifications.filter({ hasText: 'is on the clipboard' })).toBeVisible();
  const report = await workbench.page.evaluate(() => navigator.clipboard.readText());
  expect(report).toMatch(/- Server: \d+\.\d+\.\d+, .*nexflow-lsp \(found by bundle\)/);
  expect(report).toContain('### mistakes.infra');
  expect(report).toContain('9:20 error `enum-unknown-value`');
  expect(report).toContain('- `nexflow.infra.flinkVersion`: `"1.20"`');
  expect(report).toContain('UNKNOWN_BUCKET');
  expect(report).not.toContain('a-value-that-nobody-sees');
});

test('File > New File offers an infrastructure document, with a first one to fill in', async ({ workbench }) => {
  await workbench.open('production.infra');
  await workbench.ready();
  await workbench.command('Create: New File...');
  const row = workbench.quickInput.locator('.monaco-list-row').filter({ hasText: 'Infrastructure Document' });
  await expect(row).toBeVisible();
  await workbench.screenshot('new-file');
  await row.click();
  await expect(workbench.page.locator('[id="status.editor.mode"]')).toHaveText('Nexflow Infrastructure');
  await expect(workbench.suggestions.first()).toBeVisible();
  await workbench.screenshot('new-document');
});
