// The extension in vscode.dev and github.dev: the server is a worker with the analysis as WebAssembly. It reads what a document extends
// through the editor, for it has no files of its own.
import { Uri, commands, window, workspace } from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';

const SCHEME = 'nexflow-view';
let client;

export async function activate(context) {
  const file = (name) => Uri.joinPath(context.extensionUri, 'dist', 'browser', name);
  const worker = new Worker(file('server.js').toString(true));
  const module = await workspace.fs.readFile(file('nexflow_web.wasm'));
  // A copy with a buffer of its own, which the worker then has.
  const wasm = module.slice().buffer;
  worker.postMessage({ wasm }, [wasm]);

  client = new LanguageClient('nexflow-infra', 'Nexflow Infrastructure', portOf(worker), {
    documentSelector: [{ language: 'nexflow-infra' }],
  });
  client.onNotification('nexflow/wanted', async ({ uri }) => tell(uri));
  const watcher = workspace.createFileSystemWatcher('**/*.{infra,infra.yaml,infra.yml}');
  const again = (uri) => tell(uri.toString());
  watcher.onDidChange(again);
  watcher.onDidCreate(again);
  watcher.onDidDelete(again);

  const shown = new Map();
  context.subscriptions.push(
    client,
    watcher,
    workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: (uri) => shown.get(uri.toString()) ?? '',
    }),
  );
  for (const [command, form, name] of [
    ['nexflow.showRendered', 'flink', 'What Flink gets'],
    ['nexflow.showMerged', 'l5', 'Merged document'],
  ]) {
    context.subscriptions.push(
      commands.registerCommand(command, async () => {
        const document = window.activeTextEditor?.document;
        if (document === undefined) return;
        const textDocument = { uri: document.uri.toString() };
        const { text, problem } = await client.sendRequest('nexflow/render', { textDocument, form });
        const uri = Uri.from({
          scheme: SCHEME,
          path: `/${name}.txt`,
          query: `${textDocument.uri}#${document.version}`,
        });
        shown.set(uri.toString(), text ?? problem);
        await window.showTextDocument(uri, { viewColumn: -2, preview: true });
      }),
    );
  }
  await client.start();
}

/** A worker as the client wants one. Some editors' workers have no listeners but one. */
function portOf(worker) {
  const listeners = { message: new Set(), error: new Set() };
  worker.onmessage = (event) => listeners.message.forEach((listener) => listener(event));
  worker.onerror = (event) => listeners.error.forEach((listener) => listener(event));
  const port = {
    addEventListener: (kind, listener) => listeners[kind]?.add(listener),
    removeEventListener: (kind, listener) => listeners[kind]?.delete(listener),
    postMessage: (message) => worker.postMessage(message),
    terminate: () => worker.terminate(),
  };
  // An older way to listen.
  for (const kind of ['message', 'error']) {
    Object.defineProperty(port, `on${kind}`, {
      set(listener) {
        listeners[kind].add(listener);
      },
    });
  }
  return port;
}

/** Tells the server the text of a document that is not open, or that there is none. */
async function tell(uri) {
  let text = null;
  try {
    text = new TextDecoder().decode(await workspace.fs.readFile(Uri.parse(uri, true)));
  } catch {
    // It is not there, or of a scheme that nothing reads.
  }
  await client.sendNotification('nexflow/file', { uri, text });
}

export async function deactivate() {
  await client?.stop();
}
