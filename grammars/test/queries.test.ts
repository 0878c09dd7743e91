// The tree-sitter queries against the real YAML grammar: they compile, and capture what they are for. Predicates are applied
// here as the editors do; where captures overlap, the innermost node wins, whichever order the patterns have.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Language, type Node, Parser, Query, type Tree } from 'web-tree-sitter';

const root = join(__dirname, '..');
const corpus = join(root, '..', 'tests', 'corpus', 'specification');
const require = createRequire(__filename);

let parser: Parser;
let yaml: Language;
beforeAll(async () => {
  await Parser.init();
  yaml = await Language.load(require.resolve('@tree-sitter-grammars/tree-sitter-yaml/tree-sitter-yaml.wasm'));
  parser = new Parser();
  parser.setLanguage(yaml);
});

const read = (dialect: string, file: string) => readFileSync(join(root, 'tree-sitter', dialect, file), 'utf8');

function parse(text: string): Tree {
  const tree = parser.parse(text);
  if (tree === null) throw new Error('no tree');
  return tree;
}

const compiled = new Map<string, Query>();

function captures(dialect: string, file: string, tree: Tree): { name: string; node: Node }[] {
  const key = `${dialect}/${file}`;
  const query = compiled.get(key) ?? new Query(yaml, read(dialect, file));
  compiled.set(key, query);
  return query.captures(tree.rootNode);
}

const DOCUMENT = `version: "1.0"
environment: production
# a comment
state_backends:
  default: &base
    type: rocksdb
    incremental: true
    nothing: ~
    options:
      block_cache_size: 512mb
      compression: LZ4  # enum
      unknown: LZ4
      count: 4
      ratio: 0.5
      share: 50%
    ttl: {enabled: true, default_ttl: 24h, mode: exactly_once}
  other: *base
checkpoints:
  # nexflow: ignore[some-rule]
  main:
    type: s3
    bucket: \${BUCKET}
    savepoint: s3://bucket/path
    token: secret://vault/key
    url: s3://\${BUCKET}/x
    note: |
      text
    list:
      - a
deployment:
  type: kubernetes
`;

/** What the text at a place of the document is shown as: the innermost capture, and that all of one node agree. */
function shownAs(dialect: string, line: number, word: string): string[] {
  const row = DOCUMENT.split('\n')[line - 1] ?? '';
  const column = row.lastIndexOf(word);
  expect(column, `${word} in line ${String(line)}`).toBeGreaterThanOrEqual(0);
  const position = { row: line - 1, column };
  const found = captures(dialect, 'highlights.scm', parse(DOCUMENT)).filter(({ node }) => contains(node, position));
  const depth = (node: Node): number => (node.parent === null ? 0 : 1 + depth(node.parent));
  const deepest = Math.max(...found.map(({ node }) => depth(node)));
  return [...new Set(found.filter(({ node }) => depth(node) === deepest).map(({ name }) => name))];
}

function contains(node: Node, { row, column }: { row: number; column: number }): boolean {
  const [start, end] = [node.startPosition, node.endPosition];
  const afterStart = start.row < row || (start.row === row && start.column <= column);
  return afterStart && (end.row > row || (end.row === row && end.column > column));
}

describe.each(['neovim', 'helix'])('%s', (dialect) => {
  it.each(readdirSync(join(root, 'tree-sitter', dialect)))('%s compiles and captures something', (file) => {
    expect(captures(dialect, file, parse(DOCUMENT)).length).toBeGreaterThan(0);
  });

  const helix = dialect === 'helix';
  const field = helix ? 'variable.other.member' : 'property';
  const measure = helix ? 'constant.numeric' : 'number';
  it.each([
    [1, 'version', 'keyword'],
    [1, '"1.0"', 'string'],
    [2, 'environment', 'keyword'],
    [2, 'production', 'constant'],
    [3, 'a comment', 'comment'],
    [4, 'state_backends', 'keyword'],
    [5, 'default', 'function'],
    [5, 'base', 'label'],
    [6, 'type', field],
    [6, 'rocksdb', 'type'],
    [7, 'incremental', field],
    [7, 'true', helix ? 'constant.builtin.boolean' : 'boolean'],
    [8, '~', 'constant.builtin'],
    [10, 'block_cache_size', field],
    [10, '512mb', measure],
    [11, 'LZ4', 'constant'],
    [11, '# enum', 'comment'],
    [12, 'LZ4', 'string'],
    [13, '4', helix ? 'constant.numeric.integer' : 'number'],
    [14, '0.5', helix ? 'constant.numeric.float' : 'number.float'],
    [15, '50%', measure],
    [16, 'enabled', field],
    [16, '24h', measure],
    [16, 'exactly_once', 'constant'],
    [16, '{', 'punctuation.bracket'],
    [17, 'other', 'function'],
    [17, 'base', 'label'],
    [19, 'nexflow', 'keyword.directive'],
    [20, 'main', 'function'],
    [21, 's3', 'type'],
    [22, 'BUCKET', 'string.special'],
    [23, 'bucket', 'string.special.url'],
    [24, 'vault', 'string.special.symbol'],
    [25, 'BUCKET', 'string.special'],
    [27, 'text', 'string'],
    [29, 'a', 'string'],
    [31, 'type', field],
    [31, 'kubernetes', 'type'],
  ])('line %i: %s is %s, whatever the order of the patterns', (line, word, expected) => {
    expect(shownAs(dialect, line, word)).toEqual([expected]);
  });

  it('has a colour for every key and value of the specification', () => {
    for (const file of readdirSync(corpus).filter((name) => name.endsWith('.infra'))) {
      const text = readFileSync(join(corpus, file), 'utf8');
      const tree = parse(text);
      const shown = new Set(captures(dialect, 'highlights.scm', tree).map(({ node }) => node.startIndex));
      const scalars = tree.rootNode.descendantsOfType('plain_scalar');
      expect(scalars.length, file).toBeGreaterThan(3);
      for (const scalar of scalars) expect(shown.has(scalar.startIndex), `${file}: ${scalar.text}`).toBe(true);
    }
  });

  it('an alias refers to its anchor', () => {
    const found = captures(dialect, 'locals.scm', parse(DOCUMENT)).map(({ name, node }) => [
      name.split('.')[1],
      node.text,
    ]);
    expect(found).toContainEqual(['definition', 'base']);
    expect(found).toContainEqual(['reference', 'base']);
  });
});

it('blocks fold', () => {
  const folded = captures('neovim', 'folds.scm', parse(DOCUMENT)).map(({ node }) => node.startPosition.row + 1);
  // Sections, entries, `options`, the flow mapping, the block scalar, the list and its item.
  expect([...new Set(folded)]).toEqual([4, 5, 9, 16, 18, 20, 26, 28, 29, 30]);
});
