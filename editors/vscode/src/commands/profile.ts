// `Apply Tuning Profile`: the server's code actions of that kind, as a list to choose from.
import { type CodeAction, CodeActionKind, commands, window, workspace } from 'vscode';
import { PROFILE_ACTION } from '../protocol';
import { LANGUAGE } from '../server/client';
import type { Session } from '../server/session';

/** The title of an action as an item of a list: the name first, and what it is good for below it. */
export function named(title: string): { label: string; detail?: string } {
  const [, name, detail] = /^Apply the profile `?([^`:]+)`?(?:: (.*))?$/.exec(title) ?? [];
  if (name === undefined) return { label: title };
  return detail === undefined ? { label: name } : { label: name, detail };
}

export async function applyTuningProfile(session: Session): Promise<void> {
  const editor = window.activeTextEditor;
  if (editor?.document.languageId !== LANGUAGE || session.state.kind !== 'running') {
    await window.showInformationMessage('Open an infrastructure document, and put the cursor into a state backend.');
    return;
  }
  const kind = CodeActionKind.Empty.append(PROFILE_ACTION);
  const found = await commands.executeCommand<CodeAction[] | undefined>(
    'vscode.executeCodeActionProvider',
    editor.document.uri,
    editor.selection,
    kind.value,
    // Actions that leave their edit to `codeAction/resolve` come with it.
    10,
  );
  const profiles = (found ?? []).filter(
    (action) => action.kind !== undefined && kind.contains(action.kind) && action.disabled === undefined,
  );
  if (profiles.length === 0) {
    await window.showInformationMessage(
      'No tuning profile applies here. Put the cursor into an entry of state_backends whose type is rocksdb.',
    );
    return;
  }
  const items = profiles.map((action) => ({ ...named(action.title), action }));
  const chosen = await window.showQuickPick(items, { placeHolder: 'Which tuning profile?' });
  if (chosen === undefined) return;
  const { edit, command } = chosen.action;
  if (edit !== undefined) await workspace.applyEdit(edit);
  if (command !== undefined)
    await commands.executeCommand(command.command, ...((command.arguments ?? []) as unknown[]));
}
