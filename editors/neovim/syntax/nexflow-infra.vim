" Highlighting by pattern, for a Neovim without a tree-sitter parser of YAML.
if exists('b:current_syntax')
  finish
endif
runtime! syntax/yaml.vim
unlet! b:current_syntax

syntax match nexflowVariable /\${[^}]*}/ contains=nexflowDefault containedin=yamlPlainScalar,yamlFlowString,yamlBlockString
syntax match nexflowDefault /:-[^}]*/ms=s+2 contained
syntax match nexflowSecret #secret://[A-Za-z0-9_./-]*# containedin=yamlPlainScalar,yamlFlowString
syntax match nexflowQuantity /\<\d\+\(ms\|[smhd]\|[kmgKMG]\?[bB]\|KB\|MB\|GB\)\>/ containedin=yamlPlainScalar

highlight default link nexflowVariable Identifier
highlight default link nexflowDefault String
highlight default link nexflowSecret Special
highlight default link nexflowQuantity Number

let b:current_syntax = 'nexflow-infra'
