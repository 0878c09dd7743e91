// Names that settings had before they moved below `nexflow.infra`. The extension of the Nexflow toolchain has settings of the same
// names directly below `nexflow`, where `nexflow.server.path` is a Python interpreter.
// Nothing here knows VS Code, so that every case can be tested.

/** What the editor knows of a setting under its former name. */
export interface FormerValue<T> {
  /** Another extension has declared the setting, so its value is meant for that one. */
  readonly claimed: boolean;
  /** From the settings of the user. */
  readonly user?: T | undefined;
  /** From the settings of the workspace or its folder. */
  readonly workspace?: T | undefined;
  /** A folder that is not trusted chooses nothing. */
  readonly trusted: boolean;
}

/** The value that was meant for this extension, if there is one. */
export function formerValue<T>(former: FormerValue<T>): T | undefined {
  if (former.claimed) return undefined;
  return (former.trusted ? former.workspace : undefined) ?? former.user;
}

/** A program under the former name of `nexflow.infra.server.path`; empty when it is the interpreter of the toolchain. */
export function formerProgram(former: FormerValue<string>): string {
  const value = formerValue({ ...former, claimed: false })?.trim() ?? '';
  const name = value.split(/[\\/]/).pop() ?? '';
  const meant = former.claimed ? name.startsWith('nexflow-lsp') : !/^(python|pypy|py(\.exe)?$)/i.test(name);
  return meant ? value : '';
}

/** What the server is told of the settings below `nexflow`: in a folder that is not trusted, those under present names only. */
export function trustedSection(section: unknown, trusted: boolean): unknown {
  if (trusted || typeof section !== 'object' || section === null) return section;
  return 'infra' in section ? { infra: section.infra } : {};
}
