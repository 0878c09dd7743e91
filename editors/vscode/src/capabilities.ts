// Which of the protocol's extensions a server has, and which of this client's commands its answers may name.

/** Shows what a code lens counts: a URI, a position, and locations. */
export const SHOW_REFERENCES = 'nexflow.showReferences';

/** The commands that the client announces; every product of the family has the first one. */
export const OWN_COMMANDS: readonly string[] = ['editor.action.triggerSuggest', SHOW_REFERENCES];

/** Whether the server said in its capabilities that it knows an extension. */
export function offers(capabilities: { experimental?: unknown } | undefined, extension: 'status' | 'explain'): boolean {
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
