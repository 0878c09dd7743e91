// Compares the module of WebAssembly with the program: the same diagnostics for every document of all corpora.
//   node tests/systems/web.mjs MODULE PROGRAM
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Server } from '../../editors/playground/src/wasm.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const [module, program] = process.argv.slice(2).map((path) => resolve(path));
const corpora = ['examples', 'tests/corpus', 'tests/e2e/inputs', 'tests/editors', 'server/analysis/tests', 'server/flink/tests'];
const isDocument = (name) => /\.infra(\.ya?ml)?$/.test(name);

// A copy without projects and processes, of which a browser knows nothing.
const folder = mkdtempSync(join(tmpdir(), 'nexflow-web-'));
let number = 0;
function copy(from, to) {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (['node_modules', '.cache', 'target'].includes(entry.name)) continue;
    const path = join(from, entry.name);
    if (entry.isDirectory()) copy(path, join(to, entry.name));
    else if (entry.isFile() && isDocument(entry.name)) {
      mkdirSync(to, { recursive: true });
      copyFileSync(path, join(to, entry.name));
      number += 1;
    }
  }
}
/** How long edits take, each with all diagnostics: a letter comes and goes in the middle of the text. */
function edits(server, uri, text) {
  const lines = text.split('\n').length;
  const line = Math.floor(lines / 2);
  const took = [];
  for (let version = 2; version < 22; version += 1) {
    const start = { line, character: 0 };
    const change =
      version % 2 === 0
        ? { range: { start, end: start }, text: '#' }
        : { range: { start, end: { line, character: 1 } }, text: '' };
    const began = performance.now();
    server.handle({
      method: 'textDocument/didChange',
      params: { textDocument: { uri, version }, contentChanges: [change] },
    });
    took.push([performance.now() - began, lines]);
  }
  return took;
}

try {
  for (const corpus of corpora) {
    try {
      copy(join(root, corpus), join(folder, corpus));
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  const checked = spawnSync(program, ['check', '--format', 'json', '--no-env', '.'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (checked.status !== 0 && checked.status !== 1) throw new Error(checked.stderr);
  const native = checked.stdout.trim().split('\n').map((line) => JSON.parse(line));
  const bytes = readFileSync(module);
  let compared = 0;
  let diagnostics = 0;
  const different = [];
  const times = [];
  for (const { uri, diagnostics: expected } of native) {
    // A server for each: what one document says must not depend on another.
    const server = await Server.of(bytes);
    const path = fileURLToPath(uri);
    const text = readFileSync(path, 'utf8');
    let found;
    let messages = server.handle({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'infra', version: 1, text } },
    });
    for (let steps = 0; steps < 40; steps += 1) {
      found = messages.findLast(({ method, params }) => method.endsWith('publishDiagnostics') && params.uri === uri);
      const wanted = messages.find(({ method }) => method === 'nexflow/wanted');
      if (wanted === undefined) break;
      const asked = wanted.params.uri;
      // Beside a document that is not there a name that is nearly its own is looked for.
      const beside = dirname(fileURLToPath(asked));
      try {
        for (const name of readdirSync(beside).filter(isDocument)) {
          if (name !== basename(fileURLToPath(asked)) && name !== basename(path)) {
            const other = pathToFileURL(join(beside, name)).href;
            server.handle({ method: 'nexflow/file', params: { uri: other, text: readFileSync(join(beside, name), 'utf8') } });
          }
        }
      } catch {
        // There is no such folder.
      }
      let base = null;
      try {
        base = readFileSync(fileURLToPath(asked), 'utf8');
      } catch {
        // There is no such document.
      }
      messages = server.handle({ method: 'nexflow/file', params: { uri: asked, text: base } });
    }
    times.push(...edits(server, uri, text));
    compared += 1;
    diagnostics += expected.length;
    // The command line leaves tags out, which no format of it has a place for.
    for (const one of found.params.diagnostics) delete one.tags;
    if (!isDeepStrictEqual(found.params.diagnostics, expected)) different.push([uri, expected, found.params.diagnostics]);
  }
  for (const [uri, expected, found] of different.slice(0, 5)) {
    const key = (list) => list.map((one) => JSON.stringify(one));
    console.log(uri.slice(uri.indexOf('nexflow-web-')));
    console.log('  program only:', key(expected).filter((one) => !key(found).includes(one)).slice(0, 3));
    console.log('  module only: ', key(found).filter((one) => !key(expected).includes(one)).slice(0, 3));
  }
  times.sort(([a], [b]) => a - b);
  const part = (share) => times[Math.floor((times.length - 1) * share)][0].toFixed(1);
  const [longest, lines] = times.at(-1);
  console.log(
    `${compared} of ${number} documents compared, ${diagnostics} diagnostics, ${different.length} documents differ; ` +
      `${times.length} edits: ${part(0.5)} ms at the median, ${part(0.95)} ms for 95 %, ${longest.toFixed(1)} ms at most (${lines} lines)`,
  );
  process.exitCode = different.length === 0 && compared > 0 && compared === number ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
