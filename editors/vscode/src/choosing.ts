// Enter ends the line, whatever list is open: lists open by themselves while somebody types, and an item that Enter took instead of the
// newline would be in the document unseen. It takes an item where somebody has turned to the list, by asking for it or by the arrow keys.
import { commands, type Disposable, window, workspace } from 'vscode';

/** The `when` clause of the key binding of Enter has this name. */
const CONTEXT = 'nexflow.choosing';

/** The command of the keys that lead into the list; its argument is what VS Code does at such a key. */
const COMMAND = 'nexflow.choose';

/** Keeps track of whether somebody has turned to the list. */
export function registerChoosing(): Disposable[] {
  let choosing = false;
  const set = (value: boolean) => {
    if (choosing !== value) void commands.executeCommand('setContext', CONTEXT, value);
    choosing = value;
  };
  const stop = () => {
    set(false);
  };
  return [
    commands.registerCommand(COMMAND, (command: string) => {
      set(true);
      return commands.executeCommand(command);
    }),
    // Who types on has turned away from it.
    workspace.onDidChangeTextDocument(({ contentChanges }) => {
      if (contentChanges.length > 0) stop();
    }),
    window.onDidChangeTextEditorSelection(stop),
    window.onDidChangeActiveTextEditor(stop),
  ];
}
