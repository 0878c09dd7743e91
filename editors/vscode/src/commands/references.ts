// What a click on a code lens does: the editor's own list of references, at the places that the server has counted.
import type { Location, Position } from 'vscode-languageclient/node';

/** What the protocol's values become in the editor; the language client has one. */
export interface Converter {
  asUri(value: string): unknown;
  asPosition(value: Position): unknown;
  asLocation(item: Location): unknown;
}

/** Runs a command of the editor. */
export type Run = (command: string, ...values: unknown[]) => PromiseLike<unknown>;

/** Whether the values are those of a lens: a URI, a position, and locations. Anybody may run a command with anything. */
function isOfLens(values: readonly unknown[]): values is [string, Position, Location[]] {
  const [uri, position, locations] = values;
  const isPosition = (value: unknown) =>
    typeof value === 'object' && value !== null && 'line' in value && 'character' in value;
  const isLocation = (value: unknown) =>
    typeof value === 'object' && value !== null && 'uri' in value && 'range' in value;
  return typeof uri === 'string' && isPosition(position) && Array.isArray(locations) && locations.every(isLocation);
}

export async function showReferences(run: Run, converter: Converter, values: readonly unknown[]): Promise<void> {
  if (!isOfLens(values)) return;
  const [uri, position, locations] = values;
  await run(
    'editor.action.showReferences',
    converter.asUri(uri),
    converter.asPosition(position),
    locations.map((location) => converter.asLocation(location)),
  );
}
