// Bundles the extension into dist/extension.js and puts the grammars beside it.
//   node scripts/build.mjs [--production] [--watch]
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const grammars = join(root, '..', '..', 'grammars');
const production = process.argv.includes('--production');

mkdirSync(join(root, 'syntaxes'), { recursive: true });
for (const grammar of ['nexflow-infra.tmLanguage.json', 'markdown-nexflow-infra.tmLanguage.json']) {
  copyFileSync(join(grammars, grammar), join(root, 'syntaxes', grammar));
}

const options = {
  absWorkingDir: root,
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  bundle: true,
  format: 'cjs',
  platform: 'node',
  // The Node of the oldest VS Code that `engines` in package.json admits.
  target: 'node20',
  external: ['vscode'],
  minify: production,
  sourcemap: production ? false : 'linked',
  metafile: true,
  legalComments: 'none',
};

if (process.argv.includes('--watch')) {
  await (await context(options)).watch();
} else {
  const { metafile } = await build(options);
  // What the licence collection and the size test look at.
  writeFileSync(join(root, 'dist', 'meta.json'), JSON.stringify(metafile));
}
