// `Copy Diagnostics Report`: gathers what the report says and puts it on the clipboard.
import * as os from 'node:os';
import {
  type Diagnostic,
  DiagnosticSeverity,
  env,
  type ExtensionContext,
  languages,
  version,
  window,
  workspace,
} from 'vscode';
import { DIAGNOSTIC_SOURCE, ruleOf } from '../diagnostics';
import { type ReportedDiagnostic, writeReport } from '../report';
import { LANGUAGE } from '../server/client';
import type { Session } from '../server/session';
import { SECTION } from '../server/settings';

export async function copyDiagnosticsReport(context: ExtensionContext, session: Session): Promise<void> {
  const { state } = session;
  const manifest = context.extension.packageJSON as {
    version: string;
    contributes: { configuration: { properties: Record<string, unknown> }[] };
  };
  const report = writeReport({
    extensionVersion: manifest.version,
    editor: `${env.appName} ${version}${env.remoteName === undefined ? '' : ` (${env.remoteName})`}`,
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    trusted: workspace.isTrusted,
    server:
      state.kind === 'running'
        ? state.server
        : { problem: state.kind === 'starting' ? 'starting' : (state.problem ?? 'stopped') },
    settings: changedSettings(manifest.contributes.configuration.flatMap((group) => Object.keys(group.properties))),
    documents: workspace.textDocuments
      .filter((document) => document.languageId === LANGUAGE)
      .map((document) => ({
        name: workspace.asRelativePath(document.uri),
        diagnostics: languages
          .getDiagnostics(document.uri)
          .filter((found) => found.source === DIAGNOSTIC_SOURCE)
          .map(reported),
      })),
  });
  await env.clipboard.writeText(report);
  await window.showInformationMessage('The diagnostics report is on the clipboard.');
}

function reported(found: Diagnostic): ReportedDiagnostic {
  const severity = {
    [DiagnosticSeverity.Error]: 'error',
    [DiagnosticSeverity.Warning]: 'warning',
    [DiagnosticSeverity.Information]: 'information',
    [DiagnosticSeverity.Hint]: 'hint',
  } as const;
  return {
    line: found.range.start.line + 1,
    column: found.range.start.character + 1,
    severity: severity[found.severity],
    code: ruleOf(found.code),
    message: found.message,
  };
}

/** The settings of ours that someone has changed. */
function changedSettings(keys: readonly string[]): Record<string, unknown> {
  const configuration = workspace.getConfiguration(SECTION);
  const changed: Record<string, unknown> = {};
  for (const key of keys) {
    const name = key.replace(`${SECTION}.`, '');
    const where = configuration.inspect(name);
    if (
      where?.globalValue !== undefined ||
      where?.workspaceValue !== undefined ||
      where?.workspaceFolderValue !== undefined
    ) {
      changed[name] = configuration.get(name);
    }
  }
  return changed;
}
