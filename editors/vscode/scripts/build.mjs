// Bundles the extension into dist/extension.js and puts the grammars beside it.
//   node scripts/build.mjs [--production] [--watch]
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, context } from 'esbuild';
import { options, root } from './options.mjs';

const grammars = join(root, '..', '..', 'grammars');
const production = process.argv.includes('--production');

mkdirSync(join(root, 'syntaxes'), { recursive: true });
for (const grammar of ['nexflow-infra.tmLanguage.json', 'markdown-nexflow-infra.tmLanguage.json']) {
  copyFileSync(join(grammars, grammar), join(root, 'syntaxes', grammar));
}

if (process.argv.includes('--watch')) {
  await (await context(options(production))).watch();
} else {
  const { metafile } = await build(options(production));
  // What the licence collection and the size test look at.
  writeFileSync(join(root, 'dist', 'meta.json'), JSON.stringify(metafile));
}
