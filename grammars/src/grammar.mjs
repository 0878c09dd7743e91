// The TextMate grammar of infrastructure documents, as a function of the catalog's words.
//
// It stands on its own: it knows YAML's structure as far as a line-by-line grammar can, and on top of it the sections, the
// names of entries, enum values at the fields that have them, sizes, durations, templates and secrets. Patterns are written
// with `x` blanks left out on purpose: Oniguruma's extended mode would swallow the blanks that YAML lives on.

const SUFFIX = 'nexflow-infra';

/** `alternatives(['a', 'b.c'])` is `b\.c|a`: escaped, the longer word first, so that none hides another. */
export function alternatives(words) {
  return [...words]
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    .map((word) => word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'))
    .join('|');
}

/** A scope name; several are given with blanks between them, as grammars do. */
const scope = (...names) => names.map((name) => `${name}.${SUFFIX}`).join(' ');
const named = (...names) => ({ name: scope(...names) });
const include = (name) => ({ include: `#${name}` });

/** What ends a plain scalar: the line, a comment, and in a flow collection its punctuation. */
const END_OF_BLOCK_SCALAR = '(?=\\s*$|\\s+#)';
const END_OF_FLOW_SCALAR = '(?=\\s*$|\\s+#|\\s*[,\\[\\]{}]|\\s*:\\s)';
/** Characters that cannot begin a plain scalar. */
const PLAIN_START = '(?:[^\\s\\-?:,\\[\\]{}#&*!|>\'"%@`]|[-?:](?=[^\\s,\\[\\]{}]))';
const PLAIN_KEY = `${PLAIN_START}(?:[^\\s:#]|:(?=\\S)|(?<=\\S)#|[ \\t]+(?![#:\\s]))*`;
const COLON = '(\\s*)(:)(?=\\s|$)';
/** Where a key may begin: at the start of the line, after a dash, or after the punctuation of a flow collection. */
const KEY_START = '(?<![^\\s\\[{,])';

export function buildGrammar(words) {
  const sizes = alternatives([...words.sizeUnits, ...words.sizeUnits.map((unit) => unit.toUpperCase())]);
  const durations = alternatives(words.durationUnits);
  const named_ = alternatives(words.namedSections);
  const plainSections = alternatives(words.sections.filter((section) => !words.namedSections.includes(section)));

  /** Typed scalars: a whole scalar that is a number, a size, and so on; `end` is what may follow it. */
  const typedScalars = (end) => [
    { match: `(~|null|Null|NULL)${end}`, ...named('constant.language.null') },
    { match: `(true|True|TRUE|false|False|FALSE)${end}`, ...named('constant.language.boolean') },
    {
      match: `([0-9]+)(${sizes})${end}`,
      ...named('constant.numeric.size'),
      captures: { 2: named('keyword.other.unit.size') },
    },
    {
      match: `([0-9]+)(${durations})${end}`,
      ...named('constant.numeric.duration'),
      captures: { 2: named('keyword.other.unit.duration') },
    },
    {
      match: `([0-9]+(?:\\.[0-9]+)?)(%)${end}`,
      ...named('constant.numeric.percentage'),
      captures: { 2: named('keyword.other.unit.percentage') },
    },
    { match: `[-+]?(?:0x[0-9a-fA-F]+|0o[0-7]+|[0-9]+)${end}`, ...named('constant.numeric.integer') },
    {
      match: `[-+]?(?:\\.[0-9]+|[0-9]+\\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?${end}`,
      ...named('constant.numeric.float'),
    },
    { match: `(?:[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN))${end}`, ...named('constant.numeric.float') },
  ];

  const plainScalar = (context, end) => ({
    begin: `(?=${PLAIN_START}|\\$[{<])`,
    end,
    name: scope(`string.unquoted.plain.${context}`),
    patterns: [include('template'), include('secret'), include('uri')],
  });

  const enumPairs = (end) =>
    Object.entries(words.enums).map(([field, values]) => ({
      match: `${KEY_START}(${alternatives([field])})${COLON}\\s+(${alternatives(values)})${end}`,
      captures: {
        1: named('entity.name.tag'),
        3: named('punctuation.separator.key-value'),
        4: named(field === 'type' ? 'variable.other.enummember.type' : 'variable.other.enummember'),
      },
    }));

  /** A key and its value, to the end of the line and of whatever the value opens. */
  const pair = (key, captures, extra = {}) => ({
    begin: `${key}${COLON}`,
    beginCaptures: captures,
    // The line start ends a pair whose value, a block scalar, ended there.
    end: '$|^',
    patterns: [include('value')],
    ...extra,
  });
  /**
   * A key whose value is a block scalar: the body is opaque, up to the first line that is not indented more than the key.
   * `key` has no group of its own.
   */
  const blockPair = (key, keyScope) => ({
    begin: `^( *)(${key})${COLON}\\s+(?:(!\\S*|&\\S+)\\s+)?([|>])([-+0-9]*)(?=\\s*$|\\s+#)`,
    beginCaptures: {
      2: named(keyScope),
      4: named('punctuation.separator.key-value'),
      5: { patterns: [include('properties')] },
      6: named('keyword.control.flow.block-scalar'),
      7: named('storage.modifier.block-scalar'),
    },
    end: '^(?!\\1 |\\s*$)',
    patterns: [
      // What follows the indicator on its own line.
      { match: '\\G\\s*(#.*)$', captures: { 1: named('comment.line.number-sign') } },
      { match: '^.+$', name: scope('string.unquoted.block'), captures: { 0: { patterns: [include('template')] } } },
    ],
  });
  const separatorAt = (index) => ({ [index]: named('punctuation.separator.key-value') });

  return {
    $schema: 'https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json',
    name: 'Nexflow Infrastructure',
    scopeName: `source.${SUFFIX}`,
    fileTypes: ['infra', 'infra.yaml', 'infra.yml'],
    patterns: [
      include('directive'),
      include('marker'),
      include('headerText'),
      include('header'),
      include('namedSection'),
      include('section'),
      include('block'),
    ],
    repository: {
      directive: {
        match: '^(%)(YAML|TAG)\\b.*$',
        ...named('meta.directive'),
        captures: { 1: named('punctuation.definition.directive'), 2: named('keyword.other.directive') },
      },
      marker: { match: '^(?:---|\\.\\.\\.)(?=\\s|$)', ...named('entity.other.document.marker') },

      headerText: blockPair(alternatives(words.header), 'keyword.control.header'),
      // `version:`, `environment:` and their like.
      header: pair(
        `^(${alternatives(words.header)})`,
        { 1: named('keyword.control.header'), ...separatorAt(3) },
        {
          patterns: [
            ...(words.enums.environment === undefined
              ? []
              : [
                  {
                    match: `(?<=\\s)(?:${alternatives(words.enums.environment)})${END_OF_BLOCK_SCALAR}`,
                    ...named('variable.other.enummember'),
                  },
                ]),
            include('value'),
          ],
        },
      ),
      // A section whose keys are names that the user chose.
      namedSection: {
        begin: `^(${named_})${COLON}`,
        beginCaptures: { 1: named('keyword.control.section'), ...separatorAt(3) },
        end: '^(?=[^\\s#])',
        name: scope('meta.section'),
        patterns: [include('comment'), include('entry'), include('value'), include('block')],
      },
      section: {
        begin: `^(${plainSections})${COLON}`,
        beginCaptures: { 1: named('keyword.control.section'), ...separatorAt(3) },
        end: '^(?=[^\\s#])',
        name: scope('meta.section'),
        patterns: [include('block')],
      },
      // An entry ends at the next line that is not indented more than its name.
      entry: {
        begin: `^( +)(?!<<)([^\\s:#'"\\[\\]{}&*!|>%@\`,-][^\\s:#]*|"[^"]*"|'[^']*')${COLON}`,
        beginCaptures: { 2: named('entity.name.function.binding'), ...separatorAt(4) },
        end: '^(?!\\1 |\\s*(?:#.*)?$)',
        name: scope('meta.entry'),
        patterns: [include('block')],
      },

      block: {
        patterns: [
          include('comment'),
          include('marker'),
          { match: '(?<!\\S)-(?=\\s|$)', ...named('punctuation.definition.block.sequence.item') },
          { match: '(?<!\\S)\\?(?=\\s|$)', ...named('punctuation.definition.map.key') },
          include('mergeKey'),
          include('enumPair'),
          include('text'),
          include('pair'),
          include('value'),
        ],
      },
      mergeKey: pair(`${KEY_START}(<<)`, { 1: named('keyword.operator.merge'), ...separatorAt(3) }),
      text: blockPair(PLAIN_KEY, 'entity.name.tag'),
      enumPair: { patterns: enumPairs(END_OF_BLOCK_SCALAR) },
      pair: {
        patterns: [
          pair(`${KEY_START}((")((?:[^"\\\\]|\\\\.)*)("))`, {
            1: named('entity.name.tag', 'string.quoted.double'),
            2: named('punctuation.definition.string.begin'),
            4: named('punctuation.definition.string.end'),
            ...separatorAt(6),
          }),
          pair(`${KEY_START}((')((?:[^']|'')*)('))`, {
            1: named('entity.name.tag', 'string.quoted.single'),
            2: named('punctuation.definition.string.begin'),
            4: named('punctuation.definition.string.end'),
            ...separatorAt(6),
          }),
          pair(`${KEY_START}(${PLAIN_KEY})`, {
            1: named('entity.name.tag'),
            ...separatorAt(3),
          }),
        ],
      },

      value: {
        patterns: [
          include('comment'),
          include('properties'),
          include('blockScalar'),
          include('flowMapping'),
          include('flowSequence'),
          include('doubleQuoted'),
          include('singleQuoted'),
          ...typedScalars(END_OF_BLOCK_SCALAR),
          plainScalar('block', END_OF_BLOCK_SCALAR),
        ],
      },
      properties: {
        patterns: [
          {
            match: '(&)([^\\s,\\[\\]{}]+)',
            captures: { 1: named('punctuation.definition.anchor'), 2: named('entity.name.type.anchor') },
          },
          {
            match: '(\\*)([^\\s,\\[\\]{}]+)',
            captures: { 1: named('punctuation.definition.alias'), 2: named('variable.other.alias') },
          },
          { match: '!(?:<[^>]*>|[^\\s,\\[\\]{}]*)(?=\\s|$)', ...named('storage.type.tag-handle') },
        ],
      },
      // A block scalar that is an item of a sequence, or whose key stands behind a dash. The inner rule learns the body's
      // indentation from its first line; `\G` holds there because the outer rule takes the line break.
      blockScalar: {
        begin: '([|>])([-+0-9]*)(?=\\s*$|\\s+#)(.*\\n?)',
        beginCaptures: {
          1: named('keyword.control.flow.block-scalar'),
          2: named('storage.modifier.block-scalar'),
          3: { patterns: [include('comment')] },
        },
        end: '^(?=\\S)|(?!\\G)',
        patterns: [
          {
            begin: '^( +)(?! )',
            end: '^(?!\\1|\\s*$)',
            name: scope('string.unquoted.block'),
            patterns: [include('template')],
          },
        ],
      },
      flowMapping: flow('mapping', '{', '}'),
      flowSequence: flow('sequence', '[', ']'),
      flowValue: {
        patterns: [
          include('comment'),
          { match: ',', ...named('punctuation.separator.collection') },
          include('properties'),
          // Not valid without quotes, but meant as a template; the server says so.
          include('template'),
          { match: `(<<)${COLON}`, captures: { 1: named('keyword.operator.merge'), ...separatorAt(3) } },
          { patterns: enumPairs(END_OF_FLOW_SCALAR) },
          {
            match: `(${PLAIN_START}[^\\s:,\\[\\]{}#]*)${COLON}`,
            captures: { 1: named('entity.name.tag'), ...separatorAt(3) },
          },
          {
            match: `((")(?:[^"\\\\]|\\\\.)*("))(\\s*)(:)`,
            captures: {
              1: named('entity.name.tag', 'string.quoted.double'),
              2: named('punctuation.definition.string.begin'),
              3: named('punctuation.definition.string.end'),
              ...separatorAt(5),
            },
          },
          { match: ':(?=\\s|$)', ...named('punctuation.separator.key-value') },
          include('flowMapping'),
          include('flowSequence'),
          include('doubleQuoted'),
          include('singleQuoted'),
          ...typedScalars(END_OF_FLOW_SCALAR),
          plainScalar('flow', END_OF_FLOW_SCALAR),
        ],
      },

      doubleQuoted: {
        begin: '"',
        beginCaptures: { 0: named('punctuation.definition.string.begin') },
        end: '"',
        endCaptures: { 0: named('punctuation.definition.string.end') },
        name: scope('string.quoted.double'),
        patterns: [
          {
            match: '\\\\(?:[0abtnvfre "/\\\\N_LP\\t]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|$)',
            ...named('constant.character.escape'),
          },
          { match: '\\\\.', ...named('invalid.illegal.escape') },
          include('template'),
          include('secret'),
        ],
      },
      singleQuoted: {
        begin: "'",
        beginCaptures: { 0: named('punctuation.definition.string.begin') },
        end: "'(?!')",
        endCaptures: { 0: named('punctuation.definition.string.end') },
        name: scope('string.quoted.single'),
        patterns: [{ match: "''", ...named('constant.character.escape') }, include('template'), include('secret')],
      },

      template: {
        patterns: [
          {
            match: '(\\$\\{)([A-Za-z_][A-Za-z0-9_]*)(?:(:-)([^}]*))?(\\})',
            ...named('meta.template'),
            captures: {
              1: named('punctuation.section.embedded.begin'),
              2: named('variable.other.environment'),
              3: named('keyword.operator.default'),
              4: named('string.unquoted.default'),
              5: named('punctuation.section.embedded.end'),
            },
          },
          // A slip for `${NAME}`.
          { match: '\\$<[A-Za-z_][A-Za-z0-9_]*>', ...named('invalid.illegal.template') },
        ],
      },
      secret: {
        match: '(secret)(://)([^\\s/?#,\\]}"\']+)(?:(/)([^\\s?#,\\]}"\']+))?(?:(\\?)([^\\s,\\]}"\']+))?',
        ...named('meta.secret'),
        captures: {
          1: named('keyword.other.secret'),
          2: named('punctuation.separator.secret'),
          3: named('variable.other.secret'),
          4: named('punctuation.separator.secret'),
          5: named('variable.other.secret.key'),
          6: named('punctuation.separator.secret'),
          7: named('string.other.secret.query'),
        },
      },
      uri: {
        match: '([A-Za-z][A-Za-z0-9+.-]*)(://)',
        captures: { 1: named('keyword.other.scheme'), 2: named('punctuation.separator.scheme') },
      },

      comment: {
        patterns: [
          {
            match: '(?<!\\S)(#)\\s*(nexflow)(:)\\s*(ignore(?:-file)?)\\s*(?:(\\[)([^\\]]*)(\\]))?.*$',
            ...named('comment.line.number-sign.suppression'),
            captures: {
              1: named('punctuation.definition.comment'),
              2: named('keyword.other.suppression'),
              3: named('punctuation.separator.suppression'),
              4: named('keyword.control.suppression'),
              5: named('punctuation.definition.rules.begin'),
              6: { patterns: [{ match: '[A-Za-z0-9_-]+', ...named('constant.other.rule') }] },
              7: named('punctuation.definition.rules.end'),
            },
          },
          {
            match: '(?<!\\S)(#).*$',
            ...named('comment.line.number-sign'),
            captures: { 1: named('punctuation.definition.comment') },
          },
        ],
      },
    },
  };
}

function flow(kind, open, close) {
  return {
    begin: `\\${open}`,
    beginCaptures: { 0: named(`punctuation.definition.${kind}.begin`) },
    end: `\\${close}`,
    endCaptures: { 0: named(`punctuation.definition.${kind}.end`) },
    name: scope(`meta.flow-${kind}`),
    patterns: [include('flowValue')],
  };
}

/** Fenced blocks of Markdown that are marked `infra`. */
export function buildMarkdownInjection() {
  return {
    $schema: 'https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json',
    name: 'Nexflow Infrastructure in Markdown',
    scopeName: 'markdown.nexflow-infra.codeblock',
    injectionSelector: 'L:text.html.markdown',
    fileTypes: [],
    patterns: [{ include: '#fence' }],
    repository: {
      fence: {
        begin: '(^|\\G)(\\s*)(`{3,}|~{3,})\\s*(?i:(infra|nexflow-infra)((?:\\s+|[:,{?])[^`]*)?$)',
        beginCaptures: {
          3: { name: 'punctuation.definition.markdown' },
          4: { name: 'fenced_code.block.language.markdown' },
          5: { name: 'fenced_code.block.language.attributes.markdown' },
        },
        end: '(^|\\G)(\\2|\\s{0,3})(\\3)\\s*$',
        endCaptures: { 3: { name: 'punctuation.definition.markdown' } },
        name: 'markup.fenced_code.block.markdown',
        patterns: [
          {
            begin: '(^|\\G)(\\s*)(?=.)',
            while: '(^|\\G)(?!\\s*([`~]{3,})\\s*$)',
            contentName: 'meta.embedded.block.nexflow-infra',
            patterns: [{ include: 'source.nexflow-infra' }],
          },
        ],
      },
    },
  };
}
