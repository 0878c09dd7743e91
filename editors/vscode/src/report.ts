// The text that `Nexflow: Copy Diagnostics Report` puts on the clipboard: what a bug report needs, and no value of a variable.

export interface ReportedDiagnostic {
  /** Counted from 1, as editors show them. */
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly code: string;
  readonly message: string;
}

export interface ReportInput {
  readonly extensionVersion: string;
  readonly editor: string;
  readonly platform: string;
  readonly trusted: boolean;
  readonly server:
    { readonly program: string; readonly origin: string; readonly version: string } | { readonly problem: string };
  readonly documents: readonly { readonly name: string; readonly diagnostics: readonly ReportedDiagnostic[] }[];
  /** Settings that differ from their defaults. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Settings whose values may hold credentials; only their keys are reported. */
const HIDDEN_SETTINGS = new Set(['server.env', 'variables']);

export function writeReport(input: ReportInput): string {
  const { server } = input;
  const lines = [
    '## Nexflow diagnostics report',
    '',
    `- Extension: ${input.extensionVersion}`,
    `- Server: ${'problem' in server ? `not running (${server.problem})` : `${server.version}, ${server.program} (found by ${server.origin})`}`,
    `- Editor: ${input.editor}`,
    `- Platform: ${input.platform}`,
    `- Workspace: ${input.trusted ? 'trusted' : 'not trusted'}`,
  ];
  const settings = Object.entries(input.settings);
  if (settings.length > 0) {
    lines.push(
      '',
      '### Settings',
      '',
      ...settings.map(([key, value]) => `- \`nexflow.infra.${key}\`: \`${JSON.stringify(hideValues(key, value))}\``),
    );
  }
  for (const { name, diagnostics } of input.documents) {
    lines.push('', `### ${name}`, '');
    if (diagnostics.length === 0) lines.push('No problems.');
    for (const found of diagnostics) {
      const place = `${String(found.line)}:${String(found.column)}`;
      lines.push(
        `- ${place} ${found.severity}${found.code === '' ? '' : ` \`${found.code}\``}: ${found.message.replaceAll('\n', ' ')}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function hideValues(key: string, value: unknown): unknown {
  if (!HIDDEN_SETTINGS.has(key) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.keys(value).map((name) => [name, '…']));
}
