// Bundles the extension for browsers into dist/browser:
//   node scripts/browser.mjs --wasm PATH/nexflow_web.wasm
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { root } from './options.mjs';

/** Bundles it around this module of WebAssembly. */
export async function buildForBrowsers(wasm) {
  const out = join(root, 'dist', 'browser');
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
  };
  mkdirSync(out, { recursive: true });
  await build({
    ...common,
    entryPoints: ['browser/extension.mjs'],
    outfile: join(out, 'extension.js'),
    format: 'cjs',
    external: ['vscode'],
  });
  await build({
    ...common,
    entryPoints: ['../playground/src/worker.mjs'],
    outfile: join(out, 'server.js'),
    format: 'iife',
  });
  copyFileSync(wasm, join(out, 'nexflow_web.wasm'));
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { values } = parseArgs({ options: { wasm: { type: 'string' } } });
  await buildForBrowsers(values.wasm);
}
