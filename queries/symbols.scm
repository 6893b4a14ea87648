; Names that a file defines, for outlines and workspace symbols.

(CreateStmt (qualified_name) @name) @definition.table
(ViewStmt (qualified_name) @name) @definition.view
(CreateSeqStmt (qualified_name) @name) @definition.sequence
(CreateMatViewStmt (create_mv_target (qualified_name) @name)) @definition.view
(CreateAsStmt (create_as_target (qualified_name) @name)) @definition.table
(CreateFunctionStmt (func_name) @name) @definition.function
(CreateDomainStmt (any_name) @name) @definition.type
(DefineStmt (any_name) @name) @definition.type
(CreateTrigStmt (name) @name) @definition.trigger
(CreatePolicyStmt (name) @name) @definition.policy
(IndexStmt [(opt_single_name) (name)] @name) @definition.index
(CreateSchemaStmt (ColId) @name) @definition.schema
