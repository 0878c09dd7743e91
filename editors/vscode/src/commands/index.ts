// The commands of the extension, by the ids that package.json gives them.
import { commands, type Disposable, type ExtensionContext, type LogOutputChannel, window } from 'vscode';
import { SHOW_REFERENCES } from '../capabilities';
import type { Session } from '../server/session';
import { registerDocumentation } from './documentation';
import { applyTuningProfile } from './profile';
import { showReferences } from './references';
import { pasteFlinkOptions, showRendered } from './rendered';
import { newDocument } from './newDocument';
import { copyDiagnosticsReport } from './report';

export function registerCommands(context: ExtensionContext, session: Session, output: LogOutputChannel): Disposable[] {
  const documentation = registerDocumentation(session);
  const actions: Record<string, (asked?: unknown) => unknown> = {
    'nexflow.restartServer': () => session.restart(),
    'nexflow.showOutput': () => {
      output.show();
    },
    'nexflow.showServerVersion': () => showServerVersion(session),
    'nexflow.explainRule': () => documentation.explainRule(),
    'nexflow.newDocument': () => newDocument(),
    'nexflow.openReference': (asked) => documentation.openReference(asked),
    'nexflow.applyTuningProfile': () => applyTuningProfile(session),
    'nexflow.showRendered': (asked) => showRendered(session, 'flink', asked),
    'nexflow.showMerged': () => showRendered(session, 'l5'),
    'nexflow.pasteFlinkOptions': () => pasteFlinkOptions(session),
    'nexflow.copyDiagnosticsReport': () => copyDiagnosticsReport(context, session),
  };
  // Not in the palette, for the server's lenses alone have something to show.
  const references = commands.registerCommand(SHOW_REFERENCES, async (...values: unknown[]) => {
    const { state } = session;
    if (state.kind === 'running')
      await showReferences(commands.executeCommand, state.client.protocol2CodeConverter, values);
  });
  return [
    documentation,
    references,
    ...Object.entries(actions).map(([id, action]) => commands.registerCommand(id, action)),
  ];
}

async function showServerVersion(session: Session): Promise<void> {
  const { state } = session;
  if (state.kind === 'running') {
    const from = { setting: 'named by nexflow.server.path', bundle: 'from this extension', path: 'from the PATH' }[
      state.server.origin
    ];
    await window.showInformationMessage(`nexflow-lsp ${state.server.version}, ${from}: ${state.server.program}`);
  } else {
    await window.showWarningMessage(
      state.kind === 'starting' ? 'nexflow-lsp is starting.' : (state.problem ?? 'nexflow-lsp does not run.'),
    );
  }
}
