// Mocha inside the extension host, beside the installed extension.
import { join } from 'node:path';
import { format } from 'node:util';
import { expect, test } from './fixtures';

test.use({ codeServerOptions: { arguments: ['--vscode-option', 'enable-smoke-test-driver'] } });

test('the tests in the extension host pass', async ({ page, codeServer, folder }) => {
  const remote = (path: string) => `vscode-remote://${codeServer.address.host}${path}`;
  const tests = join(import.meta.dirname, '..', 'host');
  const lines: string[] = [];
  // The workbench calls these two functions when it was started for tests of extensions.
  await page.exposeFunction('codeAutomationLog', (_: string, args: unknown[]) => {
    lines.push(format(...args));
  });
  const verdict = new Promise<number>((resolve, reject) => {
    page
      .exposeFunction('codeAutomationExit', (code: number) => {
        resolve(code);
      })
      .catch(reject);
  });
  const address = new URL(codeServer.workbench(folder));
  const payload = [
    // The package under test is installed; what is "under development" is only the folder of the tests.
    ['extensionDevelopmentPath', remote(tests)],
    ['extensionTestsPath', remote(join(tests, 'index.cjs'))],
    ['skipWelcome', 'true'],
  ];
  address.searchParams.set('payload', JSON.stringify(payload));
  await page.goto(address.href);
  const code = await verdict;
  const report = lines.filter((line) => /✔|passing|failing|^\s+\d+\)|took/.test(line)).join('\n');
  test.info().annotations.push({ type: 'mocha', description: report });
  console.log(report);
  expect(code, lines.join('\n')).toBe(0);
});
