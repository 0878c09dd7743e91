import { describe, expect, it } from 'vitest';
import { type ReportInput, writeReport } from '../src/report';

const input: ReportInput = {
  extensionVersion: '0.1.0',
  editor: 'VS Code 1.139.0',
  platform: 'linux x64',
  trusted: true,
  server: { program: '/ext/server/nexflow-lsp', origin: 'bundle', version: '0.1.0' },
  settings: {},
  documents: [],
};

describe('the diagnostics report', () => {
  it('says what runs, where and how', () => {
    expect(writeReport(input)).toBe(
      [
        '## Nexflow diagnostics report',
        '',
        '- Extension: 0.1.0',
        '- Server: 0.1.0, /ext/server/nexflow-lsp (found by bundle)',
        '- Editor: VS Code 1.139.0',
        '- Platform: linux x64',
        '- Workspace: trusted',
        '',
      ].join('\n'),
    );
  });

  it('lists the findings of the open documents', () => {
    const text = writeReport({
      ...input,
      documents: [
        {
          name: 'a.infra',
          diagnostics: [
            { line: 3, column: 7, severity: 'error', code: 'unknown-field', message: 'no such field\nnearest: type' },
          ],
        },
        { name: 'b.infra', diagnostics: [] },
      ],
    });
    expect(text).toContain('### a.infra\n\n- 3:7 error `unknown-field`: no such field nearest: type\n');
    expect(text).toContain('### b.infra\n\nNo problems.\n');
  });

  it('names variables and never shows their values', () => {
    const settings = {
      variables: { DB_PASSWORD: 'hunter2' },
      'server.env': { TOKEN: 'hunter2' },
      flinkVersion: '1.20',
    };
    const text = writeReport({ ...input, settings });
    expect(text).not.toContain('hunter2');
    expect(text).toContain('DB_PASSWORD');
    expect(text).toContain('TOKEN');
    expect(text).toContain('- `nexflow.infra.flinkVersion`: `"1.20"`');
  });

  it('says why no server runs', () => {
    expect(writeReport({ ...input, server: { problem: 'not found' } })).toContain('- Server: not running (not found)');
  });
});
