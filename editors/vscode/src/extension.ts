// The extension's beginning and end. Everything about infrastructure documents is the server's; this is only its shell.
import { type ExtensionContext, window, workspace } from 'vscode';
import { registerChoosing } from './choosing';
import { registerCommands } from './commands';
import { indentEditors } from './indentation';
import { Session } from './server/session';
import { registerStatus } from './status';

let session: Session | undefined;

export function activate(context: ExtensionContext): void {
  const output = window.createOutputChannel('Nexflow Infrastructure', { log: true });
  const started = new Session(context, output);
  session = started;
  context.subscriptions.push(
    output,
    started,
    indentEditors(),
    ...registerChoosing(),
    ...registerStatus(started),
    ...registerCommands(context, started, output),
    workspace.onDidChangeConfiguration((event) => {
      const server = ['nexflow.infra.server', 'nexflow.server'];
      if (server.some((section) => event.affectsConfiguration(section))) void started.restart();
    }),
    // A trusted folder may choose the server, and sees the values of its variables.
    workspace.onDidGrantWorkspaceTrust(() => void started.restart()),
  );
  // Not awaited: the editor is usable while the server starts.
  void started.restart();
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}
