// Tree-sitter queries for infrastructure documents, over the standard YAML grammar (tree-sitter-yaml), as a function of the
// catalog's words. Neovim and Helix name some captures differently; everything else is the same.
//
// Which pattern wins differs too: in Neovim and in Helix since 25.07 the later one, in older Helix the earlier one. So that
// the order never matters, what is general is captured on an outer node and what is special on a node within it, which wins
// everywhere; and two patterns for the same node exclude each other, or say the same. There are no captures without a meaning
// (`@_field`) for nodes that have a colour: Helix takes it from them.

const DIALECTS = {
  neovim: {
    field: 'property',
    number: 'number',
    float: 'number.float',
    measure: 'number',
    boolean: 'boolean',
    indent: 'indent.begin',
    outdent: 'indent.branch',
    definition: 'local.definition.var',
  },
  helix: {
    field: 'variable.other.member',
    number: 'constant.numeric.integer',
    float: 'constant.numeric.float',
    measure: 'constant.numeric',
    boolean: 'constant.builtin.boolean',
    indent: 'indent',
    outdent: 'outdent',
    definition: 'local.definition.label',
  },
};

const quoted = (words) => words.map((word) => `"${word}"`).join(' ');
const header = (purpose) =>
  `; ${purpose}\n; Generated from the catalog by \`npm run generate\`; do not edit.\n; Nexflow infrastructure documents, over tree-sitter-yaml.\n\n`;

/** A pair whose key is a plain scalar, in block and in flow form. */
const bothPairs = (pattern) => ['block_mapping_pair', 'flow_pair'].map(pattern).join('\n\n');

/** Scalars of every style, in one place of the tree. */
const scalarIn = (capture) => (place) => `(${place} (flow_node
    [
      (plain_scalar)
      (double_quote_scalar)
      (single_quote_scalar)
    ] @${capture}))`;

