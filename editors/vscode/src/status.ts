// The language status of an infrastructure document: its environment, its base, its unresolved variables, and the server.
import {
  type Command,
  type Disposable,
  languages,
  LanguageStatusSeverity,
  type TextDocument,
  type TextEditor,
  Uri,
  window,
} from 'vscode';
import { LANGUAGE } from './server/client';
import type { Session, State } from './server/session';
import { offers } from './capabilities';
import { type Status, StatusRequest } from './protocol';
import { statusTexts } from './statusTexts';

/** Diagnostics arrive in bursts; the status follows once they have settled. */
const SETTLED_MS = 100;

export function registerStatus(session: Session): Disposable[] {
  const item = (id: string, name: string) => {
    const created = languages.createLanguageStatusItem(`nexflow.${id}`, { language: LANGUAGE });
    created.name = name;
    return created;
  };
  const server = item('server', 'Nexflow: Server');
  const environment = item('environment', 'Nexflow: Environment');
  const base = item('base', 'Nexflow: Base Document');
  const variables = item('variables', 'Nexflow: Variables');

  const showServer = (state: State) => {
    server.busy = state.kind === 'starting';
    server.severity = state.kind === 'stopped' ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
    server.text =
      state.kind === 'running'
        ? `nexflow-lsp ${state.server.version}`
        : state.kind === 'starting'
          ? 'nexflow-lsp starts'
          : 'nexflow-lsp does not run';
    server.command =
      state.kind === 'stopped'
        ? { title: 'Restart', command: 'nexflow.restartServer' }
        : { title: 'Output', command: 'nexflow.showOutput' };
  };

  const showStatus = (status: Status | undefined) => {
    const texts = status && statusTexts(status);
    environment.text = texts?.environment ?? '';
    base.text = texts?.base ?? '';
    base.command = openBase(status);
    variables.text = texts?.variables ?? '';
    variables.severity =
      texts?.variablesNeedCare === true ? LanguageStatusSeverity.Warning : LanguageStatusSeverity.Information;
    variables.command =
      texts?.variablesNeedCare === true ? { title: 'Show', command: 'workbench.actions.view.problems' } : undefined;
  };

  let timer: NodeJS.Timeout | undefined;
  let asked = 0;
  const refresh = async (document: TextDocument | undefined) => {
    asked += 1;
    const question = asked;
    const status = await askStatus(session.state, document);
    // A later question has been asked meanwhile; its answer is the one to show.
    if (question === asked) showStatus(status);
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void refresh(window.activeTextEditor?.document), SETTLED_MS);
  };

  showServer(session.state);
  showStatus(undefined);
  return [
    server,
    environment,
    base,
    variables,
    session.onDidChange((state) => {
      showServer(state);
      later();
    }),
    window.onDidChangeActiveTextEditor((editor: TextEditor | undefined) => void refresh(editor?.document)),
    languages.onDidChangeDiagnostics((event) => {
      const active = window.activeTextEditor?.document.uri.toString();
      if (event.uris.some((uri) => uri.toString() === active)) later();
    }),
    {
      dispose: () => {
        clearTimeout(timer);
      },
    },
  ];
}

async function askStatus(state: State, document: TextDocument | undefined): Promise<Status | undefined> {
  if (document?.languageId !== LANGUAGE || state.kind !== 'running') return undefined;
  if (!offers(state.client.initializeResult?.capabilities, 'status')) return undefined;
  try {
    const textDocument = state.client.code2ProtocolConverter.asTextDocumentIdentifier(document);
    return (await state.client.sendRequest(StatusRequest, { textDocument })) ?? undefined;
  } catch {
    // The server ended or the document was closed while it was asked; the next change asks again.
    return undefined;
  }
}

function openBase(status: Status | undefined): Command | undefined {
  if (status?.baseUri === undefined) return undefined;
  return { title: 'Open', command: 'vscode.open', arguments: [Uri.parse(status.baseUri)] };
}
