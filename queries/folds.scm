; What an editor may fold: statements and the parts of them that span lines. Neovim reads it as `folds.scm`; Helix and Zed
; fold by indentation. The language server folds by tokens instead, which costs less and takes half-written text.

(toplevel_stmt) @fold

[
  (OptTableElementList)
  (OptTypedTableElementList)
  (OptTableFuncElementList)
  (opt_enum_val_list)
  (alter_table_cmds)
  (insert_column_list)
  (values_clause)
  (select_with_parens)
  (common_table_expr)
  (case_expr)
  (func_args_with_defaults)
  (opt_routine_body)
  (dollar_quoted_string)
  (comment)
] @fold
