// Which of the protocol's extensions a server has.

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
