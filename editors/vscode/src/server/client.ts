// The language client: the library's own, made quiet and told which documents are ours.
import { type LogOutputChannel, MarkdownString, workspace } from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  type StaticFeature,
} from 'vscode-languageclient/node';
import { OPEN_REFERENCE, OWN_COMMANDS } from '../capabilities';
import { trustedSection } from '../formerSettings';
import { SECTION } from './settings';

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
      // Completion, hovers and diagnostics while the settings of a project are written.
      { scheme: 'file', pattern: '**/nexflow.toml' },
    ],
    outputChannel: wishes.output,
    initializationOptions: () => ({ hideVariableValues: !workspace.isTrusted }),
    initializationFailedHandler: () => false,
    middleware: {
      provideHover: async (document, position, token, next) => {
        const hover = await next(document, position, token);
        // A link to the page of the field runs a command of ours, and no text of a hover may run another one.
        for (const content of hover?.contents ?? [])
          if (content instanceof MarkdownString) content.isTrusted = { enabledCommands: [OPEN_REFERENCE] };
        return hover;
      },
      workspace: {
        configuration: async (params, token, next) => {
          const sections: unknown = await next(params, token);
          if (!Array.isArray(sections)) return [];
          return sections.map((section: unknown) => trustedSection(section, workspace.isTrusted));
        },
      },
    },
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      // The session starts the next server itself, so that a crash during start-up counts like any other.
      closed: () => {
        wishes.onGone();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  };
  const client = new QuietClient(SECTION, 'Nexflow Infrastructure', serverOptions, clientOptions);
  client.registerFeature(ownCommands);
  return client;
}
