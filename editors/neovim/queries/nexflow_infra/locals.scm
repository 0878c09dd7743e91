; Anchors are defined once in a document, and aliases refer to them
; Generated from the catalog by `npm run generate`; do not edit.
; Nexflow infrastructure documents, over tree-sitter-yaml.

(document) @local.scope

(anchor_name) @local.definition.var

(alias_name) @local.reference
