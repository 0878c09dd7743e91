; Indentation: what belongs to a key stands deeper than the key
; Generated from the catalog by `npm run generate`; do not edit.
; Nexflow infrastructure documents, over tree-sitter-yaml.

(block_mapping_pair) @indent.begin

(block_sequence_item) @indent.begin

(block_scalar) @indent.auto

(ERROR) @indent.auto

[
  (flow_mapping)
  (flow_sequence)
] @indent.begin

[
  "}"
  "]"
] @indent.branch
