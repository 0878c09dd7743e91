// One VS Code server with a profile of its own, in which the packaged extension is installed.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface CodeServerOptions {
  readonly vsix: string;
  readonly settings?: Record<string, unknown>;
  /** Ask whether folders are trusted, as a desktop VS Code does. */
  readonly workspaceTrust?: boolean;
  readonly environment?: NodeJS.ProcessEnv;
  /** More arguments of the server. */
  readonly arguments?: readonly string[];
}

/** Settings without which a test would see something other than what it is about. */
const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'editor.minimap.enabled': false,
  'editor.hover.delay': 100,
  // In a browser the default is to save by itself after a while.
  'files.autoSave': 'off',
};

export class CodeServer {
  private constructor(
    /** Everything that this server writes; ends with it. */
    readonly state: string,
    readonly address: URL,
    private readonly process: ChildProcess,
  ) {}

  static async start(options: CodeServerOptions): Promise<CodeServer> {
    // Short, because VS Code puts Unix sockets below it, whose paths may have 107 bytes.
    const state = mkdtempSync('/tmp/cs.');
    try {
      return await CodeServer.startIn(state, options);
    } catch (error) {
      rmSync(state, { recursive: true, force: true });
      throw error;
    }
  }

  private static async startIn(state: string, options: CodeServerOptions): Promise<CodeServer> {
    for (const folder of ['home', 'config', 'data', 'cache', 'run', 'tmp', 'profile/User', 'extensions']) {
      mkdirSync(join(state, folder), { recursive: true });
    }
    chmodSync(join(state, 'run'), 0o700);
    const settings = {
      ...QUIET_SETTINGS,
      'security.workspace.trust.enabled': options.workspaceTrust === true,
      ...options.settings,
    };
    writeFileSync(join(state, 'profile/User/settings.json'), JSON.stringify(settings));

    const [node, entry] = [required('NEXFLOW_CODE_SERVER_NODE'), required('NEXFLOW_CODE_SERVER')];
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      ...options.environment,
      PATH: `${dirname(node)}:${options.environment?.['PATH'] ?? process.env['PATH'] ?? ''}`,
      HOME: join(state, 'home'),
      TMPDIR: join(state, 'tmp'),
      XDG_RUNTIME_DIR: join(state, 'run'),
      XDG_CONFIG_HOME: join(state, 'config'),
      XDG_DATA_HOME: join(state, 'data'),
      XDG_CACHE_HOME: join(state, 'cache'),
      // No look-ups in a marketplace.
      EXTENSIONS_GALLERY: '{}',
    };
    const base = [
      entry,
      '--config',
      join(state, 'config.yaml'),
      '--user-data-dir',
      join(state, 'profile'),
      '--extensions-dir',
      join(state, 'extensions'),
    ];

    const install = spawnSync(node, [...base, '--install-extension', options.vsix, '--force'], {
      env,
      encoding: 'utf8',
      timeout: 120_000,
    });
    if (install.status !== 0) throw new Error(`${options.vsix} was not installed:\n${install.stdout}${install.stderr}`);

    const args = [
      ...base,
      ...['--auth', 'none', '--bind-addr', '127.0.0.1:0', '--disable-telemetry', '--disable-update-check'],
      ...['--disable-getting-started-override', '--reconnection-grace-time', '1'],
      ...(options.workspaceTrust === true ? [] : ['--disable-workspace-trust']),
      ...(options.arguments ?? []),
    ];
    // A process group of its own, so that all of its children end with it.
    const server = spawn(node, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const address = await listening(server);
    return new CodeServer(state, address, server);
  }

  /** A folder that ends with this server. */
  folder(name: string): string {
    const path = join(this.state, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** The workbench's address, with a folder and, when given, a file of it open. */
  workbench(folder: string, file?: string): string {
    const url = new URL(this.address);
    url.searchParams.set('folder', folder);
    if (file !== undefined) {
      const opened = `vscode-remote://${this.address.host}${join(folder, file)}`;
      url.searchParams.set('payload', JSON.stringify([['openFile', opened]]));
    }
    return url.href;
  }

  async stop(): Promise<void> {
    const group = this.process.pid;
    if (group !== undefined) {
      signal(-group, 'SIGTERM');
      for (let waited = 0; waited < 50 && signal(-group, 0); waited += 1) await sleep(100);
      signal(-group, 'SIGKILL');
    }
    rmSync(this.state, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** False when there is no such process. */
function signal(id: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(id, name);
  } catch {
    return false;
  }
}

function listening(server: ChildProcess): Promise<URL> {
  return new Promise((resolve, reject) => {
    let log = '';
    const read = (chunk: Buffer) => {
      log += chunk.toString();
      const address = /listening on (http:\S*\d)/.exec(log)?.[1];
      if (address !== undefined) resolve(new URL(address));
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    server.once('error', reject);
    server.once('exit', (code) => {
      reject(new Error(`code-server ended with ${String(code)}:\n${log}`));
    });
  });
}

export function required(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set; run the tests with npm run test:e2e`);
  return value;
}
