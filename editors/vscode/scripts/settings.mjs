// Puts the server's settings, as `nexflow-lsp settings` prints them, into package.json and docs/settings.md. The extension's own
// stay as they are.
//   node scripts/settings.mjs [--check] [--server PATH]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false }, server: { type: 'string' } } });

const repository = join(root, '..', '..');

function ask(...options) {
  const [command, args] =
    values.server === undefined
      ? ['cargo', ['run', '--quiet', '--package', 'nexflow-lsp', '--', 'settings', ...options]]
      : [values.server, ['settings', ...options]];
  const done = spawnSync(command, args, { cwd: repository, encoding: 'utf8' });
  if (done.status !== 0) {
    process.stderr.write(`${command} ${args.join(' ')} failed:\n${done.error?.message ?? done.stderr}\n`);
    process.exit(1);
  }
  return done.stdout;
}

const path = join(root, 'package.json');
const present = readFileSync(path, 'utf8');
const manifest = JSON.parse(present);
const title = 'Documents';
const ours = manifest.contributes.configuration.filter((group) => group.title !== title);
manifest.contributes.configuration = [{ title, properties: JSON.parse(ask()) }, ...ours];
const wanted = `${JSON.stringify(manifest, undefined, 2)}\n`;

const page = join(repository, 'docs', 'settings.md');
for (const [file, text, current] of [
  [path, wanted, present],
  [page, ask('--markdown'), existsSync(page) ? readFileSync(page, 'utf8') : ''],
]) {
  if (text === current) continue;
  if (values.check) {
    process.stderr.write(`${file} does not have the settings of the server; run npm run generate\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
  }
}
