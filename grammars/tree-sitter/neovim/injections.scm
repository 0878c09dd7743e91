; Injections
; Generated from the catalog by `npm run generate`; do not edit.
; Nexflow infrastructure documents, over tree-sitter-yaml.

((comment) @injection.content
  (#set! injection.language "comment"))
