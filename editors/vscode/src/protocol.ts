// What the server offers beyond the protocol; specified in docs/protocol-extensions.md.
import { type Position, RequestType, type TextDocumentIdentifier } from 'vscode-languageclient/node';

export interface Status {
  readonly environment?: string;
  readonly base?: string;
  readonly baseUri?: string;
  readonly unresolved: number;
  readonly version: number;
}

export const StatusRequest = new RequestType<{ textDocument: TextDocumentIdentifier }, Status | null, void>(
  'nexflow/status',
);

export type ExplainParams = { rule: string } | { textDocument: TextDocumentIdentifier; position: Position };

export interface Explanation {
  readonly title: string;
  readonly markdown: string;
}

export const ExplainRequest = new RequestType<ExplainParams, Explanation | null, void>('nexflow/explain');

/** The kind of the code actions that apply a tuning profile. */
export const PROFILE_ACTION = 'refactor.rewrite.nexflow.profile';
