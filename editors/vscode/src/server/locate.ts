// Where the server's program is: what the setting names, else what the package brought along, else what the PATH has.
// Nothing here knows VS Code, so that every case can be tested on every platform.

/** How the program was found; said to the user by `Nexflow: Show Server Version`. */
export type Origin = 'setting' | 'bundle' | 'path';

export interface Located {
  readonly program: string;
  readonly origin: Origin;
}

/** Why there is no program, and what was tried. */
export interface NotLocated {
  readonly reason: 'setting-not-found' | 'not-found';
  /** What the setting names, when that is the trouble. */
  readonly program?: string;
}

/** The surroundings, as far as the search depends on them. */
export interface Surroundings {
  /** `nexflow.infra.server.path` as the user wrote it; empty for none. */
  readonly setting: string;
  readonly extensionFolder: string;
  readonly workspaceFolder: string | undefined;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** True for a file that this user may execute. */
  readonly isProgram: (path: string) => boolean;
  /** `path.posix` or `path.win32`, as the platform wants it. */
  readonly path: {
    readonly delimiter: string;
    isAbsolute: (path: string) => boolean;
    join: (...parts: string[]) => string;
    resolve: (...parts: string[]) => string;
  };
}

export function programName(platform: NodeJS.Platform): string {
  return platform === 'win32' ? 'nexflow-lsp.exe' : 'nexflow-lsp';
}

/**
 * Finds the server's program. A setting that leads nowhere is an error and never falls through to another program:
 * whoever set it wants that program and no other.
 */
export function locateServer(where: Surroundings): Located | NotLocated {
  const setting = where.setting.trim();
  if (setting !== '') {
    const program = expandSetting(setting, where);
    return where.isProgram(program) ? { program, origin: 'setting' } : { reason: 'setting-not-found', program };
  }
  const name = programName(where.platform);
  const bundled = where.path.join(where.extensionFolder, 'server', name);
  if (where.isProgram(bundled)) return { program: bundled, origin: 'bundle' };
  for (const folder of searchPath(where)) {
    const candidate = where.path.join(folder, name);
    if (where.isProgram(candidate)) return { program: candidate, origin: 'path' };
  }
  return { reason: 'not-found' };
}

function expandSetting(setting: string, where: Surroundings): string {
  let text = setting
    .replaceAll('${userHome}', where.home)
    .replaceAll('${workspaceFolder}', where.workspaceFolder ?? '${workspaceFolder}');
  if (/^~(?=[/\\]|$)/.test(text)) text = where.home + text.slice(1);
  return where.path.isAbsolute(text) ? text : where.path.resolve(where.workspaceFolder ?? where.home, text);
}

/** The folders of the PATH. Relative ones are left out: they would make the program depend on the current folder. */
function searchPath(where: Surroundings): string[] {
  const name = Object.keys(where.environment).find((key) =>
    where.platform === 'win32' ? key.toUpperCase() === 'PATH' : key === 'PATH',
  );
  const value = name === undefined ? '' : (where.environment[name] ?? '');
  return value.split(where.path.delimiter).filter((folder) => where.path.isAbsolute(folder));
}
