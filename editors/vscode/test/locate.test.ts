import { posix, win32 } from 'node:path';
import { describe, expect, it } from 'vitest';
import { locateServer, type Surroundings } from '../src/server/locate';

function surroundings(programs: string[], changes: Partial<Surroundings> = {}): Surroundings {
  return {
    setting: '',
    extensionFolder: '/extension',
    workspaceFolder: '/project',
    home: '/home/ada',
    platform: 'linux',
    environment: { PATH: '/usr/local/bin:/usr/bin' },
    isProgram: (path) => programs.includes(path),
    path: posix,
    ...changes,
  };
}

const everywhere = ['/extension/server/nexflow-lsp', '/usr/bin/nexflow-lsp', '/opt/nexflow-lsp'];

describe('the server is looked for', () => {
  it('first where the setting says', () => {
    const found = locateServer(surroundings(everywhere, { setting: '/opt/nexflow-lsp' }));
    expect(found).toEqual({ program: '/opt/nexflow-lsp', origin: 'setting' });
  });

  it('then in the package', () => {
    expect(locateServer(surroundings(everywhere))).toEqual({
      program: '/extension/server/nexflow-lsp',
      origin: 'bundle',
    });
  });

  it('then on the PATH, in its order', () => {
    const onPath = ['/usr/local/bin/nexflow-lsp', '/usr/bin/nexflow-lsp'];
    expect(locateServer(surroundings(onPath))).toEqual({ program: '/usr/local/bin/nexflow-lsp', origin: 'path' });
  });

  it('and a setting that leads nowhere is said, not passed over', () => {
    const found = locateServer(surroundings(everywhere, { setting: '/opt/other' }));
    expect(found).toEqual({ reason: 'setting-not-found', program: '/opt/other' });
  });

  it('and may be nowhere', () => {
    expect(locateServer(surroundings([]))).toEqual({ reason: 'not-found' });
    expect(locateServer(surroundings([], { environment: {} }))).toEqual({ reason: 'not-found' });
  });

  it('but never in a folder that depends on where the editor was started', () => {
    const found = locateServer(
      surroundings(['./nexflow-lsp', 'bin/nexflow-lsp', 'nexflow-lsp'], { environment: { PATH: '.:bin:' } }),
    );
    expect(found).toEqual({ reason: 'not-found' });
  });
});

describe('the setting', () => {
  it.each([
    ['~/bin/nexflow-lsp', '/home/ada/bin/nexflow-lsp'],
    ['${userHome}/bin/nexflow-lsp', '/home/ada/bin/nexflow-lsp'],
    ['${workspaceFolder}/tools/nexflow-lsp', '/project/tools/nexflow-lsp'],
    ['tools/nexflow-lsp', '/project/tools/nexflow-lsp'],
    ['  /opt/nexflow-lsp ', '/opt/nexflow-lsp'],
    ['~other/nexflow-lsp', '/project/~other/nexflow-lsp'],
  ])('%s is %s', (setting, program) => {
    expect(locateServer(surroundings([program], { setting }))).toEqual({ program, origin: 'setting' });
  });

  it('is relative to the home folder when no folder is open', () => {
    const found = locateServer(
      surroundings(['/home/ada/nexflow-lsp'], { setting: 'nexflow-lsp', workspaceFolder: undefined }),
    );
    expect(found).toEqual({ program: '/home/ada/nexflow-lsp', origin: 'setting' });
  });
});

describe('on Windows', () => {
  const windows = (programs: string[], environment: Record<string, string>) =>
    surroundings(programs, {
      platform: 'win32',
      path: win32,
      extensionFolder: 'C:\\ext',
      workspaceFolder: 'C:\\project',
      home: 'C:\\Users\\ada',
      environment,
    });

  it('the program has its ending', () => {
    expect(locateServer(windows(['C:\\ext\\server\\nexflow-lsp.exe'], {}))).toMatchObject({ origin: 'bundle' });
  });

  it('the PATH is called in any case', () => {
    const found = locateServer(windows(['D:\\bin\\nexflow-lsp.exe'], { Path: 'C:\\Windows;D:\\bin' }));
    expect(found).toEqual({ program: 'D:\\bin\\nexflow-lsp.exe', origin: 'path' });
  });
});
