import { expect, test } from './fixtures';

test('a document is an infrastructure document, and coloured as one', async ({ workbench }) => {
  await workbench.open('production.infra');
  await expect(workbench.page.locator('[id="status.editor.mode"]')).toHaveText('Nexflow Infrastructure');
  await expect(workbench.page.locator('.tab.active .nexflow-infra-lang-file-icon')).toBeVisible();
});

const themes = { 'Default Dark Modern': 'vs-dark', 'Default Light Modern': 'vs', 'Default High Contrast': 'hc-black' };
for (const [theme, kind] of Object.entries(themes)) {
  test(`what differs in meaning differs in colour: ${theme}`, async ({ workbench }) => {
    const configure = (semantic: boolean) => {
      const language = { 'editor.semanticHighlighting.enabled': semantic };
      workbench.write(
        '.vscode/settings.json',
        JSON.stringify({ 'workbench.colorTheme': theme, '[nexflow-infra]': language }),
      );
    };
    configure(false);
    await workbench.open('production.infra');
    const words: [line: string, word: string][] = [
      ['state_backends:', 'state_backends'],
      ['large:', 'large'],
      ['incremental: true', 'incremental'],
      ['type: rocksdb', 'rocksdb'],
      ['block_cache_size: 512mb', '512'],
    ];
    const colours = async () => {
      const found: string[] = [];
      for (const [line, word] of words) {
        const span = workbench.line(line).locator('span span', { hasText: word }).first();
        found.push(await span.evaluate((element) => getComputedStyle(element).color));
      }
      return found;
    };
    // First from the grammar alone, then with the server's semantic tokens, which must not change what has a colour.
    await workbench.ready();
    await expect(workbench.page.locator(`.monaco-workbench.${kind}`)).toBeVisible();
    const fromGrammar = await colours();
    expect(new Set(fromGrammar).size).toBe(words.length);
    configure(true);
    await workbench.hoverOver(workbench.word('max_checkpoints'), /./);
    expect(await colours()).toEqual(fromGrammar);
    await workbench.screenshot(`theme-${theme.toLowerCase().replaceAll(' ', '-')}`);
  });
}

test('a mistake has a squiggle and an entry in Problems', async ({ workbench }) => {
  await workbench.open('mistakes.infra');
  await workbench.squiggles('error').first().waitFor();
  await workbench.press('Control+Shift+m');
  await expect(workbench.problems.filter({ hasText: 'intervall' })).toContainText('interval');
  await expect(workbench.problems.filter({ hasText: 'LZ5' })).toBeVisible();
  await expect(workbench.problems.filter({ hasText: 'UNKNOWN_BUCKET' })).toBeVisible();
  await workbench.screenshot('problems');
});

test('a document without mistakes has none', async ({ workbench }) => {
  await workbench.open('production.infra');
  // The server runs and has checked the document when it answers a hover.
  await workbench.hoverOver(workbench.word('max_checkpoints'), /./);
  await expect(workbench.squiggles('error')).toHaveCount(0);
  await expect(workbench.squiggles('warning')).toHaveCount(0);
});

test('fields are completed while typing, and the choice is inserted', async ({ workbench }) => {
  await workbench.open('production.infra');
  await workbench.ready();
  await workbench.goTo('max_checkpoints: 3', 'max_checkpoints: 3'.length);
  await workbench.press('Enter');
  await workbench.type('clean');
  const choice = workbench.suggestions.filter({ hasText: 'cleanup_on_cancel' });
  await expect(choice.first()).toBeVisible();
  await workbench.screenshot('completion-field');
  await choice.first().click();
  await expect(workbench.line('cleanup_on_cancel:')).toBeVisible();
});

test('values are completed by Ctrl+Space', async ({ workbench }) => {
  await workbench.open('production.infra');
  await workbench.ready();
  await workbench.goTo('block_cache_size: 512mb', 'block_cache_size: 512mb'.length);
  await workbench.press('Enter');
  await workbench.type('compression: ');
  await workbench.press('Escape', 'Control+Space');
  for (const codec of ['NONE', 'SNAPPY', 'LZ4', 'ZSTD']) {
    await expect(workbench.suggestions.filter({ hasText: codec }).first()).toBeVisible();
  }
  await workbench.screenshot('completion-value');
  await workbench.suggestions.filter({ hasText: 'ZSTD' }).first().click();
  await expect(workbench.line('compression: ZSTD')).toBeVisible();
  await workbench.save('production.infra');
  expect(workbench.read('production.infra')).toContain('      compression: ZSTD\n');
});

test('a hover explains a field', async ({ workbench }) => {
  await workbench.open('production.infra');
  await workbench.hoverOver(workbench.word('block_cache_size'), 'state.backend.rocksdb.block.cache-size');
  await workbench.screenshot('hover-field');
});

test('a hover leads to the page of its field', async ({ workbench }) => {
  await workbench.open('production.infra');
  const hover = await workbench.hoverOver(workbench.word('block_cache_size'), 'Open the reference');
  await hover.getByText('Open the reference').click();
  const page = workbench.page.frameLocator('iframe.webview').frameLocator('iframe');
  await expect(page.getByRole('heading', { name: 'block_cache_size' })).toBeVisible();
});

test('a whole entry is written from a snippet, tab stop by tab stop', async ({ workbench }) => {
  workbench.write('new.infra', 'version: "1.0"\nenvironment: production\n\ncheckpoints:\n');
  await workbench.open('new.infra');
  await workbench.ready();
  await workbench.press('Control+End');
  await workbench.type('  s3');
  await workbench.press('Control+Space');
  const choice = workbench.suggestions.filter({ hasText: 's3 checkpoints' }).first();
  await expect(choice).toBeVisible();
  await workbench.screenshot('completion-snippet');
  await choice.click();
  await expect(workbench.line('cleanup_on_cancel:').or(workbench.line('max_checkpoints: 3'))).toBeVisible();
  // The first tab stop is the name, the second the bucket.
  await workbench.type('payments');
  await workbench.press('Tab');
  await workbench.type('payments-bucket');
  await workbench.press('Escape', 'Escape');
  await workbench.save('new.infra');
  const [, entry] = workbench.read('new.infra').split('checkpoints:\n');
  expect(entry).toMatch(/^ {2}payments:\n {4}type: s3\n {4}bucket: payments-bucket\n {4}prefix: enrichment\/\n/);
  await expect(workbench.squiggles('error')).toHaveCount(0);
});