function highlights(words, names) {
  const units = [...words.sizeUnits, ...words.sizeUnits.map((unit) => unit.toUpperCase()), ...words.durationUnits];
  const enumFields = Object.keys(words.enums).filter((field) => field !== 'type' && !words.header.includes(field));
  const headerEnums = words.header.filter((field) => field in words.enums);
  const headerValues = [...new Set(headerEnums.flatMap((field) => words.enums[field]))].sort();
  const enumValues = [...new Set(enumFields.flatMap((field) => words.enums[field]))].sort();
  return `${header('Highlighting')}; Scalars: any scalar is text, whatever its leaf says on top.
${['block_mapping_pair\n  value:', 'flow_pair\n  value:', 'block_sequence_item\n ', 'flow_sequence\n '].map(scalarIn('string')).join('\n\n')}

(block_scalar) @string

(escape_sequence) @string.escape

(boolean_scalar) @${names.boolean}

(null_scalar) @constant.builtin

(integer_scalar) @${names.number}

(float_scalar) @${names.float}

; Sizes, durations and percentages: \`64mb\`, \`10m\`, \`99.9%\`.
((string_scalar) @${names.measure}
  (#match? @${names.measure} "^[0-9]+(${units.join('|')})$"))

((string_scalar) @${names.measure}
  (#match? @${names.measure} "^[0-9]+([.][0-9]+)?[%]$"))

; References to variables and secrets, and addresses.
((string_scalar) @string.special
  (#match? @string.special "[$][{]"))

((string_scalar) @string.special.symbol
  (#match? @string.special.symbol "^secret://")
  (#not-match? @string.special.symbol "[$][{]"))

((string_scalar) @string.special.url
  (#match? @string.special.url "^[A-Za-z][A-Za-z0-9+.-]*://")
  (#not-match? @string.special.url "^secret://")
  (#not-match? @string.special.url "[$][{]"))

; Enum values, at the fields that have some.
${bothPairs(
  (pair) => `(${pair}
  key: (flow_node
    (plain_scalar
      (string_scalar) @${names.field}))
  value: (flow_node
    (plain_scalar
      (string_scalar) @type))
  (#eq? @${names.field} "type")
  (#any-of? @type ${quoted(words.enums.type ?? [])}))`,
)}

${bothPairs(
  (pair) => `(${pair}
  key: (flow_node
    (plain_scalar
      (string_scalar) @${names.field}))
  value: (flow_node
    (plain_scalar
      (string_scalar) @constant))
  (#any-of? @${names.field} ${quoted(enumFields)})
  (#any-of? @constant ${quoted(enumValues)}))`,
)}

; Keys: a field, unless the leaf is more.
${['block_mapping_pair\n  key:', 'flow_pair\n  key:'].map(scalarIn(names.field)).join('\n\n')}

; Sections, and the names of their entries.
(document
  (block_node
    (block_mapping
      (block_mapping_pair
        key: (flow_node
          (plain_scalar
            (string_scalar) @keyword))
        (#any-of? @keyword ${quoted([...words.header, ...words.sections])})))))

(document
  (block_node
    (block_mapping
      (block_mapping_pair
        key: (flow_node
          (plain_scalar
            (string_scalar) @keyword))
        value: (block_node
          (block_mapping
            (block_mapping_pair
              key: (flow_node
                (plain_scalar
                  (string_scalar) @function)))))
        (#any-of? @keyword ${quoted(words.namedSections)})))))

(document
  (block_node
    (block_mapping
      (block_mapping_pair
        key: (flow_node
          (plain_scalar
            (string_scalar) @keyword))
        value: (flow_node
          (plain_scalar
            (string_scalar) @constant))
        (#any-of? @keyword ${quoted(headerEnums)})
        (#any-of? @constant ${quoted(headerValues)})))))

; The rest of YAML.
((comment) @comment
  (#not-match? @comment "^#\\\\s*nexflow:"))

((comment) @keyword.directive
  (#match? @keyword.directive "^#\\\\s*nexflow:"))

[
  (anchor_name)
  (alias_name)
] @label

(tag) @attribute

[
  (yaml_directive)
  (tag_directive)
  (reserved_directive)
] @keyword.directive

[
  ","
  "-"
  ":"
  ">"
  "?"
  "|"
] @punctuation.delimiter

[
  "["
  "]"
  "{"
  "}"
] @punctuation.bracket

[
  "*"
  "&"
  "---"
  "..."
] @punctuation.special
`;
}

function injections() {
  return `${header('Injections')}((comment) @injection.content
  (#set! injection.language "comment"))
`;
}

function folds() {
  return `${header('Folds: every block that takes more than a line')}(block_mapping_pair
  value: (block_node)) @fold

[
  (block_sequence_item)
  (block_scalar)
  (flow_mapping)
  (flow_sequence)
] @fold
`;
}

function indents(names, dialect) {
  const opened =
    dialect === 'helix'
      ? `(block_mapping_pair
  key: (_) @_key
  value: (_) @_value
  (#not-same-line? @_key @_value)) @indent @extend

(block_mapping_pair
  key: (_)
  !value) @indent @extend

(block_scalar) @indent @extend`
      : `(block_mapping_pair) @indent.begin

(block_sequence_item) @indent.begin

(block_scalar) @indent.auto

(ERROR) @indent.auto`;
  return `${header('Indentation: what belongs to a key stands deeper than the key')}${opened}

[
  (flow_mapping)
  (flow_sequence)
] @${names.indent}

[
  "}"
  "]"
] @${names.outdent}
`;
}

function locals(names) {
  return `${header('Anchors are defined once in a document, and aliases refer to them')}(document) @local.scope

(anchor_name) @${names.definition}

(alias_name) @local.reference
`;
}

/** The query files of one editor: name to text. */
export function buildQueries(words, dialect) {
  const names = DIALECTS[dialect];
  return {
    'highlights.scm': highlights(words, names),
    'injections.scm': injections(),
    'indents.scm': indents(names, dialect),
    'locals.scm': locals(names),
    // Helix folds by indentation and has no query for it.
    ...(dialect === 'neovim' ? { 'folds.scm': folds() } : {}),
  };
}
