// What a change does to running jobs, beside the document while it is written.
import { spawnSync } from 'node:child_process';
import { expect, test } from './fixtures';

function git(folder: string, ...args: string[]): void {
  const settings = ['-c', 'user.name=t', '-c', 'user.email=t@localhost', '-c', 'commit.gpgsign=false'];
  const done = spawnSync('git', [...settings, ...args], { cwd: folder, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
}

test('a change since the last commit is marked where it stands, counted above, and told as a plan', async ({
  workbench,
}) => {
  git(workbench.folder, 'init', '-q');
  git(workbench.folder, 'add', '-A');
  git(workbench.folder, 'commit', '-q', '-m', 'one');
  workbench.write('.vscode/settings.json', JSON.stringify({ 'nexflow.infra.compareWith': 'HEAD' }));
  await workbench.open('production.infra');
  await workbench.ready();
  const lens = workbench.page.locator('.codelens-decoration a', { hasText: 'since HEAD' });
  await expect(lens).toHaveCount(0);

  // The timers of the large backend go to the heap: a native savepoint loses them without a message.
  const [line] = await workbench.position('timer_service:');
  await workbench.press('Control+g');
  await workbench.quickInput.locator('input').fill(`:${String(line + 1)}:13`);
  await workbench.press('Enter', 'Shift+End');
  await workbench.type('heap');
  await expect(lens).toHaveText('1 change since HEAD, 1 loses state');
  await expect(workbench.squiggles('warning')).not.toHaveCount(0);
  await workbench.press('Escape', 'Control+Shift+m');
  const problem = workbench.problems.filter({ hasText: 'Changing `type` from `rocksdb` to `heap`' });
  await expect(problem).toHaveCount(1);
  await expect(problem).toContainText('state-lost since HEAD');
  await workbench.screenshot('changes');

  await lens.click();
  await workbench.page.locator('.tab[data-resource-name="production.infra (changes)"]').waitFor();
  await expect(workbench.line('1 change since HEAD: 1 state-lost.')).toBeVisible();
  await workbench.screenshot('plan');
});
