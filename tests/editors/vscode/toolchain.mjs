// Provides what the workbench tests need and the machine may not have: VS Code (as code-server), the Node it asks for,
// and a Chromium. Everything is pinned, comes from npm or the system's package manager, and is kept in a cache folder
// outside the repository, so that only the first run pays for it.
//
//   node toolchain.mjs            prepare, then print where everything is (JSON)
//   node toolchain.mjs --check    say what is missing, change nothing; exit status 1 when something is
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { arch, homedir, platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The versions that the tests are written against. VS Code's version is the code-server version less three major numbers. */
export const pinned = { codeServer: '4.139.1', node: '24.21.0' };

/** A reason why the workbench tests cannot run here, for people. */
export class Unavailable extends Error {}

/** The cache folder: NEXFLOW_LSP_CACHE, else the user's cache folder. */
export function cacheFolder() {
  return process.env.NEXFLOW_LSP_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'nexflow-lsp');
}

/** Where a prepared workbench is (whether or not it is there yet). */
function layout() {
  const root = join(cacheFolder(), `code-server-${pinned.codeServer}-node-${pinned.node}`);
  const nodeHome = join(root, 'node', 'node_modules', `node-linux-${arch()}`);
  return {
    root,
    nodeHome,
    node: join(nodeHome, 'bin', 'node'),
    entry: join(root, 'server', 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
    stamp: join(root, '.complete'),
  };
}

function run(command, args, options = {}) {
  const done = spawnSync(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    ...options,
  });
  if (done.status !== 0) {
    throw new Unavailable(
      `${command} ${args.join(' ')} failed:\n${(done.error?.message ?? '') + done.stdout + done.stderr}`.trimEnd(),
    );
  }
  return done.stdout;
}

/** npm without install scripts: nothing that is downloaded runs before it was asked for by name. */
function npmInstall(folder, args, env) {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...args], {
    cwd: folder,
    env,
  });
}

function symlink(target, path) {
  try {
    unlinkSync(path);
  } catch {
    // It was not there.
  }
  symlinkSync(target, path);
}

/** Parts of the workbench that no test of ours touches; without them it takes 340 MB instead of 780 MB. */
function trim(workbench, nodeHome) {
  const unused = [
    'node_modules/@github/copilot-sdk',
    'node_modules/@microsoft/mxc-sdk',
    'node_modules/@vscode/windows-process-tree',
    'extensions/copilot',
    'extensions/mermaid-markdown-features',
  ];
  for (const part of unused) rmSync(join(workbench, part), { recursive: true, force: true });
  rmSync(join(nodeHome, 'include'), { recursive: true, force: true });
  for (const entry of readdirSync(workbench, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && entry.name.endsWith('.map')) rmSync(path, { force: true });
    else if (entry.isDirectory() && /^(win32|darwin)-/.test(entry.name)) rmSync(path, { recursive: true, force: true });
  }
}

/** What builds VS Code's two native modules: the programs, and the packages that have them. */
const builders = { npm: 'npm', python3: 'python3', make: 'make', 'g++': 'g++' };

function provideTools(log) {
  const missing = Object.keys(builders).filter((program) => !which(program));
  if (missing.length === 0) return;
  if (!mayInstall()) {
    throw new Unavailable(
      `VS Code's two native modules are built with ${missing.join(', ')}, not installed here (only root may let the tests install it)`,
    );
  }
  install(
    missing.map((program) => builders[program]),
    log,
  );
}

/** Whether packages of the system can be installed without asking, as on a fresh machine in CI. */
function mayInstall() {
  return process.getuid?.() === 0 && which('apt-get') !== undefined;
}

function install(packages, log) {
  log(`installing ${packages.join(', ')} with apt-get; once`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], { env });
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
}

function prepareCodeServer(log) {
  const at = layout();
  if (existsSync(at.stamp)) return at;
  if (platform() !== 'linux' || !['x64', 'arm64'].includes(arch())) {
    throw new Unavailable(`the workbench is prepared on Linux x64 and arm64 only, not on ${platform()} ${arch()}`);
  }
  provideTools(log);
  log(`preparing VS Code (code-server ${pinned.codeServer}) in ${at.root}; once, about a minute`);
  npmInstall(join(at.root, 'node'), [`node-linux-${arch()}@${pinned.node}`]);
  // The native modules must be built against this Node's headers, whatever a user's npmrc says in `nodedir`.
  const env = {
    ...process.env,
    PATH: `${join(at.nodeHome, 'bin')}${delimiter}${process.env.PATH}`,
    npm_config_nodedir: at.nodeHome,
  };
  npmInstall(join(at.root, 'server'), [`code-server@${pinned.codeServer}`], env);
  const workbench = join(at.root, 'server', 'node_modules', 'code-server', 'lib', 'vscode');
  npmInstall(workbench, ['--omit=dev'], env);
  for (const native of ['@vscode/spdlog', '@vscode/native-watchdog']) {
    run('npm', ['rebuild', '--loglevel=error', native], { cwd: workbench, env });
  }
  symlink('code-linux.sh', join(workbench, 'bin', 'remote-cli', 'code-server'));
  symlink('browser-linux.sh', join(workbench, 'bin', 'helpers', 'browser.sh'));
  trim(workbench, at.nodeHome);
  writeFileSync(at.stamp, `${new Date().toISOString()}\n`);
  return at;
}

function which(program) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder && existsSync(join(folder, program))) return realpathSync(join(folder, program));
  }
  return undefined;
}

function findChromium() {
  const named = process.env.CHROMIUM;
  if (named) {
    if (!existsSync(named)) throw new Unavailable(`CHROMIUM names ${named}, which is not there`);
    return named;
  }
  for (const program of ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']) {
    const found = which(program);
    if (found) return found;
  }
  return undefined;
}

function prepareChromium(log) {
  const found = findChromium();
  if (found) return found;
  if (!mayInstall()) {
    throw new Unavailable(
      'no Chromium: install the package `chromium`, or name a browser in CHROMIUM (only root may let the tests install it)',
    );
  }
  install(['chromium', 'fonts-dejavu-core'], log);
  const installed = findChromium();
  if (!installed) throw new Unavailable('apt-get installed no `chromium` program');
  return installed;
}

/** Prepares everything and says where it is; throws `Unavailable` with the reason when it cannot be had here. */
export function prepare(log = (text) => process.stderr.write(`${text}\n`)) {
  const { node, entry } = prepareCodeServer(log);
  return { node, entry, chromium: prepareChromium(log) };
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    if (process.argv.includes('--check')) {
      if (!existsSync(layout().stamp)) throw new Unavailable(`VS Code is not prepared in ${layout().root}`);
      if (!findChromium()) throw new Unavailable('no Chromium');
      execFileSync(layout().node, ['--version']);
    } else {
      process.stdout.write(`${JSON.stringify(prepare())}\n`);
    }
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
