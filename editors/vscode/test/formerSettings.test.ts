// Settings under the names that they had directly below `nexflow`.
import { describe, expect, it } from 'vitest';
import { formerProgram, formerValue, trustedSection } from '../src/formerSettings';

const given = { claimed: false, trusted: true };

describe('a setting under its former name', () => {
  it('is read, that of the workspace before that of the user', () => {
    expect(formerValue({ ...given, user: 1, workspace: 2 })).toBe(2);
    expect(formerValue({ ...given, user: 1 })).toBe(1);
    expect(formerValue(given)).toBeUndefined();
  });

  it('belongs to the extension that declares it', () => {
    expect(formerValue({ ...given, claimed: true, user: 1 })).toBeUndefined();
  });

  it('is not read from a folder that is not trusted', () => {
    expect(formerValue({ ...given, trusted: false, user: 1, workspace: 2 })).toBe(1);
    expect(formerProgram({ ...given, trusted: false, workspace: '/tmp/evil' })).toBe('');
    expect(trustedSection({ envFiles: ['x'], infra: { codeLens: true } }, false)).toEqual({
      infra: { codeLens: true },
    });
    expect(trustedSection({ envFiles: ['x'] }, false)).toEqual({});
    expect(trustedSection({ envFiles: ['x'] }, true)).toEqual({ envFiles: ['x'] });
  });
});

describe('the program under its former name', () => {
  it.each(['/usr/bin/python3', 'python', 'C:\\Python312\\python.exe', '/venv/bin/pypy3', 'py', 'py.exe'])(
    'is not %s, the interpreter of the toolchain',
    (path) => {
      expect(formerProgram({ ...given, user: path })).toBe('');
      expect(formerProgram({ ...given, claimed: true, user: path })).toBe('');
    },
  );

  it('is another program unless the toolchain is there as well', () => {
    expect(formerProgram({ ...given, user: '/opt/wrapper.sh' })).toBe('/opt/wrapper.sh');
    expect(formerProgram({ ...given, claimed: true, user: '/opt/wrapper.sh' })).toBe('');
    expect(formerProgram({ ...given, claimed: true, user: '/opt/nexflow-lsp' })).toBe('/opt/nexflow-lsp');
    expect(formerProgram({ ...given, claimed: true, user: 'C:\\bin\\nexflow-lsp.exe' })).toBe(
      'C:\\bin\\nexflow-lsp.exe',
    );
  });
});
