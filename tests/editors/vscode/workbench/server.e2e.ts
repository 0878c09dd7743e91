// The life of the server as the user sees it.
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Workbench } from './fixtures';

/** The processes that run the server of this code-server's extension. */
function serverProcesses(workbench: Workbench): number[] {
  const found: number[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const program = readlinkSync(`/proc/${entry}/exe`);
      if (program.startsWith(workbench.server.state) && program.endsWith('/nexflow-lsp')) found.push(Number(entry));
    } catch {
      // The process ended while it was looked at, or is not ours to look at.
    }
  }
  return found;
}

/** Kills the one server that runs, and waits until another one does. */
async function killServer(workbench: Workbench): Promise<void> {
  const before = serverProcesses(workbench);
  expect(before).toHaveLength(1);
  for (const id of before) process.kill(id, 'SIGKILL');
  await expect.poll(() => serverProcesses(workbench).filter((id) => !before.includes(id)).length).toBe(1);
}

test('a killed server is started again, and the user is told', async ({ workbench }) => {
  await workbench.open('mistakes.infra');
  const mistake = workbench.problems.filter({ hasText: 'intervall' });
  await workbench.press('Control+Shift+m');
  await expect(mistake).toBeVisible();
  await killServer(workbench);
  await expect(workbench.notifications.filter({ hasText: 'ended unexpectedly and has been restarted' })).toBeVisible();
  // The new server checks the document again, and follows edits.
  await workbench.lines.first().click();
  await workbench.goTo('intervall', 'intervall'.length);
  await expect(mistake).toBeVisible();
  await workbench.press('Backspace');
  await expect(mistake).toHaveCount(0);
  await expect(workbench.problems.filter({ hasText: 'LZ5' })).toBeVisible();
});

test('a server that ends again and again is given up after five restarts, with a way out', async ({ workbench }) => {
  // It says that it is the server, and ends as soon as it is asked to serve.
  const starts = join(workbench.folder, 'starts.log');
  const crashing = join(workbench.folder, 'crashing-server');
  const script = `#!/bin/sh\n[ "$1" = --version ] && { echo nexflow-lsp 9.9.9; exit; }\necho start >> '${starts}'\nexit 1\n`;
  writeFileSync(crashing, script, { mode: 0o755 });
  workbench.write('.vscode/settings.json', JSON.stringify({ 'nexflow.infra.server.path': crashing }));
  await workbench.open('production.infra');

  const givenUp = workbench.notifications.filter({
    hasText: 'ended 6 times within 3 minutes and is not started again',
  });
  await expect(givenUp).toBeVisible();
  const started = () => readFileSync(starts, 'utf8').trim().split('\n').length;
  expect(started()).toBe(6);

  // The way out: the user asks for a restart, and the five restarts are there again.
  await givenUp.getByRole('button', { name: 'Restart Server' }).click();
  await expect.poll(started).toBe(12);
});

test('a setting that names no program gives one message with a way out', async ({ workbench }) => {
  workbench.write('.vscode/settings.json', JSON.stringify({ 'nexflow.infra.server.path': '/nowhere/nexflow-lsp' }));
  await workbench.open('production.infra');
  const message = workbench.notifications.filter({ hasText: '/nowhere/nexflow-lsp' });
  await expect(message).toContainText('does not exist or cannot be executed');
  await expect(workbench.notifications).toHaveCount(1);
  await workbench.screenshot('no-server');
  await message.getByRole('button', { name: 'Open Setting' }).click();
  await expect(workbench.page.locator('.settings-editor')).toBeVisible();
});

test('a program that is not the server gives one message with a way out', async ({ workbench }) => {
  workbench.write('.vscode/settings.json', JSON.stringify({ 'nexflow.infra.server.path': '/bin/echo' }));
  await workbench.open('production.infra');
  const message = workbench.notifications.filter({ hasText: '/bin/echo' });
  await expect(message).toContainText('is not a working nexflow-lsp');
  await expect(workbench.notifications).toHaveCount(1);
  // The way out: correct the setting. The server starts by itself.
  workbench.write('.vscode/settings.json', '{}');
  await expect.poll(() => serverProcesses(workbench).length).toBe(1);
});

test('a changed setting takes effect at once', async ({ workbench }) => {
  await workbench.open('mistakes.infra');
  const mistake = workbench.problems.filter({ hasText: 'LZ5' });
  await workbench.press('Control+Shift+m');
  await expect(mistake).toBeVisible();
  workbench.write('.vscode/settings.json', JSON.stringify({ 'nexflow.infra.rules': { 'enum-unknown-value': 'off' } }));
  await expect(mistake).toHaveCount(0);
  await expect(workbench.problems.filter({ hasText: 'intervall' })).toBeVisible();
  expect(serverProcesses(workbench)).toHaveLength(1);
});

test('the server can be restarted and says its version', async ({ workbench }) => {
  await workbench.open('mistakes.infra');
  await workbench.squiggles('error').first().waitFor();
  const before = serverProcesses(workbench);
  await workbench.command('Nexflow: Restart Server');
  await expect.poll(() => serverProcesses(workbench).filter((id) => !before.includes(id)).length).toBe(1);
  await expect.poll(() => before.filter((id) => existsSync(`/proc/${String(id)}`))).toEqual([]);
  await workbench.ready();
  await workbench.command('Nexflow: Show Server Version');
  await expect(
    workbench.notifications.filter({ hasText: /nexflow-lsp \d+\.\d+\.\d+, from this extension/ }),
  ).toBeVisible();
  // A restart that was asked for is no crash.
  await expect(workbench.notifications.filter({ hasText: 'unexpectedly' })).toHaveCount(0);
});
