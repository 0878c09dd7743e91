const assert = require('node:assert/strict');
const { copyFileSync } = require('node:fs');
const { join } = require('node:path');
const vscode = require('vscode');

const ID = 'nexflow.nexflow-infra';
const folder = vscode.workspace.workspaceFolders[0].uri.fsPath;
const open = async (file) => {
  const document = await vscode.workspace.openTextDocument(join(folder, file));
  await vscode.window.showTextDocument(document);
  return document;
};

/** Waits until a value is as wanted. */
async function until(what, get, wanted) {
  const end = Date.now() + 45_000;
  for (;;) {
    const value = await get();
    if (wanted(value)) return value;
    if (Date.now() > end) assert.fail(`${what} was still ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('the extension', () => {
  it('is not started by anything but a document of its language', async () => {
    const extension = vscode.extensions.getExtension(ID);
    assert.ok(extension, `${ID} is not installed`);
    assert.equal(extension.isActive, false, 'it was active before a document was opened');
    // The figures are printed and not checked: they depend on what else the machine does. What loading costs is bounded by the size of
    // the bundle, which the extension's own tests check. It is processor time because the clock would also count what others do.
    const before = process.cpuUsage();
    require(join(extension.extensionPath, 'dist', 'extension.js'));
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    console.log(`    loading took ${took.toFixed(1)} ms of processor time`);
    const start = performance.now();
    await extension.activate();
    console.log(
      `    activation, asked for from another extension, took ${(performance.now() - start).toFixed(1)} ms by the clock`,
    );
  });

  it('has its settings with the defaults of the server', () => {
    const settings = vscode.workspace.getConfiguration('nexflow.infra');
    assert.equal(settings.get('flinkVersion'), '2.3');
    assert.deepEqual(settings.get('rules'), {});
    assert.equal(settings.get('server.path'), '');
  });

  for (const file of ['production.infra', 'copy.infra.yaml', 'copy.infra.yml']) {
    it(`knows ${file} by its name`, async () => {
      if (file !== 'production.infra') copyFileSync(join(folder, 'production.infra'), join(folder, file));
      assert.equal((await open(file)).languageId, 'nexflow-infra');
    });
  }

  it('indents and completes as its language wants it', async () => {
    const document = await open('production.infra');
    const settings = vscode.workspace.getConfiguration('editor', document);
    assert.equal(settings.get('tabSize'), 2);
    assert.equal(settings.get('insertSpaces'), true);
    assert.equal(settings.get('formatOnType'), true);
    // Also where there is nothing yet from which an indentation could be guessed.
    const empty = await vscode.workspace.openTextDocument({ language: 'nexflow-infra', content: 'checkpoints:\n' });
    const editor = await vscode.window.showTextDocument(empty);
    assert.equal(editor.options.tabSize, 2);
    assert.equal(editor.options.insertSpaces, true);
  });
});

describe('the server behind it', () => {
  it('checks a document', async () => {
    const document = await open('mistakes.infra');
    const codes = await until(
      'the diagnostics',
      () =>
        vscode.languages.getDiagnostics(document.uri).map(({ code }) => (typeof code === 'object' ? code.value : code)),
      (found) => found.includes('enum-unknown-value'),
    );
    assert.ok(codes.includes('field-unknown'));
  });

  it('answers with positions in UTF-16, as VS Code counts', async () => {
    const document = await vscode.workspace.openTextDocument({
      language: 'nexflow-infra',
      content: 'state_backends:\n  "🚀": {type: rocksdb, options: {compression: LZ5}}\n',
    });
    await vscode.window.showTextDocument(document);
    const found = await until(
      'the diagnostics',
      () => vscode.languages.getDiagnostics(document.uri),
      (diagnostics) => diagnostics.some(({ message }) => message.includes('LZ5')),
    );
    const { range } = found.find(({ message }) => message.includes('LZ5'));
    assert.equal(document.getText(range), 'LZ5');
  });

  it('offers what belongs here, with documentation', async () => {
    // A field that the document has already is not offered again, so this one is in a document without it.
    const text = 'checkpoints:\n  main:\n    inter';
    const document = await vscode.workspace.openTextDocument({ language: 'nexflow-infra', content: text });
    await vscode.window.showTextDocument(document);
    const position = document.positionAt(text.length);
    const list = await until(
      'the list',
      () =>
        vscode.commands.executeCommand('vscode.executeCompletionItemProvider', document.uri, position, undefined, 20),
      ({ items }) => items.length > 0,
    );
    const item = list.items.find(({ label }) =>
      (typeof label === 'object' ? label.label : label).startsWith('interval'),
    );
    assert.ok(item, `only ${list.items.map(({ label }) => label.label ?? label).join(', ')}`);
    const { documentation } = item;
    assert.match(documentation.value ?? documentation, /execution\.checkpointing\.interval/);
  });

  it('formats the documents of the project to what they are', async () => {
    for (const file of ['production.infra', 'base.infra', 'mistakes.infra']) {
      const document = await open(file);
      const edits = await vscode.commands.executeCommand('vscode.executeFormatDocumentProvider', document.uri, {
        tabSize: 2,
        insertSpaces: true,
      });
      assert.deepEqual(edits ?? [], [], file);
    }
  });
});
