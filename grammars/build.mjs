// Writes the grammars from keywords.json, which `cargo xtask generate` writes from the catalog.
//   node build.mjs            write
//   node build.mjs --check    exit status 1 when a written file is not what would be written
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGrammar, buildMarkdownInjection } from './src/grammar.mjs';
import { buildQueries } from './src/queries.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const words = JSON.parse(readFileSync(join(root, 'keywords.json'), 'utf8'));

const json = (value) => `${JSON.stringify(value, undefined, 2)}\n`;
const outputs = {
  'nexflow-infra.tmLanguage.json': json(buildGrammar(words)),
  'markdown-nexflow-infra.tmLanguage.json': json(buildMarkdownInjection()),
};
// Where each editor looks for the queries of a language: Neovim in a plugin's folder, Helix in its runtime folder.
const queries = { neovim: '../editors/neovim/queries/nexflow_infra', helix: '../editors/helix/queries/nexflow-infra' };
for (const [dialect, folder] of Object.entries(queries)) {
  for (const [file, text] of Object.entries(buildQueries(words, dialect))) {
    outputs[join('tree-sitter', dialect, file)] = text;
    outputs[join(folder, file)] = text;
  }
}

const check = process.argv.includes('--check');
let stale = 0;
for (const [file, wanted] of Object.entries(outputs)) {
  const path = join(root, file);
  const present = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  if (present === wanted) continue;
  if (check) {
    process.stderr.write(`grammars/${file} is not up to date; run npm run generate\n`);
    stale += 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, wanted);
  }
}
process.exitCode = stale > 0 ? 1 : 0;
