// Packages the extension and tests it in a real VS Code: the workbench through Chromium, and inside the extension host.
//   node run.mjs [arguments of playwright test, such as a file or -g TITLE]
//
// Environment:
//   NEXFLOW_LSP               the server's program; by default it is built (release)
//   NEXFLOW_PACKAGES          a folder with the packages of the extension; by default they are made with the server's program
//   NEXFLOW_LSP_CACHE         where VS Code is kept between runs (default: the user's cache folder)
//   CHROMIUM                  the browser (default: what the PATH has)
//
// Screenshots, traces of failures and results are in out/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare, Unavailable } from './toolchain.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const repository = join(here, '..', '..', '..');
const out = join(here, 'out');
const require = createRequire(import.meta.url);

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: here, stdio: 'inherit', ...options });
  return done.status ?? 1;
}

function must(command, args, options) {
  if (run(command, args, options) !== 0) {
    process.stderr.write(`${command} ${args.join(' ')} failed\n`);
    process.exit(1);
  }
}

function server() {
  const given = process.env.NEXFLOW_LSP;
  if (given) return resolve(given);
  must('cargo', ['build', '--quiet', '--release', '--package', 'nexflow-lsp'], { cwd: repository });
  const metadata = spawnSync('cargo', ['metadata', '--format-version', '1', '--no-deps'], {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return join(JSON.parse(metadata.stdout).target_directory, 'release', 'nexflow-lsp');
}

let tools;
try {
  tools = prepare();
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  process.stderr.write(`SKIPPED the tests in VS Code: ${error.message}\n`);
  // The exit status of a test that was left out.
  process.exit(77);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const target = `linux-${process.arch}`;
const program = server();
if (!existsSync(program)) {
  process.stderr.write(`there is no server at ${program}\n`);
  process.exit(1);
}
const packages = resolve(process.env.NEXFLOW_PACKAGES ?? out);
if (!process.env.NEXFLOW_PACKAGES) {
  const anySize = process.env.NEXFLOW_LSP ? ['--any-size'] : [];
  const packager = join(repository, 'editors', 'vscode', 'scripts', 'package.mjs');
  must(process.execPath, [packager, '--out', out]);
  must(process.execPath, [packager, '--target', target, '--server', program, '--out', out, ...anySize]);
}
const { name, version } = require(join(repository, 'editors', 'vscode', 'package.json'));

const env = {
  ...process.env,
  NEXFLOW_CODE_SERVER_NODE: tools.node,
  NEXFLOW_CODE_SERVER: tools.entry,
  NEXFLOW_CHROMIUM: tools.chromium,
  NEXFLOW_VSIX: join(packages, `${name}-${target}-${version}.vsix`),
  NEXFLOW_UNIVERSAL_VSIX: join(packages, `${name}-${version}.vsix`),
  NEXFLOW_SERVER: program,
};
const playwright = join(dirname(require.resolve('@playwright/test/package.json')), 'cli.js');
process.exitCode = run(process.execPath, [playwright, 'test', ...process.argv.slice(2)], { env });

// The figures in a form that the project's test command adds up.
const results = join(out, 'results.json');
if (existsSync(results)) {
  const { expected, unexpected, flaky } = JSON.parse(readFileSync(results, 'utf8')).stats;
  process.stdout.write(`# pass ${expected}\n# fail ${unexpected + flaky}\n`);
}
