// Builds the packages:
//   node scripts/package.mjs                                    the universal package, which brings no server
//   node scripts/package.mjs --target linux-x64 --server PATH   a package for one platform with the server inside
//   node scripts/package.mjs --target web --wasm PATH            a package for browsers; --wasm also goes with no target
//   … --any-size                                                for tests: the server may be a debug build
// The result is nexflow-infra-VERSION.vsix or nexflow-infra-TARGET-VERSION.vsix in this folder, or in --out FOLDER.
// A warning of vsce is an error here.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildForBrowsers } from './browser.mjs';
import { collectLicences } from './licences.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const repository = join(root, '..', '..');
const targets = [
  'linux-x64',
  'linux-arm64',
  'linux-armhf',
  'alpine-x64',
  'alpine-arm64',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64',
  'win32-arm64',
  'web',
];
const LARGEST_PACKAGE = 8_000_000;

const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    server: { type: 'string' },
    out: { type: 'string' },
    wasm: { type: 'string' },
    'any-size': { type: 'boolean', default: false },
  },
});
const { target } = values;
if (target !== undefined && !targets.includes(target))
  fail(`unknown target ${target}; known are ${targets.join(', ')}`);
if ((target === undefined || target === 'web') !== (values.server === undefined))
  fail('--target and --server go together');
if (target === 'web' && values.wasm === undefined) fail('--target web needs --wasm');

const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const out = resolve(values.out ?? root, `${name}-${target === undefined ? '' : `${target}-`}${version}.vsix`);
mkdirSync(dirname(out), { recursive: true });

// vsce packs what lies in the folder, so the folder holds exactly one server, or none.
const bundled = join(root, 'server');
rmSync(bundled, { recursive: true, force: true });
if (values.server !== undefined) {
  const server = resolve(values.server);
  if (!existsSync(server)) fail(`there is no server at ${server}; build it with cargo build --release -p nexflow-lsp`);
  mkdirSync(bundled);
  const program = join(bundled, target.startsWith('win32') ? 'nexflow-lsp.exe' : 'nexflow-lsp');
  copyFileSync(server, program);
  chmodSync(program, 0o755);
}
for (const licence of ['LICENSE-MIT', 'LICENSE-APACHE']) {
  if (existsSync(join(repository, licence))) copyFileSync(join(repository, licence), join(root, licence));
}

run('node', ['scripts/build.mjs', '--production']);
collectLicences(root);
rmSync(join(root, 'dist', 'browser'), { recursive: true, force: true });
if (values.wasm !== undefined) await buildForBrowsers(resolve(values.wasm));
else {
  // The manifest names a program for browsers, which a package without the server for them has nothing to do with.
  mkdirSync(join(root, 'dist', 'browser'), { recursive: true });
  writeFileSync(join(root, 'dist', 'browser', 'extension.js'), 'exports.activate = () => {};\n');
}
const vsce = run(process.execPath, [
  join(repository, 'node_modules', '@vscode', 'vsce', 'vsce'),
  'package',
  '--no-dependencies',
  // There is no public address that links could be completed with.
  '--allow-missing-repository',
  '--no-rewrite-relative-links',
  ...(target === undefined ? [] : ['--target', target]),
  '--out',
  out,
]);
if (/^\s*WARNING\b/m.test(vsce)) fail(`vsce warns:\n${vsce}`);

const { size } = statSync(out);
if (size > LARGEST_PACKAGE && !values['any-size']) fail(`${out} has ${size} bytes, more than ${LARGEST_PACKAGE}`);
process.stdout.write(`${relative(process.cwd(), out)} ${(size / 1e6).toFixed(2)} MB\n`);

function run(command, args) {
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
  const output = `${done.stdout ?? ''}${done.stderr ?? ''}`;
  if (done.status !== 0) fail(`${command} ${args.join(' ')} failed:\n${output}`);
  return output;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
