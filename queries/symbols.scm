; What a file makes, for outlines. The captures are those of tree-sitter's tags, which Helix reads as `tags.scm`; it
; knows tables as classes, views as interfaces, schemas as modules, and what belongs to a table as constants.

(CreateSchemaStmt (ColId) @name) @definition.module

(CreateStmt
  (kw_table)
  .
  (qualified_name) @name) @definition.class

(CreateStmt
  (kw_exists)
  .
  (qualified_name) @name) @definition.class

(CreateForeignTableStmt
  [
    (kw_table)
    (kw_exists)
  ]
  .
  (qualified_name) @name) @definition.class

(CreateAsStmt (create_as_target (qualified_name) @name)) @definition.class

(ViewStmt (qualified_name) @name) @definition.interface

(CreateMatViewStmt (create_mv_target (qualified_name) @name)) @definition.interface

(CreateFunctionStmt (func_name) @name) @definition.function

(DefineStmt (func_name) @name) @definition.function

(CreateDomainStmt (any_name) @name) @definition.type

(DefineStmt
  (kw_type)
  .
  (any_name) @name) @definition.type

(IndexStmt [(opt_single_name) (name)] @name) @definition.constant

(CreateSeqStmt (qualified_name) @name) @definition.constant

(CreateTrigStmt
  (kw_trigger)
  .
  (name) @name) @definition.constant

(CreatePolicyStmt (name) @name) @definition.constant

(RuleStmt (name) @name) @definition.constant

(CreateExtensionStmt (name) @name) @definition.constant
