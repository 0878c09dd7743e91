// The grammar where there is neither VS Code nor the server: renderers of web pages read TextMate grammars with other engines of
// regular expressions. What Oniguruma sees and what JavaScript's own engine sees must be the same colours.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createHighlighterCore, type LanguageRegistration } from '@shikijs/core';
import { createJavaScriptRegexEngine } from '@shikijs/engine-javascript';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOnigScanner, createOnigString, loadWASM } from 'vscode-oniguruma';
import { type IGrammar, INITIAL, parseRawGrammar, Registry } from 'vscode-textmate';

const root = join(__dirname, '..');
const corpus = join(root, '..', 'tests', 'corpus');
const documents = ['specification', 'realistic', 'documents'].flatMap((folder) =>
  readdirSync(join(corpus, folder))
    .filter((file) => file.endsWith('.infra'))
    .map((file) => join(folder, file)),
);
const file = join(root, 'nexflow-infra.tmLanguage.json');
const source = readFileSync(file, 'utf8');

let onWasm: IGrammar;
let inBrowser: (text: string) => string[][];

beforeAll(async () => {
  await loadWASM({ data: readFileSync(createRequire(__filename).resolve('vscode-oniguruma/release/onig.wasm')) });
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    loadGrammar: () => Promise.resolve(parseRawGrammar(source, file)),
  });
  const loaded = await registry.loadGrammar('source.nexflow-infra');
  if (loaded === null) throw new Error('no grammar');
  onWasm = loaded;

  // The engine refuses every expression that it cannot read as Oniguruma does.
  const highlighter = await createHighlighterCore({
    engine: createJavaScriptRegexEngine({ forgiving: false }),
    langs: [{ ...(JSON.parse(source) as LanguageRegistration), name: 'nexflow-infra' }],
    themes: [{ name: 'plain', settings: [{ settings: { foreground: '#000000', background: '#ffffff' } }] }],
  });
  inBrowser = (text) =>
    highlighter
      .codeToTokensBase(text, { lang: 'nexflow-infra', theme: 'plain', includeExplanation: 'scopeName' })
      .map((line) =>
        line.flatMap((token) =>
          (token.explanation ?? []).flatMap(({ content, scopes }) => {
            const names = scopes.map(({ scopeName }) => scopeName).join(' ');
            return Array.from({ length: content.length }, () => names);
          }),
        ),
      );
});

/** The scopes of every character, line by line. */
function inVsCode(text: string): string[][] {
  let state = INITIAL;
  return text.split('\n').map((line) => {
    const { tokens, ruleStack } = onWasm.tokenizeLine(line, state);
    state = ruleStack;
    return tokens.flatMap(({ startIndex, endIndex, scopes }) => {
      const length = Math.max(0, Math.min(endIndex, line.length) - startIndex);
      return Array.from({ length }, () => scopes.join(' '));
    });
  });
}

describe.each(documents)('%s', (name) => {
  it('has the same scopes in a web page as in an editor', () => {
    const text = readFileSync(join(corpus, name), 'utf8').replaceAll('\r\n', '\n');
    const expected = inVsCode(text);
    expect(expected.flat().length).toBeGreaterThan(20);
    expect(inBrowser(text)).toEqual(expected);
  });
});
