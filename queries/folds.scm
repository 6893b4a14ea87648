; What an editor may fold: the parts of a statement that span lines.

[
  (OptTableElementList)
  (select_with_parens)
  (case_expr)
  (values_clause)
  (func_args_with_defaults)
  (dollar_quoted_string)
  (comment)
] @fold

(toplevel_stmt) @fold
