// Whether a program is the server: it says so itself when asked for its version.
import { execFile } from 'node:child_process';

export type Verdict =
  { readonly ok: true; readonly version: string } | { readonly ok: false; readonly problem: string };

const SLOWEST_ANSWER_MS = 10_000;

/** Runs `program --version` and checks the answer. Never throws. */
export function verifyServer(program: string, environment: NodeJS.ProcessEnv): Promise<Verdict> {
  return new Promise((resolve) => {
    execFile(
      program,
      ['--version'],
      { timeout: SLOWEST_ANSWER_MS, windowsHide: true, env: environment, maxBuffer: 1 << 16 },
      (error, stdout) => {
        if (error === null) {
          resolve(verdictOnVersion(stdout));
        } else if (error.killed === true) {
          resolve({
            ok: false,
            problem: `it did not answer \`--version\` within ${String(SLOWEST_ANSWER_MS / 1000)} seconds`,
          });
        } else if (typeof error.code === 'number') {
          resolve({ ok: false, problem: `\`--version\` ended with exit status ${String(error.code)}` });
        } else {
          resolve({ ok: false, problem: `it cannot be run (${error.code ?? error.message})` });
        }
      },
    );
  });
}

/** The first line of the answer is `nexflow-lsp 1.2.3`; anything else is another program. */
export function verdictOnVersion(output: string): Verdict {
  const line = (output.split('\n')[0] ?? '').trim();
  const version = /^nexflow-lsp\s+v?(\d+\.\d+\.\d+\S*)/.exec(line)?.[1];
  if (version !== undefined) return { ok: true, version };
  const answer = line === '' ? 'nothing' : `“${line.length > 60 ? `${line.slice(0, 60)}…` : line}”`;
  return { ok: false, problem: `it answered ${answer} when asked for its version` };
}
