#!/usr/bin/env node
// Starts the program for this system, which npm has installed beside this package.
'use strict';
const { spawn } = require('node:child_process');
const { chmodSync } = require('node:fs');
const { join, dirname } = require('node:path');

const { platform, arch } = process;
// A program that is linked to nothing runs with every C library of Linux.
const names = platform === 'linux' ? [`linux-${arch}`, `alpine-${arch}`] : [`${platform}-${arch}`];
const isMusl = platform === 'linux' && !process.report?.getReport?.().header?.glibcVersionRuntime;
if (isMusl) names.reverse();

let program;
for (const name of names) {
  try {
    const folder = dirname(require.resolve(`nexflow-lsp-${name}/package.json`));
    program = join(folder, platform === 'win32' ? 'nexflow-lsp.exe' : 'nexflow-lsp');
    break;
  } catch {
    // Not this one.
  }
}
if (program === undefined) {
  console.error(
    `nexflow-lsp: there is no program for ${platform} ${arch} here. It comes as an optional dependency: install without --omit=optional.`,
  );
  process.exit(2);
}

function start() {
  const child = spawn(program, process.argv.slice(2), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 2);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
  child.on('error', (error) => {
    console.error(`nexflow-lsp: ${program} cannot be started: ${error.message}`);
    process.exit(2);
  });
}

// Some package managers drop the mode of files.
if (platform !== 'win32') {
  try {
    chmodSync(program, 0o755);
  } catch {
    // It may be somebody else's, with the right mode already.
  }
}
start();
