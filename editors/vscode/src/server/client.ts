// The language client: the library's own, made quiet and told which documents are ours.
import { type LogOutputChannel, workspace } from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  type StaticFeature,
} from 'vscode-languageclient/node';
import { OWN_COMMANDS } from '../capabilities';

export const LANGUAGE = 'nexflow-infra';

/**
 * A client whose own complaints go to the output channel only. The session tells the user about a server that ended or
 * cannot start, once and with a way out; the library would put its own notifications on top.
 */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** Tells the server which of the editor's own commands its answers may name, whatever product of the family this is. */
const ownCommands: StaticFeature = {
  fillClientCapabilities: (capabilities) => {
    // Nothing else of this client speaks of itself beyond the protocol.
    capabilities.experimental = { nexflow: { commands: [...OWN_COMMANDS] } };
  },
  initialize: () => undefined,
  getState: () => ({ kind: 'static' }),
  clear: () => undefined,
};

export interface ClientWishes {
  readonly program: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly output: LogOutputChannel;
  /** The connection is gone, and not because we closed it. */
  readonly onGone: () => void;
}

export function createClient(wishes: ClientWishes): LanguageClient {
  const serverOptions: ServerOptions = {
    command: wishes.program,
    // Without a `transport`, or the library would add the argument once more.
    args: ['--stdio'],
    options: { env: wishes.environment },
  };
  const clientOptions: LanguageClientOptions = {
    documentSelector: [
      { scheme: 'file', language: LANGUAGE },
      { scheme: 'untitled', language: LANGUAGE },
    ],
    outputChannel: wishes.output,
    initializationOptions: () => ({ hideVariableValues: !workspace.isTrusted }),
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      // The session starts the next server itself, so that a crash during start-up counts like any other.
      closed: () => {
        wishes.onGone();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  };
  const client = new QuietClient('nexflow', 'Nexflow Infrastructure', serverOptions, clientOptions);
  client.registerFeature(ownCommands);
  return client;
}
