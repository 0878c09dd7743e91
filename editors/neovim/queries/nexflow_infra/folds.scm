; Folds: every block that takes more than a line
; Generated from the catalog by `npm run generate`; do not edit.
; Nexflow infrastructure documents, over tree-sitter-yaml.

(block_mapping_pair
  value: (block_node)) @fold

[
  (block_sequence_item)
  (block_scalar)
  (flow_mapping)
  (flow_sequence)
] @fold
