// What a document becomes, beside it, and the way back.
import { expect, test } from './fixtures';

test('what Flink gets stands beside the document, follows each edit, and leads back', async ({ workbench }) => {
  await workbench.open('production.infra');
  await workbench.ready();
  await workbench.goTo('interval: 60s', 'interval: '.length);
  await workbench.command('Nexflow: Show What Flink Gets');
  const view = workbench.page.locator('.tab[data-resource-name="production.infra (Flink)"]');
  await view.waitFor();
  const interval = workbench.line('execution.checkpointing.interval');
  await expect(interval).toContainText(/60.s/);
  await workbench.screenshot('what-flink-gets');

  // The document keeps the cursor; the view follows what is typed there, saved or not.
  await workbench.press('Delete', 'Delete');
  await workbench.type('75');
  await expect(interval).toContainText(/75.s/);
  await expect(workbench.tab('production.infra', 'dirty')).toHaveCount(1);

  // A line leads to where it is written, here in the base.
  await workbench.line('state.backend.rocksdb.writebuffer.size').locator('span span').first().click();
  await workbench.press('F12');
  await workbench.tab('base.infra').waitFor();
  await expect(workbench.page.locator('[id="status.editor.selection"]')).toHaveText(/Ln 10,/);
});

test('the merged document is shown as one', async ({ workbench }) => {
  await workbench.open('production.infra');
  await workbench.ready();
  await workbench.command('Nexflow: Show Merged Document');
  await workbench.page.locator('.tab[data-resource-name="production.infra (merged)"]').waitFor();
  // Only the base has it.
  await expect(workbench.line('min_pause: 30s')).toBeVisible();
  await expect(workbench.squiggles('error')).toHaveCount(0);
  await workbench.screenshot('merged');
});

test('a lens above the document shows what Flink gets', async ({ workbench }) => {
  workbench.write('.vscode/settings.json', JSON.stringify({ 'nexflow.infra.codeLens': true }));
  await workbench.open('production.infra');
  await workbench.ready();
  const lens = workbench.page.locator('.codelens-decoration a', { hasText: 'Show what Flink gets' });
  await lens.waitFor();
  await workbench.screenshot('lens');
  await lens.click();
  await workbench.page.locator('.tab[data-resource-name="production.infra (Flink)"]').waitFor();
  await expect(workbench.line('state.backend.type')).toContainText('rocksdb');
});

test('options of Flink are pasted as a document', async ({ workbench, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  workbench.write('new.infra', '');
  await workbench.open('new.infra');
  await workbench.lines.first().click();
  const options =
    'execution.checkpointing.interval: 3 min\nstate.backend.type: rocksdb\ns3.secret-key: c4n4ry\nmy.own: 1\n';
  await workbench.page.evaluate((text) => navigator.clipboard.writeText(text), options);
  await workbench.command('Nexflow: Paste Flink Options as L5');
  await expect(workbench.line('interval: 3m')).toBeVisible();
  await expect(workbench.line('type: rocksdb')).toBeVisible();
  await expect(workbench.line('my.own')).toBeVisible();
  await expect(workbench.line('c4n4ry')).toHaveCount(0);
  await expect(workbench.notifications.filter({ hasText: 'comments at the end' })).toBeVisible();
  await workbench.screenshot('paste');
});
