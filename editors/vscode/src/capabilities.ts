// Which of the protocol's extensions a server has, and which of this client's commands its answers may name.

/** Shows what a code lens counts: a URI, a position, and locations. */
export const SHOW_REFERENCES = 'nexflow.showReferences';

/** Shows what a document becomes: the parameters of `nexflow/render`. */
export const SHOW_RENDERED = 'nexflow.showRendered';

/** Opens what the reference says of a field: the document and the position of the field. */
export const OPEN_REFERENCE = 'nexflow.openReference';

/** The commands that the client announces; every product of the family has the first one. */
export const OWN_COMMANDS: readonly string[] = [
  'editor.action.triggerSuggest',
  SHOW_REFERENCES,
  SHOW_RENDERED,
  OPEN_REFERENCE,
];

/** Whether the server said in its capabilities that it knows an extension. */
export function offers(
  capabilities: { experimental?: unknown } | undefined,
  extension: 'status' | 'explain' | 'import',
): boolean {
  const experimental = capabilities?.experimental;
  if (typeof experimental !== 'object' || experimental === null || !('nexflow' in experimental)) return false;
  const ours: unknown = experimental.nexflow;
  return (
    typeof ours === 'object' &&
    ours !== null &&
    extension in ours &&
    (ours as Record<string, unknown>)[extension] === true
  );
}

/** Whether the server makes documents to look at, by `workspace/textDocumentContent`. */
export function hasViews(capabilities: { workspace?: { textDocumentContent?: unknown } } | undefined): boolean {
  return capabilities?.workspace?.textDocumentContent !== undefined;
}
