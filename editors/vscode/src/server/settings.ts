// The settings that the extension reads itself, under their present or their former names.
import { commands, window, workspace } from 'vscode';
import { type FormerValue, formerProgram, formerValue } from '../formerSettings';

/** Below this name stand all settings of the extension. */
export const SECTION = 'nexflow.infra';

let told = false;

/** The program that the user names; empty for none. */
export function namedProgram(): string {
  const present = workspace.getConfiguration(SECTION).get<string>('server.path', '');
  if (present.trim() !== '') return present;
  const former = formerProgram(inspectFormer<string>('server.path'));
  if (former !== '') tellRenamed('server.path');
  return former;
}

/** Environment variables for the server. */
export function namedEnvironment(): Record<string, unknown> {
  const present = workspace.getConfiguration(SECTION).get<Record<string, unknown>>('server.env', {});
  const former = formerValue(inspectFormer<Record<string, unknown>>('server.env'));
  if (Object.keys(present).length > 0 || former === undefined) return present;
  tellRenamed('server.env');
  return former;
}

function inspectFormer<T>(key: string): FormerValue<T> {
  const found = workspace.getConfiguration('nexflow').inspect<T>(key);
  return {
    claimed: found?.defaultValue !== undefined,
    user: found?.globalValue,
    workspace: found?.workspaceFolderValue ?? found?.workspaceValue,
    trusted: workspace.isTrusted,
  };
}

/** Says once that a setting has another name now. */
function tellRenamed(key: string): void {
  if (told) return;
  told = true;
  const message = `The setting nexflow.${key} is now nexflow.infra.${key}. Rename it in your settings.`;
  void window.showInformationMessage(message, 'Open Settings').then(async (chosen) => {
    if (chosen !== undefined) await commands.executeCommand('workbench.action.openSettings', `${SECTION}.${key}`);
  });
}
