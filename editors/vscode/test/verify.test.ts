import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { verdictOnVersion, verifyServer } from '../src/server/verify';

const folder = mkdtempSync(join(tmpdir(), 'verify-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function program(name: string, text: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode });
  return path;
}

describe('a program is the server when it says so', () => {
  it.each([
    ['nexflow-lsp 0.1.0\n', '0.1.0'],
    ['nexflow-lsp 1.2.3-beta.1 (abc 2026-11-01)\n', '1.2.3-beta.1'],
    ['nexflow-lsp v2.0.0\r\n', '2.0.0'],
  ])('%j', (output, version) => {
    expect(verdictOnVersion(output)).toEqual({ ok: true, version });
  });

  it.each([
    ['', 'it answered nothing when asked for its version'],
    ['yaml-language-server 1.15.0', 'it answered “yaml-language-server 1.15.0” when asked for its version'],
    ['nexflow-lsp', 'it answered “nexflow-lsp” when asked for its version'],
  ])('%j is something else', (output, problem) => {
    expect(verdictOnVersion(output)).toEqual({ ok: false, problem });
  });

  it('quotes no more of an answer than fits a message', () => {
    const verdict = verdictOnVersion('x'.repeat(500));
    expect(verdict.ok ? '' : verdict.problem.length).toBeLessThan(120);
  });
});

describe('a program is run to be asked', () => {
  it('and answers', async () => {
    const path = program('good', '#!/bin/sh\n[ "$1" = --version ] && echo "nexflow-lsp 3.1.4"\n');
    expect(await verifyServer(path, process.env)).toEqual({ ok: true, version: '3.1.4' });
  });

  it('with the environment that the server would have', async () => {
    const path = program('environment', '#!/bin/sh\necho "nexflow-lsp $WANTED"\n');
    expect(await verifyServer(path, { ...process.env, WANTED: '7.0.0' })).toEqual({ ok: true, version: '7.0.0' });
  });

  it('and fails', async () => {
    const path = program('failing', '#!/bin/sh\nexit 3\n');
    expect(await verifyServer(path, process.env)).toEqual({
      ok: false,
      problem: '`--version` ended with exit status 3',
    });
  });

  it('and is no program', async () => {
    const text = program('text', 'just words', 0o644);
    expect(await verifyServer(text, process.env)).toEqual({ ok: false, problem: 'it cannot be run (EACCES)' });
    const missing = join(folder, 'missing');
    expect(await verifyServer(missing, process.env)).toEqual({ ok: false, problem: 'it cannot be run (ENOENT)' });
  });
});
