// `Show What Flink Gets`, `Show Merged Document` and `Paste Flink Options as L5`: what a document becomes, and the way back.
import { env, languages, Range, Uri, ViewColumn, window, workspace } from 'vscode';
import { hasViews, offers } from '../capabilities';
import { ImportRequest, type RenderForm, type RenderParams, VIEW_SCHEME } from '../protocol';
import { LANGUAGE } from '../server/client';
import type { Session } from '../server/session';

const TITLES: Partial<Record<RenderForm, string>> = { l5: 'merged', plan: 'changes' };
const LANGUAGES: Partial<Record<RenderForm, string>> = { l5: LANGUAGE, plan: 'plaintext' };

/**
 * Shows what a document becomes beside it: that of a code lens, which names its document, or the one in front. The server makes the
 * text, has each line lead to where it is written, and says when it has changed.
 */
export async function showRendered(session: Session, usual: RenderForm, asked?: unknown): Promise<void> {
  const form = isPlan(asked) ? 'plan' : usual;
  const { state } = session;
  if (state.kind !== 'running' || !hasViews(state.client.initializeResult?.capabilities)) return tooOld();
  const source = named(asked) ?? documentInFront();
  if (source === undefined) {
    await window.showInformationMessage('Open a Nexflow document first.');
    return;
  }
  const params: RenderParams = { textDocument: { uri: source.toString() }, as: form };
  const name = source.path.split('/').pop() ?? 'document';
  const uri = Uri.from({
    scheme: VIEW_SCHEME,
    path: `/${name} (${TITLES[form] ?? 'Flink'})`,
    query: JSON.stringify({ view: 'render', ...params }),
  });
  const document = await workspace.openTextDocument(uri);
  const shown = await window.showTextDocument(document, {
    viewColumn: ViewColumn.Beside,
    preserveFocus: true,
    preview: false,
  });
  await languages.setTextDocumentLanguage(shown.document, LANGUAGES[form] ?? 'properties');
}

/** Whether a lens asks for what has changed rather than for what Flink gets. */
function isPlan(asked: unknown): boolean {
  return typeof asked === 'object' && asked !== null && 'as' in asked && asked.as === 'plan';
}

function named(asked: unknown): Uri | undefined {
  if (typeof asked !== 'object' || asked === null || !('textDocument' in asked)) return undefined;
  const { textDocument } = asked;
  if (typeof textDocument !== 'object' || textDocument === null || !('uri' in textDocument)) return undefined;
  return typeof textDocument.uri === 'string' ? Uri.parse(textDocument.uri) : undefined;
}

function documentInFront(): Uri | undefined {
  const document = window.activeTextEditor?.document;
  return document?.languageId === LANGUAGE && document.uri.scheme !== VIEW_SCHEME ? document.uri : undefined;
}

export async function pasteFlinkOptions(session: Session): Promise<void> {
  const { state } = session;
  const editor = window.activeTextEditor;
  if (state.kind !== 'running' || !offers(state.client.initializeResult?.capabilities, 'import')) return tooOld();
  if (editor === undefined) return;
  const imported = await state.client.sendRequest(ImportRequest, { text: await env.clipboard.readText() });
  if (imported === null) {
    await window.showInformationMessage('The clipboard holds no options of Flink.');
    return;
  }
  const { document, selection } = editor;
  // An empty document takes all of it; elsewhere it stands where the cursor is.
  const range =
    document.getText().trim() === ''
      ? new Range(0, 0, document.lineCount, 0)
      : new Range(selection.start, selection.end);
  await editor.edit((edit) => edit.replace(range, imported.text));
  if (imported.withoutField.length > 0)
    await window.showWarningMessage(
      `${String(imported.withoutField.length)} options have no field of L5; they stand as comments at the end.`,
    );
}

async function tooOld(): Promise<void> {
  await window.showWarningMessage('The Nexflow language server does not run, or is too old for this command.');
}
