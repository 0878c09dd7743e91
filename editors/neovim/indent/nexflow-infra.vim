" A document is YAML, and so is its indentation.
if exists('b:did_indent')
  finish
endif
runtime! indent/yaml.vim
