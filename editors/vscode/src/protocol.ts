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

export type RenderForm = 'l5' | 'flink' | 'conf' | 'args' | 'flinkdeployment' | 'plan';

/** What a view of a rendered document shows: the query of its URI. */
export interface RenderParams {
  readonly textDocument: TextDocumentIdentifier;
  readonly as: RenderForm;
}

/** The scheme of documents that the server makes, by `workspace/textDocumentContent`. */
export const VIEW_SCHEME = 'nexflow-view';

export interface Imported {
  readonly text: string;
  readonly withoutField: readonly string[];
  readonly secrets: readonly string[];
}

export const ImportRequest = new RequestType<{ text: string }, Imported | null, void>('nexflow/import');

/** The kind of the code actions that apply a tuning profile. */
export const PROFILE_ACTION = 'refactor.rewrite.nexflow.profile';
