// `Explain Rule` and `Open Field Reference`: the server's long texts, shown in VS Code's Markdown preview.
import { commands, type Diagnostic, type Disposable, EventEmitter, languages, Uri, window, workspace } from 'vscode';
import type { Session } from '../server/session';
import { LANGUAGE } from '../server/client';
import { offers } from '../capabilities';
import { type ExplainParams, ExplainRequest, type Explanation } from '../protocol';
import { DIAGNOSTIC_SOURCE, ruleOf } from '../diagnostics';

const SCHEME = 'nexflow-reference';
/** Pages that stay readable after the server has ended; more are not kept. */
const KEPT_PAGES = 50;

export interface Documentation extends Disposable {
  explainRule(): Promise<void>;
  /** About the field at the cursor, or at the place that a link in a hover names. */
  openReference(asked?: unknown): Promise<void>;
}

export function registerDocumentation(session: Session): Documentation {
  const pages = new Map<string, string>();
  const changed = new EventEmitter<Uri>();
  const provider = workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => pages.get(uri.path) ?? '',
  });

  const show = async (explanation: Explanation) => {
    const uri = Uri.from({ scheme: SCHEME, path: `/${explanation.title}.md` });
    pages.delete(uri.path);
    pages.set(uri.path, explanation.markdown);
    for (const oldest of [...pages.keys()].slice(0, -KEPT_PAGES)) pages.delete(oldest);
    changed.fire(uri);
    await commands.executeCommand('markdown.showPreviewToSide', uri);
  };

  const ask = async (params: ExplainParams, nothing: string) => {
    const { state } = session;
    if (state.kind !== 'running' || !offers(state.client.initializeResult?.capabilities, 'explain')) {
      await window.showWarningMessage(
        'The Nexflow language server does not run, or is too old to explain rules and fields.',
      );
      return;
    }
    const explanation = await state.client.sendRequest(ExplainRequest, params);
    if (explanation === null) await window.showInformationMessage(nothing);
    else await show(explanation);
  };

  return {
    dispose: () => {
      provider.dispose();
      changed.dispose();
    },
    explainRule: async () => {
      const editor = window.activeTextEditor;
      if (editor?.document.languageId !== LANGUAGE) return;
      const position = editor.selection.active;
      const ours = languages.getDiagnostics(editor.document.uri).filter((found) => found.source === DIAGNOSTIC_SOURCE);
      const here = ours.filter((found) => found.range.contains(position));
      // Without a problem under the cursor, those of its line are meant.
      const found = here.length > 0 ? here : ours.filter((other) => other.range.start.line === position.line);
      const rule = await chooseRule(found);
      if (rule !== undefined) await ask({ rule }, `The server knows no rule named ${rule}.`);
      else if (found.length === 0) await window.showInformationMessage('There is no problem at the cursor.');
    },
    openReference: async (asked) => {
      if (isPlace(asked)) {
        await ask(asked, 'There is no field at this place.');
        return;
      }
      const editor = window.activeTextEditor;
      if (editor?.document.languageId !== LANGUAGE || session.state.kind !== 'running') return;
      const converter = session.state.client.code2ProtocolConverter;
      const textDocument = converter.asTextDocumentIdentifier(editor.document);
      await ask(
        { textDocument, position: converter.asPosition(editor.selection.active) },
        'There is no field at the cursor.',
      );
    },
  };
}

/** Whether a value is the document and the position of a field. */
function isPlace(value: unknown): value is Extract<ExplainParams, { position: unknown }> {
  return typeof value === 'object' && value !== null && 'textDocument' in value && 'position' in value;
}

async function chooseRule(found: readonly Diagnostic[]): Promise<string | undefined> {
  const messages = new Map<string, string>();
  for (const diagnostic of found) {
    const rule = ruleOf(diagnostic.code);
    if (rule !== '' && !messages.has(rule)) messages.set(rule, diagnostic.message);
  }
  if (messages.size <= 1) return [...messages.keys()][0];
  const items = [...messages].map(([label, detail]) => ({ label, detail }));
  return (await window.showQuickPick(items, { placeHolder: 'Which rule?' }))?.label;
}
