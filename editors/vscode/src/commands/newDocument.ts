// `New Infrastructure Document`: an empty document, with what the server offers for it.
import { commands, window, workspace } from 'vscode';
import { LANGUAGE } from '../server/client';

export async function newDocument(): Promise<void> {
  await window.showTextDocument(await workspace.openTextDocument({ language: LANGUAGE }));
  // The first offer is a whole document, with places to fill in.
  await commands.executeCommand('editor.action.triggerSuggest');
}
