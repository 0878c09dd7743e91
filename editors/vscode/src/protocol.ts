// What the server offers beyond the protocol; specified in docs/protocol-extensions.md.
import { type Position, RequestType, type TextDocumentIdentifier } from 'vscode-languageclient/node';

export interface Status {
  readonly environment?: string;
  readonly base?: string;
  readonly baseUri?: string;
  readonly unresolved: number;
  readonly version: number;
}

export const StatusRequest = new RequestType<{ textDocument: TextDocumentIdentifier }, Status | null, void>('nexflow/status');

export type ExplainParams = { rule: string } | { textDocument: TextDocumentIdentifier; position: Position };

export interface Explanation {
  readonly title: string;
  readonly markdown: string;
}

export const ExplainRequest = new RequestType<ExplainParams, Explanation | null, void>('nexflow/explain');

/** The kind of the code actions that apply a tuning profile. */
export const PROFILE_ACTION = 'refactor.rewrite.nexflow.profile';

/** Whether the server said in its capabilities that it knows an extension. */
export function offers(capabilities: { experimental?: unknown } | undefined, extension: 'status' | 'explain'): boolean {
  const experimental = capabilities?.experimental;
  if (typeof experimental !== 'object' || experimental === null || !('nexflow' in experimental)) return false;
  const ours: unknown = experimental.nexflow;
  return typeof ours === 'object' && ours !== null && extension in ours && (ours as Record<string, unknown>)[extension] === true;
}
