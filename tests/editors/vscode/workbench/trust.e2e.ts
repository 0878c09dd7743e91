// A folder that nobody has declared trustworthy.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './fixtures';

test.use({
  codeServerOptions: { workspaceTrust: true, settings: { 'security.workspace.trust.startupPrompt': 'never' } },
});

test('in a folder that is not trusted, its settings choose no program, and no value of a variable is shown', async ({
  workbench,
}) => {
  const mark = join(workbench.folder, 'executed');
  const hostile = join(workbench.folder, 'hostile');
  writeFileSync(hostile, `#!/bin/sh\ntouch '${mark}'\n`, { mode: 0o755 });
  const settings = {
    'nexflow.infra.server.path': hostile,
    'nexflow.infra.server.env': { CHECKPOINT_BUCKET: 'from-settings' },
    'nexflow.infra.hideVariableValues': false,
  };
  workbench.write('.vscode/settings.json', JSON.stringify(settings));
  workbench.write('nexflow.toml', '[infra]\nhide_variable_values = false\n');
  await workbench.open('production.infra');
  await expect(workbench.page.getByRole('button', { name: /Restricted Mode/ })).toBeVisible();

  // The server of the package runs, and hides the value.
  const hover = await workbench.hoverOver(workbench.word('CHECKPOINT_BUCKET'), '.env');
  await expect(hover).not.toContainText('company-flink-checkpoints');
  await expect(hover).not.toContainText('from-settings');
  expect(existsSync(mark)).toBe(false);
  await workbench.screenshot('untrusted');

  // Once the folder is trusted, its settings count: the hostile program is asked who it is, and refused.
  await workbench.command('Workspaces: Manage Workspace Trust');
  await workbench.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
  await expect.poll(() => existsSync(mark)).toBe(true);
  await expect(workbench.notifications.filter({ hasText: 'is not a working nexflow-lsp' })).toBeVisible();
});
