// Puts the server's settings, as `nexflow-lsp settings` prints them, into package.json. The extension's own stay as they are.
//   node scripts/settings.mjs [--check] [--server PATH]
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false }, server: { type: 'string' } } });

const [command, args] =
  values.server === undefined
    ? ['cargo', ['run', '--quiet', '--package', 'nexflow-lsp', '--', 'settings']]
    : [values.server, ['settings']];
const done = spawnSync(command, args, {
  cwd: join(root, '..', '..'),
  encoding: 'utf8',
});
if (done.status !== 0) {
  process.stderr.write(`${command} ${args.join(' ')} failed:\n${done.error?.message ?? done.stderr}\n`);
  process.exit(1);
}

const path = join(root, 'package.json');
const present = readFileSync(path, 'utf8');
const manifest = JSON.parse(present);
const title = 'Documents';
const ours = manifest.contributes.configuration.filter((group) => group.title !== title);
manifest.contributes.configuration = [{ title, properties: JSON.parse(done.stdout) }, ...ours];
const wanted = `${JSON.stringify(manifest, undefined, 2)}\n`;

if (values.check && wanted !== present) {
  process.stderr.write(
    'the settings in editors/vscode/package.json are not those of the server; run npm run generate\n',
  );
  process.exit(1);
}
if (!values.check) writeFileSync(path, wanted);
