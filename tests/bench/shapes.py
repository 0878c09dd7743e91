"""Documents that have n of one kind of thing: valid ones, ones with findings, and ones that are no YAML."""

HEAD = 'version: "1.0"\nenvironment: staging\n'
CHECKPOINT = HEAD + "checkpoints:\n  a:\n    type: s3\n    bucket: my-bucket\n"
BACKENDS = HEAD + "state_backends:\n"
BACKEND = BACKENDS + "  main:\n    type: rocksdb\n"
STREAMS = HEAD + "streams:\n"
LOOKUPS = HEAD + "lookups:\n"


def each(n, text):
    """The text n times, with the number for `#`; `##` is a `#`."""
    return "".join(text.replace("##", "\0").replace("#", str(i)).replace("\0", "#") for i in range(n))


def lines(text, before=CHECKPOINT):
    """A document with n such lines."""
    return lambda n: before + each(n, text + "\n")


def inside(text, before=CHECKPOINT + "    prefix: ", after="\n"):
    """A document with one line that holds the text n times."""
    return lambda n: before + each(n, text) + after


def keys(text):
    """n keys of a block."""
    return lines("    " + text)


SHAPES = {
    # What is written often
    "keys": keys("key#: #"),
    "keys of a backend": lines("    key#: #", BACKEND),
    "top keys": lines("key#: #", HEAD),
    "entries in braces": lines("  e#: {type: rocksdb, incremental: true}", BACKENDS),
    "entries": lines("  e#:\n    type: rocksdb\n    incremental: true", BACKENDS),
    "checkpoints": lines("  c#:\n    type: s3\n    bucket: my-bucket-#\n    region: eu-west-1\n    checkpoint:\n      interval: 60s", HEAD + "checkpoints:\n"),
    "streams": lines("  s#:\n    type: kafka\n    brokers: broker:9092\n    topic: topic-#\n    group_id: g#", STREAMS),
    "lookups": lines("  l#:\n    type: redis\n    uri: redis://h:6379\n    ttl: 5m", LOOKUPS),
    "streams of one group": lines("  s#:\n    type: kafka\n    brokers: broker:9092\n    topic: topic\n    group_id: g", STREAMS),
    "entries of one name": lines("  main:\n    type: rocksdb", BACKENDS),
    "keys of one name": lines("    type: rocksdb", BACKENDS + "  main:\n"),
    "sections of one name": lines("state_backends:\n  a#:\n    type: rocksdb", HEAD),
    "unknown sections": lines("section#:\n  a: 1", HEAD),
    "empty values": keys("key#:"),
    "documents": lines("---\nversion: '1.0'\nenvironment: staging\nstate_backends:\n  a#:\n    type: rocksdb", ""),
    "ends of documents": lines("...\nkey#: 1", HEAD),
    # Lists and maps
    "directories": lines("        - /mnt/d#", BACKEND + "    storage:\n      local_directories:\n"),
    "one directory": lines("        - /mnt/d", BACKEND + "    storage:\n      local_directories:\n"),
    "directories in brackets": inside("/mnt/d#, ", BACKEND + "    storage:\n      local_directories: [", "]\n"),
    "state times": lines("      state#: 7d", BACKEND + "    ttl:\n      enabled: true\n      state_ttls:\n"),
    "wrong state times": lines("      state#: 7 days", BACKEND + "    state_ttls:\n"),
    "options": lines("      option#: #", BACKEND + "    options:\n"),
    "labels": lines("      label#: v#", HEAD + "deployment:\n  main:\n    type: kubernetes\n    labels:\n"),
    "Kafka properties": lines("      property.#: v#", STREAMS + "  s:\n    type: kafka\n    brokers: b:9092\n    topic: t\n    properties:\n"),
    "brokers": inside("broker-#:9092,", STREAMS + "  s:\n    type: kafka\n    topic: t\n    brokers: ", "last:9092\n"),
    "wrong brokers": inside("broker-#,", STREAMS + "  s:\n    type: kafka\n    topic: t\n    brokers: ", "last\n"),
    "items that are maps": lines("      - name: n#\n        value: v#", HEAD + "deployment:\n  main:\n    type: kubernetes\n    env:\n"),
    "one map in braces": inside("k#: #, ", BACKEND + "    options: {", "}\n"),
    "one list in brackets": inside("a#, ", CHECKPOINT + "    list: [", "]\n"),
    "lists of lists": keys("- - - a#"),
    # What refers to something
    "variables": keys("k#: ${A#}"),
    "variables in one value": inside("${A#}"),
    "one variable in one value": inside("${A}"),
    "defaults in one value": inside("${A#:-x}"),
    "variables in quotes": inside("${A#}", CHECKPOINT + '    prefix: "', '"\n'),
    "variables in a value in braces": inside("${A#}", CHECKPOINT + "    options: {prefix: ", "}\n"),
    "variables in a block text": lines("      ${A#}", CHECKPOINT + "    prefix: |\n"),
    "defaults in a block text": lines("      ${A:-x}", CHECKPOINT + "    prefix: |\n"),
    "malformed variables": inside("${A:b}"),
    "variables in variables": inside("${A"),
    "variables that are never closed": keys("k#: ${A"),
    "dollars": inside("$"),
    "single colons": keys("k#: ${A#:x}"),
    "secrets": lines("  e#:\n    type: kafka\n    sasl:\n      password: secret://s#/key", STREAMS),
    "known secrets": lambda n: STREAMS + each(n, "  e#:\n    type: kafka\n    sasl:\n      password: secret://s#/key\n") + "secrets:\n" + each(n, "  s#: {provider: vault, path: p/#}\n"),
    "literal secrets": lines("  e#:\n    type: kafka\n    sasl:\n      password: hunter#", STREAMS),
    "credentials in addresses": keys("k#: https://user:word#@host/path"),
    "base backends": lines("  e#:\n    type: rocksdb\n    changelog:\n      enabled: true\n      base_backend: main", BACKEND),
    "chain of base backends": lambda n: BACKENDS + "".join(f"  e{i}:\n    type: changelog\n    base_backend: e{i + 1}\n" for i in range(n)),
    "unknown base backends": lines("  e#:\n    type: changelog\n    base_backend: main#", BACKEND),
    "merges": lines("  e#:\n    <<: *b\n    ttl: {enabled: true}", BACKENDS + "  b: &b\n    type: rocksdb\n"),
    "chain of merges": lambda n: HEAD + "x-m0: &m0 {k0: 1}\n" + "".join(f"x-m{i}: &m{i} {{<<: *m{i - 1}, k{i}: 1}}\n" for i in range(1, n)),
    "one merge of all": lambda n: HEAD + each(n, "x-a#: &a# {k#: 1}\n") + "checkpoints:\n  a:\n    <<: [" + ", ".join(f"*a{i}" for i in range(n)) + "]\n",
    "merges of all": lambda n: HEAD + each(n, "x-a#: &a# {k#: 1}\n") + "checkpoints:\n" + "".join(f"  c{j}:\n    <<: [" + ", ".join(f"*a{i}" for i in range(j * n // 8, (j + 1) * n // 8)) + "]\n" for j in range(8)),
    "anchors and aliases": lines("  e#: &a#\n    type: rocksdb\n  f#: *a#", BACKENDS),
    "aliases of one": lines("  e#: *b", BACKENDS + "  b: &b\n    type: rocksdb\n"),
    "one anchor again": lines("  e#: &b {type: rocksdb}\n  f#: *b", BACKENDS),
    "unknown aliases": keys("k#: *a#"),
    # Findings
    "typos": keys("bukcet#: 1"),
    "one typo": lines("  e#:\n    typ: rocksdb", BACKENDS),
    "wrong words": lines("  e#:\n    type: rocksbd", BACKENDS),
    "wrong durations": lines("  c#:\n    type: s3\n    bucket: my-bucket\n    checkpoint:\n      interval: 60", HEAD + "checkpoints:\n"),
    "wrong sizes": lines("  e#:\n    type: rocksdb\n    options:\n      write_buffer_size: 64", BACKENDS),
    "old booleans": lines("  e#:\n    type: rocksdb\n    incremental: yes", BACKENDS),
    "fields of another type": lines("  e#:\n    type: hashmap\n    incremental: true", BACKENDS),
    "missing fields": lines("  c#:\n    type: s3", HEAD + "checkpoints:\n"),
    "suppressions, used": lines("    ## nexflow: ignore[field-unknown]\n    fld#: 1"),
    "suppressions behind keys": keys("fld#: 1 ## nexflow: ignore[field-unknown]"),
    "suppressions, unused": lines("    ## nexflow: ignore[literal-secret]\n    fld#: 1"),
    "suppressions above one key": lambda n: CHECKPOINT + each(n, "    ## nexflow: ignore[literal-secret] #\n") + "    region: x\n",
    "suppressions at the end": lines("## nexflow: ignore[literal-secret]"),
    "suppressions of the file": lambda n: each(n, "## nexflow: ignore-file[field-unknown]\n") + CHECKPOINT + "    foo: 1\n",
    "unknown rules": keys("fld#: 1 ## nexflow: ignore[rule-#]"),
    "rules in one suppression": inside("rule-#, ", CHECKPOINT + "    # nexflow: ignore[", "x]\n    foo: 1\n"),
    "one rule in one suppression": inside("field-unknown, ", CHECKPOINT + "    # nexflow: ignore[", "x]\n    foo: 1\n"),
    # Comments and white space
    "comments": lambda n: HEAD + each(n, "## comment #\n") + "state_backends:\n  a:\n    type: rocksdb\n",
    "comments behind keys": keys("key#: # ## comment"),
    "comments between keys": lines("    ## comment\n    key#: #"),
    "comments at the end": lines("## comment #"),
    "comments at other columns": lines("   ## comment\n    key#: #\n       ## comment"),
    "blank lines": lines(""),
    "blank lines between keys": lines("    key#: #\n\n\n"),
    "lines of blanks": lines("            "),
    "blanks at the ends of lines": keys("key#: #     "),
    "blanks before colons": keys("key#   :    #"),
    "lines that end with CR LF": lambda n: (CHECKPOINT + each(n, "    key#: #\n")).replace("\n", "\r\n"),
    "lines that end with CR": lambda n: (CHECKPOINT + each(n, "    key#: #\n")).replace("\n", "\r"),
    "ends of lines of all kinds": lines("    key#: #\r\n    kez#: 1\r    kea#: 2"),
    # Long texts
    "one long word": inside("a"),
    "one long text": inside("word "),
    "plain text over lines": lines("      word", CHECKPOINT + "    prefix: word\n"),
    "block text": lines("      word", CHECKPOINT + "    prefix: |\n"),
    "folded text": lines("      word", CHECKPOINT + "    prefix: >\n"),
    "quoted text over lines": lambda n: CHECKPOINT + '    prefix: "word\n' + each(n, "      word\n") + '      end"\n',
    "escapes": inside("\\u00e9", CHECKPOINT + '    prefix: "', '"\n'),
    "wrong escapes": inside("\\q", CHECKPOINT + '    prefix: "', '"\n'),
    "pairs of quotes": inside("''", CHECKPOINT + "    prefix: 'a", "'\n"),
    "words of other scripts": keys("k#: \u00e4\u6f22\U0001f600"),
    "separators of lines of Unicode": keys("k#: a\u2028b\u0085c"),
    # What is no YAML
    "no colon": keys("key# value"),
    "no blank": keys("key#:value"),
    "two colons": keys("key#: a: b"),
    "a word alone": keys("word#"),
    "open double quotes": keys('key#: "open'),
    "open single quotes": keys("key#: 'open"),
    "open brackets": keys("key#: [a"),
    "open braces": keys("key#: {a: ${B}"),
    "variables in braces": keys("key#: {a: ${B}}"),
    "closing brackets": keys("key#: ]"),
    "closing braces": keys("}"),
    "brackets that do not fit": keys("key#: [a}"),
    "no comma": keys("key#: [\"a\" \"b\"]"),
    "text behind quotes": keys('key#: "a" b'),
    "comment without a blank": keys('key#: "a"##b'),
    "apostrophes": keys("key#: 'it's'"),
    "block headers": keys("key#: |x"),
    "reserved characters": keys("key#: @v"),
    "backticks": keys("key#: `v`"),
    "percent signs": keys("key#: %v"),
    "commas": keys("key#: ,"),
    "control characters": keys("key#: a\x01b"),
    "byte order marks": keys("key#: \ufeffb"),
    "directives": lines("%YAML 1.2"),
    "tags": keys("key#: !tag v"),
    "wrong tags": keys("key#: !<v"),
    "two anchors": keys("key#: &a &b v"),
    "items among keys": keys("- item#"),
    "keys among items": lines("      - item#\n      key#: 1", CHECKPOINT + "    list:\n"),
    "items on the line of the key": keys("key#: - item"),
    "question marks": lines("    ? key#\n    : #"),
    "colons": keys(": v"),
    "tabs": lines("\tkey#: #"),
    "tabs everywhere": lambda n: HEAD + "checkpoints:\n\ta:\n\t\ttype: s3\n" + each(n, "\t\tkey#: #\n"),
    "tabs and blanks": lines("  \t  key#: #"),
    "tabs behind colons": keys("key#:\t#"),
    "half indented": lines("    key#: #\n   kez#: #"),
    "zigzag": lines("    key#: #\n      kez#: #"),
    "stairs": lines("    a#:\n      b:\n        c:\n       d: 1"),
    "merge conflicts": lines("<<<<<<< HEAD\n    key#: 1\n=======\n    key#: 2\n>>>>>>> main"),
    "broken entries": lines("  e#\n    type rocksdb\n   x: [", BACKENDS),
    "one open quote": lambda n: CHECKPOINT + '    prefix: "open\n' + each(n, "    key#: #\n"),
    "one open bracket": lambda n: CHECKPOINT + "    prefix: [\n" + each(n, "    key#: #\n"),
    # One thing in another
    "brackets in brackets": inside("["),
    "braces in braces": inside("{a: "),
    "dashes": inside("- "),
    "questions": inside("? "),
    "colons in a line": inside("a: "),
    "anchors in a line": inside("&a "),
    "tags in a line": inside("!a "),
    "double quotes": inside('"'),
    "single quotes": inside("'"),
    "hashes": inside("#", CHECKPOINT + "    prefix: "),
    "asterisks": inside("*a "),
    "pairs of brackets": inside("[]"),
    "nested blocks": lambda n: CHECKPOINT + "".join("    k%d:\n" % i + "".join(" " * (6 + 2 * j) + "k:\n" for j in range(20)) for i in range(max(n // 20, 1))),
    "random bytes": lambda n: CHECKPOINT + "".join(chr(33 + (i * i * 7 + i // 3 * 11) % 94) + ("\n" if i % 17 == 0 else "") for i in range(n)),
}
