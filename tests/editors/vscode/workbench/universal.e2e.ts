// The package that brings no server: it takes the one on the PATH, and says what to do when there is none.
import { symlinkSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { required } from './codeServer';
import { expect, test } from './fixtures';

/** A folder on the PATH of this VS Code that is empty until a test installs the server. */
const programs = `/tmp/nexflow-programs-${String(process.pid)}`;

test.use({
  codeServerOptions: {
    vsix: required('NEXFLOW_UNIVERSAL_VSIX'),
    // As if started from a shell: VS Code would otherwise ask a login shell for the PATH.
    environment: { PATH: `${programs}:/usr/bin:/bin`, VSCODE_CLI: '1' },
  },
});

test.beforeEach(() => {
  rmSync(programs, { recursive: true, force: true });
  mkdirSync(programs);
});
test.afterAll(() => {
  rmSync(programs, { recursive: true, force: true });
});

test('without a server one message says what to do, and the server is found once it is installed', async ({
  workbench,
}) => {
  await workbench.open('mistakes.infra');
  const message = workbench.notifications.filter({ hasText: 'nexflow-lsp, was not found' });
  await expect(message).toContainText('it is not on the PATH');
  await expect(workbench.notifications).toHaveCount(1);
  for (const way of ['Open Setting', 'How to Install', 'Try Again']) {
    await expect(message.getByRole('button', { name: way })).toBeVisible();
  }
  // The document is coloured all the same, by the grammar.
  await expect(workbench.page.locator('[id="status.editor.mode"]')).toHaveText('Nexflow Infrastructure');

  symlinkSync(required('NEXFLOW_SERVER'), join(programs, 'nexflow-lsp'));
  await message.getByRole('button', { name: 'Try Again' }).click();
  await expect(workbench.notifications).toHaveCount(0);
  await workbench.squiggles('error').first().waitFor();
  await workbench.command('Nexflow: Show Server Version');
  await expect(workbench.notifications.filter({ hasText: /nexflow-lsp \d+\.\d+\.\d+.*PATH/ })).toBeVisible();
});
