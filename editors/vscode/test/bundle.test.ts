// What is in the bundle is what the extension runs, once.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { options } from '../scripts/options.mjs';

const root = join(__dirname, '..');

/** The packages whose code the extension ships: the language client and what it is made of. */
const PACKAGES = [
  'balanced-match',
  'brace-expansion',
  'minimatch',
  'semver',
  'vscode-jsonrpc',
  'vscode-languageclient',
  'vscode-languageserver-protocol',
  'vscode-languageserver-textdocument',
  'vscode-languageserver-types',
];
const LARGEST_BUNDLE = 500_000;

describe('the bundle', () => {
  let inputs: Record<string, { readonly bytesInOutput: number }> = {};
  let bytes = 0;

  beforeAll(async () => {
    const { metafile } = await build({ ...options(true), write: false });
    const [output] = Object.values(metafile.outputs);
    inputs = output?.inputs ?? {};
    bytes = output?.bytes ?? 0;
  });

  it('has every source file, so that none is left over', () => {
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `src/${file}`);
    const reached = Object.keys(inputs).filter((file) => file.startsWith('src/'));
    expect(reached.sort()).toEqual(sources.sort());
  });

  it('has the packages that the client needs and no others, each in one version', () => {
    const folders = new Set<string>();
    for (const file of Object.keys(inputs)) {
      const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
      if (folder !== undefined) folders.add(folder);
    }
    const names = [...folders].map((folder) => folder.slice(folder.lastIndexOf('node_modules/') + 13));
    expect(names.sort()).toEqual(PACKAGES);
  });

  it('has no file of which nothing is used', () => {
    const empty = Object.entries(inputs).filter(([file, { bytesInOutput }]) => {
      return bytesInOutput === 0 && !file.startsWith('src/');
    });
    expect(empty).toEqual([]);
  });

  it('is small', () => {
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(LARGEST_BUNDLE);
  });
});
