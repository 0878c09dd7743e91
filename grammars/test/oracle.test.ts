// An independent check of the grammar: what the `yaml` package finds in a document must be coloured as what it is.
// Whatever the grammar cannot see, because it reads line by line, is not in these documents.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOnigScanner, createOnigString, loadWASM } from 'vscode-oniguruma';
import { type IGrammar, INITIAL, parseRawGrammar, Registry } from 'vscode-textmate';
import { isMap, isPair, isScalar, type Node, parseDocument, type Scalar, visit } from 'yaml';

const root = join(__dirname, '..');
const corpus = join(root, '..', 'tests', 'corpus', 'specification');
const documents = readdirSync(corpus).filter((file) => file.endsWith('.infra'));
const words = JSON.parse(readFileSync(join(root, 'keywords.json'), 'utf8')) as {
  namedSections: string[];
  enums: Record<string, string[]>;
};

let grammar: IGrammar;
beforeAll(async () => {
  const wasm = readFileSync(createRequire(__filename).resolve('vscode-oniguruma/release/onig.wasm'));
  await loadWASM({ data: wasm });
  const file = join(root, 'nexflow-infra.tmLanguage.json');
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    loadGrammar: () => Promise.resolve(parseRawGrammar(readFileSync(file, 'utf8'), file)),
  });
  const loaded = await registry.loadGrammar('source.nexflow-infra');
  if (loaded === null) throw new Error('no grammar');
  grammar = loaded;
});

/** The scopes of every character. */
function colour(text: string): string[][] {
  const scopes: string[][] = [];
  let state = INITIAL;
  for (const line of text.split('\n')) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    for (const token of tokens) {
      for (let column = token.startIndex; column < Math.min(token.endIndex, line.length); column += 1) {
        scopes.push(token.scopes.slice(1));
      }
    }
    // An empty line has a token without characters, and the line break none.
    scopes.push([]);
  }
  return scopes;
}

/** What a scalar in the place of a value must be coloured as. */
function expectedScope(key: string | undefined, scalar: Scalar): string {
  const { type, source = '' } = scalar;
  if (type === 'QUOTE_DOUBLE') return 'string.quoted.double';
  if (type === 'QUOTE_SINGLE') return 'string.quoted.single';
  if (type === 'BLOCK_FOLDED' || type === 'BLOCK_LITERAL') return 'string.unquoted.block';
  if (key !== undefined && words.enums[key]?.includes(source))
    return key === 'type' ? 'variable.other.enummember.type' : 'variable.other.enummember';
  if (typeof scalar.value === 'boolean') return 'constant.language.boolean';
  if (scalar.value === null) return 'constant.language.null';
  if (typeof scalar.value === 'number') return 'constant.numeric';
  if (/^\d+(b|kb|mb|gb)$/i.test(source)) return 'constant.numeric.size';
  if (/^\d+(ms|s|m|h|d)$/.test(source)) return 'constant.numeric.duration';
  return 'string.unquoted.plain';
}

describe.each(documents)('%s', (file) => {
  const text = readFileSync(join(corpus, file), 'utf8');

  it('has every key, value and comment in its colour', () => {
    const scopes = colour(text);
    const wrong: string[] = [];
    let checked = 0;
    const check = (start: number, end: number, wanted: (offset: number) => boolean, what: string) => {
      checked += 1;
      for (let offset = start; offset < end; offset += 1) {
        if (/\s/.test(text[offset] ?? '') || wanted(offset)) continue;
        wrong.push(`${what} at ${String(offset)} (${text.slice(start, end)}): ${scopes[offset]?.join(' ') ?? ''}`);
        return;
      }
    };
    const has = (prefix: string) => (offset: number) =>
      scopes[offset]?.some((scope) => scope.startsWith(prefix)) ?? false;

    const document = parseDocument(text);
    expect(document.errors).toEqual([]);
    visit(document, {
      Pair(_, pair, path) {
        if (!isScalar(pair.key) || !pair.key.range) return;
        const depth = path.filter((ancestor) => isPair(ancestor)).length;
        const section = path.find((ancestor) => isPair(ancestor));
        const inNamed =
          isPair(section) && isScalar(section.key) && words.namedSections.includes(String(section.key.value));
        const scope =
          depth === 0 ? 'keyword' : depth === 1 && inNamed ? 'entity.name.function.binding' : 'entity.name.tag';
        check(pair.key.range[0], pair.key.range[1], has(scope), 'key');
        const value = pair.value as Node | null;
        if (isScalar(value) && value.range && value.source !== '') {
          const wanted = expectedScope(String(pair.key.value), value);
          check(value.range[0], value.range[1], has(wanted), wanted);
        }
      },
      Seq(_, sequence) {
        for (const item of sequence.items) {
          if (isMap(item) || !isScalar(item) || !item.range) continue;
          check(item.range[0], item.range[1], has(expectedScope(undefined, item)), 'item');
        }
      },
    });
    // A `#` is a comment in these documents wherever a blank or nothing stands before it.
    for (const comment of text.matchAll(/(?<=^|\s)#.*$/gm)) {
      check(comment.index, comment.index + comment[0].length, has('comment.line'), 'comment');
    }
    for (const template of text.matchAll(/\$\{([A-Z_0-9]+)\}/g)) {
      const inComment = has('comment.line')(template.index);
      if (!inComment)
        check(
          template.index + 2,
          template.index + 2 + (template[1]?.length ?? 0),
          has('variable.other.environment'),
          'template',
        );
    }
    expect(wrong).toEqual([]);
    expect(checked).toBeGreaterThan(3);
  });
});

it('nothing in the specification is coloured as a mistake', () => {
  for (const file of documents) {
    const scopes = colour(readFileSync(join(corpus, file), 'utf8')).flat();
    expect(
      scopes.filter((scope) => scope.startsWith('invalid')),
      file,
    ).toEqual([]);
  }
});
