import { expect, test } from './fixtures';

test('a variable leads to its line in .env', async ({ workbench }) => {
  await workbench.open('production.infra');
  await workbench.ready();
  await workbench.goTo('CHECKPOINT_BUCKET', 3);
  await workbench.press('F12');
  await workbench.tab('.env').waitFor();
  await expect(workbench.line('CHECKPOINT_BUCKET=company-flink-checkpoints')).toBeVisible();
  // The second line, at the variable's name.
  await expect(workbench.page.locator('[id="status.editor.selection"]')).toHaveText(/Ln 2, Col 1/);
});

test('a rename changes all files that have the name', async ({ workbench }) => {
  await workbench.open('production.infra');
  await workbench.ready();
  await workbench.goTo('CHECKPOINT_BUCKET', 3);
  await workbench.press('F2');
  const input = workbench.page.locator('.rename-box input');
  await expect(input).toHaveValue('CHECKPOINT_BUCKET');
  await input.fill('STATE_BUCKET');
  await workbench.screenshot('rename');
  await workbench.press('Enter');
  await expect(workbench.line('bucket: ${STATE_BUCKET}')).toBeVisible();
  await workbench.command('File: Save All Files');
  await expect.poll(() => workbench.read('base.infra')).toContain('bucket: ${STATE_BUCKET}');
  await expect.poll(() => workbench.read('production.infra')).toContain('bucket: ${STATE_BUCKET}');
  await expect.poll(() => workbench.read('.env')).toContain('STATE_BUCKET=company-flink-checkpoints');
  expect(workbench.read('base.infra')).not.toContain('CHECKPOINT_BUCKET');
  await expect(workbench.squiggles('warning')).toHaveCount(0);
});

test('the outline has sections, entries and fields', async ({ workbench }) => {
  await workbench.open('production.infra');
  await workbench.ready();
  await workbench.command('Explorer: Focus on Outline View');
  const outline = workbench.page.locator('.outline-tree .monaco-list-row');
  for (const name of ['version', 'environment', 'state_backends', 'default']) {
    await expect(outline.filter({ hasText: name }).first()).toBeVisible();
  }
  await workbench.screenshot('outline');
  await outline.filter({ hasText: 'default' }).first().click();
  await expect(workbench.page.locator('[id="status.editor.selection"]')).toHaveText(/Ln 6,/);
});

test('a document is formatted, and only its white space', async ({ workbench }) => {
  const untidy = workbench
    .read('production.infra')
    .replace('interval: 60s', 'interval:   60s   ')
    .replace('region: eu', 'region:  eu');
  workbench.write('production.infra', untidy);
  await workbench.open('production.infra');
  await workbench.ready();
  await workbench.command('Format Document');
  await expect(workbench.line('interval: 60s')).toBeVisible();
  await workbench.save('production.infra');
  expect(workbench.read('production.infra').replace(/\s/g, '')).toBe(untidy.replace(/\s/g, ''));
  expect(workbench.read('production.infra')).toContain(
    '    region: eu-central-1\n    checkpoint:\n      interval: 60s\n',
  );
});

test('the language status has environment, base and unresolved variables', async ({ workbench }) => {
  await workbench.open('production.infra');
  await workbench.ready();
  const items = workbench.page.locator('.language-status-hover, .hover-language-status');
  const item = workbench.page.locator('[id="status.languageStatus"]');
  await expect(async () => {
    await item.hover();
    await expect(items.filter({ hasText: 'Environment: production' })).toBeVisible({ timeout: 4_000 });
  }).toPass();
  await expect(items.filter({ hasText: 'Extends base.infra' })).toBeVisible();
  await expect(items.filter({ hasText: 'All variables resolved' })).toBeVisible();
  await workbench.screenshot('status');
  await items.filter({ hasText: 'Extends base.infra' }).getByText('Open').click();
  await workbench.tab('base.infra').waitFor();
});

test('the language status counts unresolved variables, and the count follows .env', async ({ workbench }) => {
  await workbench.open('mistakes.infra');
  await workbench.ready();
  const items = workbench.page.locator('.language-status-hover, .hover-language-status');
  const shows = async (text: string) => {
    await expect(async () => {
      await workbench.lines.first().hover();
      await workbench.page.locator('[id="status.languageStatus"]').hover();
      await expect(items.filter({ hasText: text })).toBeVisible({ timeout: 4_000 });
    }).toPass();
  };
  await shows('1 unresolved variable');
  workbench.write('.env', 'UNKNOWN_BUCKET=known-now\n');
  await shows('All variables resolved');
});
