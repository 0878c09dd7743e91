// Runs vscode-tmgrammar-test: the assertions in test/assertions, and snapshots of the specification's blocks.
//   node test/run.mjs [--update]
// The tool keeps a snapshot beside its document; so the documents are copied to where the snapshots belong.
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const specification = join(root, '..', 'tests', 'corpus', 'specification');
const snapshots = join(root, 'test', 'snapshots');
const tools = dirname(createRequire(import.meta.url).resolve('vscode-tmgrammar-test/dist/unit.js'));
const grammars = ['--config', 'test/contributes.json'];

function run(tool, ...args) {
  const done = spawnSync(process.execPath, [join(tools, tool), ...args], {
    cwd: root,
    stdio: 'inherit',
    timeout: 120_000,
  });
  if (done.status !== 0) process.exitCode = 1;
}

run('unit.js', ...grammars, 'test/assertions/*.infra', 'test/assertions/*.md');

const documents = readdirSync(specification).filter((file) => file.endsWith('.infra'));
if (documents.length !== 19) {
  process.stderr.write(`the specification has 19 blocks, and ${specification} has ${documents.length}\n`);
  process.exitCode = 1;
}
for (const file of documents) copyFileSync(join(specification, file), join(snapshots, file));
try {
  run(
    'snapshot.js',
    ...grammars,
    '-s',
    'source.nexflow-infra',
    ...(process.argv.includes('--update') ? ['-u'] : []),
    'test/snapshots/*.infra',
  );
} finally {
  for (const file of documents) rmSync(join(snapshots, file), { force: true });
}
