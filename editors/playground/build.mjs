// Builds the page as static files:
//   node build.mjs --wasm PATH/nexflow_web.wasm --out FOLDER
// and says how much of it is loaded, compressed.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { wasm: { type: 'string' }, out: { type: 'string' } } });
if (values.wasm === undefined || values.out === undefined) {
  process.stderr.write('node build.mjs --wasm FILE --out FOLDER\n');
  process.exit(2);
}
// esbuild would take a relative one as below this folder.
const out = resolve(values.out);
const LARGEST = 1_500_000;

mkdirSync(out, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: { page: 'src/page.mjs', worker: 'src/worker.mjs' },
  outdir: out,
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  legalComments: 'linked',
});
copyFileSync(values.wasm, join(out, 'nexflow_web.wasm'));
copyFileSync(join(root, 'src/page.css'), join(out, 'page.css'));
// Documents to begin with: those of the repository.
const examples = join(root, '..', '..', 'examples');
const names = readdirSync(examples).filter((name) => name.endsWith('.infra'));
const documents = Object.fromEntries(names.map((name) => [name, readFileSync(join(examples, name), 'utf8')]));
writeFileSync(join(out, 'examples.json'), JSON.stringify(documents));
copyFileSync(join(root, 'src/index.html'), join(out, 'index.html'));

let loaded = 0;
for (const name of ['index.html', 'page.css', 'page.js', 'worker.js', 'examples.json', 'nexflow_web.wasm']) {
  const size = gzipSync(readFileSync(join(out, name)), { level: 9 }).length;
  loaded += size;
  process.stdout.write(`${name}: ${size} bytes compressed\n`);
}
process.stdout.write(`loaded: ${loaded} bytes compressed, at most ${LARGEST}\n`);
if (loaded > LARGEST) process.exit(1);
