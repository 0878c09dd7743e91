import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/node_modules/', '.cache/', '**/dist/', '**/out/', 'target/', 'editors/vscode/syntaxes/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // VS Code's disposables are any objects that can be disposed of.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: {
        console: 'readonly',
        describe: 'readonly',
        exports: 'writable',
        it: 'readonly',
        performance: 'readonly',
        process: 'readonly',
        require: 'readonly',
        setTimeout: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
      },
    },
  },
  {
    // What runs in browsers, or drives one.
    files: [
      'editors/playground/src/*.mjs',
      'editors/vscode/browser/*.mjs',
      'tests/editors/browser/*.mjs',
      'tests/systems/*.mjs',
    ],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'Blob',
          'CompressionStream',
          'DecompressionStream',
          'Option',
          'Response',
          'TextDecoder',
          'TextEncoder',
          'URLSearchParams',
          'WebAssembly',
          'Worker',
          'atob',
          'btoa',
          'document',
          'fetch',
          'history',
          'location',
          'navigator',
          'performance',
          'self',
          'window',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
);
