; Indentation: what belongs to a key stands deeper than the key
; Generated from the catalog by `npm run generate`; do not edit.
; Nexflow infrastructure documents, over tree-sitter-yaml.

(block_mapping_pair
  key: (_) @_key
  value: (_) @_value
  (#not-same-line? @_key @_value)) @indent @extend

(block_mapping_pair
  key: (_)
  !value) @indent @extend

(block_scalar) @indent @extend

[
  (flow_mapping)
  (flow_sequence)
] @indent

[
  "}"
  "]"
] @outdent
