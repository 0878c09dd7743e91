// The width of an indentation is one setting for the editor and for formatting. Documents that are open when the window loads get
// their options before the extension's defaults hold, so each editor is told once.
import { type Disposable, type TextDocument, type TextEditor, window, workspace } from 'vscode';
import { LANGUAGE } from './server/client';
import { SECTION } from './server/settings';

/** Sets the indentation of editors, unless somebody has chosen another one: of those that are open, and of others as they open. */
export function indentEditors(): Disposable {
  const told = new WeakSet<TextDocument>();
  const tell = (editors: readonly TextEditor[]) => {
    for (const editor of editors.filter(({ document }) => document.languageId === LANGUAGE)) {
      if (!told.has(editor.document)) indent(editor);
      told.add(editor.document);
    }
  };
  tell(window.visibleTextEditors);
  return window.onDidChangeVisibleTextEditors(tell);
}

function indent(editor: TextEditor): void {
  const document = editor.document;
  const chosen = workspace.getConfiguration('editor', document).inspect('tabSize');
  const isChosen = [
    chosen?.globalLanguageValue,
    chosen?.workspaceLanguageValue,
    chosen?.workspaceFolderLanguageValue,
  ].some((value) => value !== undefined);
  if (isChosen) return;
  const width = workspace.getConfiguration(SECTION, document).get('indentSize', 2);
  editor.options = { tabSize: width, indentSize: width, insertSpaces: true };
}
