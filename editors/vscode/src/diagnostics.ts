// The form of the server's diagnostics in VS Code.

/** `source` of every diagnostic of the server. */
export const DIAGNOSTIC_SOURCE = 'nexflow';

/** The rule's id, whether the code carries a link to its page or not; empty when there is none. */
export function ruleOf(code: string | number | { value: string | number } | undefined): string {
  if (code === undefined) return '';
  return String(typeof code === 'object' ? code.value : code);
}
