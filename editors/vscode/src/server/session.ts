// The life of the server: found, checked, started, watched, started again, and the user told in time.
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import * as path from 'node:path';
import {
  commands,
  type Disposable,
  EventEmitter,
  type ExtensionContext,
  type LogOutputChannel,
  window,
  workspace,
} from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { createClient } from './client';
import { type Located, locateServer, type NotLocated } from './locate';
import { RestartBudget } from './restarts';
import { namedEnvironment, namedProgram } from './settings';
import { verifyServer } from './verify';

/** What the rest of the extension sees of the server. */
export type State =
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly client: LanguageClient; readonly server: RunningServer }
  | { readonly kind: 'stopped'; readonly problem: string | undefined };

export interface RunningServer extends Located {
  readonly version: string;
}

/** A problem that the user must hear of, worded for them. */
class StartProblem extends Error {
  constructor(
    message: string,
    /** True when another program would help, false when the program should only be started again. */
    readonly wantsProgram: boolean,
  ) {
    super(message);
  }
}

export class Session implements Disposable {
  private readonly restarts = new RestartBudget(5, 3 * 60_000);
  private readonly changed = new EventEmitter<State>();
  readonly onDidChange = this.changed.event;
  private current: State = { kind: 'stopped', problem: undefined };
  /** Counts the starts; what belongs to an earlier one is out of date and ignored. */
  private generation = 0;
  private client: LanguageClient | undefined;
  /** Stops and starts happen one after the other, however fast they are asked for. */
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: ExtensionContext,
    private readonly output: LogOutputChannel,
  ) {}

  get state(): State {
    return this.current;
  }

  /** Starts the server, or starts it afresh. Because a user asked for it, earlier crashes are forgotten. */
  restart(): Promise<void> {
    this.restarts.reset();
    return this.enqueue(() => this.launch());
  }

  stop(): Promise<void> {
    return this.enqueue(async () => {
      this.generation += 1;
      await this.disposeClient();
      this.become({ kind: 'stopped', problem: undefined });
    });
  }

  dispose(): void {
    this.generation += 1;
    this.changed.dispose();
  }

  private enqueue(step: () => Promise<void>): Promise<void> {
    const next = this.queue.then(step);
    this.queue = next.catch((error: unknown) => {
      this.output.error(error instanceof Error ? error : String(error));
    });
    return this.queue;
  }

  private become(state: State): void {
    this.current = state;
    this.changed.fire(state);
  }

  private async launch(): Promise<void> {
    this.generation += 1;
    const generation = this.generation;
    await this.disposeClient();
    this.become({ kind: 'starting' });
    try {
      const server = await this.findServer();
      this.output.info(`Starting ${server.program} ${server.version} (found by ${server.origin})`);
      const client = createClient({
        program: server.program,
        environment: serverEnvironment(),
        output: this.output,
        onGone: () => {
          this.onGone(generation);
        },
      });
      this.client = client;
      await client.start();
      if (generation === this.generation) this.become({ kind: 'running', client, server });
    } catch (error) {
      if (error instanceof StartProblem) this.report(error);
      // Whatever else stops a start ends the connection too; the first of the two messages counts.
      else this.onGone(generation, error);
    }
  }

  private async disposeClient(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) return;
    try {
      await client.dispose();
    } catch (error) {
      // A client whose server is gone, or that never started, has nothing to shut down.
      this.output.debug(`The previous client was not shut down in order: ${String(error)}`);
    }
  }

  private async findServer(): Promise<RunningServer> {
    const located = locateServer({
      setting: namedProgram(),
      extensionFolder: this.context.extensionPath,
      workspaceFolder: workspace.workspaceFolders?.find((folder) => folder.uri.scheme === 'file')?.uri.fsPath,
      home: homedir(),
      platform: process.platform,
      environment: process.env,
      isProgram,
      path,
    });
    if (!('origin' in located)) throw new StartProblem(describeNotLocated(located), true);
    const verdict = await verifyServer(located.program, serverEnvironment());
    if (!verdict.ok) {
      const named = located.origin === 'setting' ? ', which the setting nexflow.infra.server.path names,' : '';
      throw new StartProblem(`${located.program}${named} is not a working nexflow-lsp: ${verdict.problem}.`, true);
    }
    return { ...located, version: verdict.version };
  }

  /** The server ended by itself. Called once or twice for the same end; the second call finds a newer generation. */
  private onGone(generation: number, error?: unknown): void {
    if (generation !== this.generation) return;
    this.generation += 1;
    if (error instanceof Error) this.output.error(`The server could not be started: ${error.message}`);
    const number = this.restarts.take();
    if (number === undefined) {
      const minutes = this.restarts.windowMs / 60_000;
      this.report(
        new StartProblem(
          `The Nexflow language server ended ${String(this.restarts.limit + 1)} times within ${String(minutes)} minutes and is not started again.`,
          false,
        ),
      );
      return;
    }
    this.output.warn(`The server ended unexpectedly; restart ${String(number)} of ${String(this.restarts.limit)}`);
    // One notification for a series of crashes; the log has them all, and the end of the series has its own.
    if (number === 1) {
      void offer('warn', 'The Nexflow language server ended unexpectedly and has been restarted.', {
        'Show Output': () => {
          this.output.show();
        },
      });
    }
    void this.enqueue(() => this.launch());
  }

  private report(problem: StartProblem): void {
    this.output.error(problem.message);
    this.become({ kind: 'stopped', problem: problem.message });
    const again = { [problem.wantsProgram ? 'Try Again' : 'Restart Server']: () => this.restart() };
    const ways = problem.wantsProgram
      ? { 'Open Setting': openPathSetting, 'How to Install': openInstallationPage, ...again }
      : {
          ...again,
          'Show Output': () => {
            this.output.show();
          },
        };
    void offer('error', problem.message, ways);
  }
}

/** The environment of the server: ours, with what the user's settings add. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const wished = namedEnvironment();
  const texts = Object.entries(wished).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { ...process.env, ...Object.fromEntries(texts) };
}

function isProgram(file: string): boolean {
  try {
    if (!statSync(file).isFile()) return false;
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function describeNotLocated(located: NotLocated): string {
  return located.reason === 'setting-not-found'
    ? `The setting nexflow.infra.server.path names ${located.program ?? 'a program'}, which does not exist or cannot be executed.`
    : 'The Nexflow language server, nexflow-lsp, was not found: this package brings none for your platform, and it is not on the PATH.';
}

async function openPathSetting(): Promise<void> {
  await commands.executeCommand('workbench.action.openSettings', 'nexflow.infra.server.path');
}

/** The extension's own page, which says how to install the server: it can be read without a network. */
async function openInstallationPage(): Promise<void> {
  await commands.executeCommand('extension.open', 'nexflow.nexflow-infra');
}

/** Shows a message with buttons and does what the chosen one says. */
async function offer(level: 'warn' | 'error', message: string, ways: Record<string, () => unknown>): Promise<void> {
  const show = level === 'warn' ? window.showWarningMessage : window.showErrorMessage;
  const chosen = await show(message, ...Object.keys(ways));
  if (chosen !== undefined) await ways[chosen]?.();
}
