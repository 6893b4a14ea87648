; Highlighting of PostgreSQL statements.
;
; Nodes are those of tree-sitter-postgres, which are the rules of PostgreSQL's own gram.y. Captures are those of
; nvim-treesitter; Helix and Zed know them or what stands before their last dot. `@type.relation` is a table or a view,
; which themes colour as a `@type`.
;
; Of captures of the same bytes the last in this file counts, so what is general comes first: a keyword, then any name,
; then what the name is. Neovim, Helix (since 25.07) and Zed agree on that. The language server reads this file too, with a
; small reader of its own: it knows nodes within nodes, lists of alternatives, marks and captures, no predicates, no
; quantifiers, no anchors; and a capture may only be of what is one token.

; Constants

(comment) @comment

[
  (string_literal)
  (escape_string_literal)
  (dollar_quoted_string)
] @string

[
  (bit_string_literal)
  (hex_string_literal)
] @string.special

(integer_literal) @number

(float_literal) @number.float

(param) @variable.parameter

; Marks

[
  "("
  ")"
  "["
  "]"
] @punctuation.bracket

[
  ","
  ";"
  "."
  ":"
] @punctuation.delimiter

[
  "%"
  "*"
  "+"
  "-"
  "/"
  "::"
  ":="
  "<"
  "<="
  "<>"
  "="
  "=>"
  ">"
  ">="
  "^"
  (operator)
] @operator

; Words

[
  (kw_abort)
  (kw_absent)
  (kw_absolute)
  (kw_access)
  (kw_action)
  (kw_add)
  (kw_admin)
  (kw_after)
  (kw_aggregate)
  (kw_all)
  (kw_also)
  (kw_alter)
  (kw_always)
  (kw_analyse)
  (kw_analyze)
  (kw_and)
  (kw_any)
  (kw_array)
  (kw_as)
  (kw_asc)
  (kw_asensitive)
  (kw_assertion)
  (kw_assignment)
  (kw_asymmetric)
  (kw_at)
  (kw_atomic)
  (kw_attach)
  (kw_attribute)
  (kw_authorization)
  (kw_backward)
  (kw_before)
  (kw_begin)
  (kw_between)
  (kw_bigint)
  (kw_binary)
  (kw_bit)
  (kw_boolean)
  (kw_both)
  (kw_breadth)
  (kw_by)
  (kw_cache)
  (kw_call)
  (kw_called)
  (kw_cascade)
  (kw_cascaded)
  (kw_case)
  (kw_cast)
  (kw_catalog)
  (kw_chain)
  (kw_char)
  (kw_character)
  (kw_characteristics)
  (kw_check)
  (kw_checkpoint)
  (kw_class)
  (kw_close)
  (kw_cluster)
  (kw_coalesce)
  (kw_collate)
  (kw_collation)
  (kw_column)
  (kw_columns)
  (kw_comment)
  (kw_comments)
  (kw_commit)
  (kw_committed)
  (kw_compression)
  (kw_concurrently)
  (kw_conditional)
  (kw_configuration)
  (kw_conflict)
  (kw_connection)
  (kw_constraint)
  (kw_constraints)
  (kw_content)
  (kw_continue)
  (kw_conversion)
  (kw_copy)
  (kw_cost)
  (kw_create)
  (kw_cross)
  (kw_csv)
  (kw_cube)
  (kw_current)
  (kw_current_catalog)
  (kw_current_date)
  (kw_current_role)
  (kw_current_schema)
  (kw_current_time)
  (kw_current_timestamp)
  (kw_current_user)
  (kw_cursor)
  (kw_cycle)
  (kw_data)
  (kw_database)
  (kw_day)
  (kw_deallocate)
  (kw_dec)
  (kw_decimal)
  (kw_declare)
  (kw_default)
  (kw_defaults)
  (kw_deferrable)
  (kw_deferred)
  (kw_definer)
  (kw_delete)
  (kw_delimiter)
  (kw_delimiters)
  (kw_depends)
  (kw_depth)
  (kw_desc)
  (kw_detach)
  (kw_dictionary)
  (kw_disable)
  (kw_discard)
  (kw_distinct)
  (kw_do)
  (kw_document)
  (kw_domain)
  (kw_double)
  (kw_drop)
  (kw_each)
  (kw_else)
  (kw_empty)
  (kw_enable)
  (kw_encoding)
  (kw_encrypted)
  (kw_end)
  (kw_enforced)
  (kw_enum)
  (kw_error)
  (kw_escape)
  (kw_event)
  (kw_except)
  (kw_exclude)
  (kw_excluding)
  (kw_exclusive)
  (kw_execute)
  (kw_exists)
  (kw_explain)
  (kw_expression)
  (kw_extension)
  (kw_external)
  (kw_extract)
  (kw_family)
  (kw_fetch)
  (kw_filter)
  (kw_finalize)
  (kw_first)
  (kw_float)
  (kw_following)
  (kw_for)
  (kw_force)
  (kw_foreign)
  (kw_format)
  (kw_forward)
  (kw_freeze)
  (kw_from)
  (kw_full)
  (kw_function)
  (kw_functions)
  (kw_generated)
  (kw_global)
  (kw_grant)
  (kw_granted)
  (kw_greatest)
  (kw_group)
  (kw_grouping)
  (kw_groups)
  (kw_handler)
  (kw_having)
  (kw_header)
  (kw_hold)
  (kw_hour)
  (kw_identity)
  (kw_if)
  (kw_ilike)
  (kw_immediate)
  (kw_immutable)
  (kw_implicit)
  (kw_import)
  (kw_in)
  (kw_include)
  (kw_including)
  (kw_increment)
  (kw_indent)
  (kw_index)
  (kw_indexes)
  (kw_inherit)
  (kw_inherits)
  (kw_initially)
  (kw_inline)
  (kw_inner)
  (kw_inout)
  (kw_input)
  (kw_insensitive)
  (kw_insert)
  (kw_instead)
  (kw_int)
  (kw_integer)
  (kw_intersect)
  (kw_interval)
  (kw_into)
  (kw_invoker)
  (kw_is)
  (kw_isnull)
  (kw_isolation)
  (kw_join)
  (kw_json)
  (kw_json_array)
  (kw_json_arrayagg)
  (kw_json_exists)
  (kw_json_object)
  (kw_json_objectagg)
  (kw_json_query)
  (kw_json_scalar)
  (kw_json_serialize)
  (kw_json_table)
  (kw_json_value)
  (kw_keep)
  (kw_key)
  (kw_keys)
  (kw_label)
  (kw_language)
  (kw_large)
  (kw_last)
  (kw_lateral)
  (kw_leading)
  (kw_leakproof)
  (kw_least)
  (kw_left)
  (kw_level)
  (kw_like)
  (kw_limit)
  (kw_listen)
  (kw_load)
  (kw_local)
  (kw_localtime)
  (kw_localtimestamp)
  (kw_location)
  (kw_lock)
  (kw_locked)
  (kw_logged)
  (kw_mapping)
  (kw_match)
  (kw_matched)
  (kw_materialized)
  (kw_maxvalue)
  (kw_merge)
  (kw_merge_action)
  (kw_method)
  (kw_minute)
  (kw_minvalue)
  (kw_mode)
  (kw_month)
  (kw_move)
  (kw_name)
  (kw_names)
  (kw_national)
  (kw_natural)
  (kw_nchar)
  (kw_nested)
  (kw_new)
  (kw_next)
  (kw_nfc)
  (kw_nfd)
  (kw_nfkc)
  (kw_nfkd)
  (kw_no)
  (kw_none)
  (kw_normalize)
  (kw_normalized)
  (kw_not)
  (kw_nothing)
  (kw_notify)
  (kw_notnull)
  (kw_nowait)
  (kw_nullif)
  (kw_nulls)
  (kw_numeric)
  (kw_object)
  (kw_objects)
  (kw_of)
  (kw_off)
  (kw_offset)
  (kw_oids)
  (kw_old)
  (kw_omit)
  (kw_on)
  (kw_only)
  (kw_operator)
  (kw_option)
  (kw_options)
  (kw_or)
  (kw_order)
  (kw_ordinality)
  (kw_others)
  (kw_out)
  (kw_outer)
  (kw_over)
  (kw_overlaps)
  (kw_overlay)
  (kw_overriding)
  (kw_owned)
  (kw_owner)
  (kw_parallel)
  (kw_parameter)
  (kw_parser)
  (kw_partial)
  (kw_partition)
  (kw_passing)
  (kw_password)
  (kw_path)
  (kw_period)
  (kw_placing)
  (kw_plan)
  (kw_plans)
  (kw_policy)
  (kw_position)
  (kw_preceding)
  (kw_precision)
  (kw_prepare)
  (kw_prepared)
  (kw_preserve)
  (kw_primary)
  (kw_prior)
  (kw_privileges)
  (kw_procedural)
  (kw_procedure)
  (kw_procedures)
  (kw_program)
  (kw_publication)
  (kw_quote)
  (kw_quotes)
  (kw_range)
  (kw_read)
  (kw_real)
  (kw_reassign)
  (kw_recursive)
  (kw_ref)
  (kw_references)
  (kw_referencing)
  (kw_refresh)
  (kw_reindex)
  (kw_relative)
  (kw_release)
  (kw_rename)
  (kw_repeatable)
  (kw_replace)
  (kw_replica)
  (kw_reset)
  (kw_restart)
  (kw_restrict)
  (kw_return)
  (kw_returning)
  (kw_returns)
  (kw_revoke)
  (kw_right)
  (kw_role)
  (kw_rollback)
  (kw_rollup)
  (kw_routine)
  (kw_routines)
  (kw_row)
  (kw_rows)
  (kw_rule)
  (kw_savepoint)
  (kw_scalar)
  (kw_schema)
  (kw_schemas)
  (kw_scroll)
  (kw_search)
  (kw_second)
  (kw_security)
  (kw_select)
  (kw_sequence)
  (kw_sequences)
  (kw_serializable)
  (kw_server)
  (kw_session)
  (kw_session_user)
  (kw_set)
  (kw_setof)
  (kw_sets)
  (kw_share)
  (kw_show)
  (kw_similar)
  (kw_simple)
  (kw_skip)
  (kw_smallint)
  (kw_snapshot)
  (kw_some)
  (kw_source)
  (kw_sql)
  (kw_stable)
  (kw_standalone)
  (kw_start)
  (kw_statement)
  (kw_statistics)
  (kw_stdin)
  (kw_stdout)
  (kw_storage)
  (kw_stored)
  (kw_strict)
  (kw_string)
  (kw_strip)
  (kw_subscription)
  (kw_substring)
  (kw_support)
  (kw_symmetric)
  (kw_sysid)
  (kw_system)
  (kw_system_user)
  (kw_table)
  (kw_tables)
  (kw_tablesample)
  (kw_tablespace)
  (kw_target)
  (kw_temp)
  (kw_template)
  (kw_temporary)
  (kw_text)
  (kw_then)
  (kw_ties)
  (kw_time)
  (kw_timestamp)
  (kw_to)
  (kw_trailing)
  (kw_transaction)
  (kw_transform)
  (kw_treat)
  (kw_trigger)
  (kw_trim)
  (kw_truncate)
  (kw_trusted)
  (kw_type)
  (kw_types)
  (kw_uescape)
  (kw_unbounded)
  (kw_uncommitted)
  (kw_unconditional)
  (kw_unencrypted)
  (kw_union)
  (kw_unique)
  (kw_unknown)
  (kw_unlisten)
  (kw_unlogged)
  (kw_until)
  (kw_update)
  (kw_user)
  (kw_using)
  (kw_vacuum)
  (kw_valid)
  (kw_validate)
  (kw_validator)
  (kw_value)
  (kw_values)
  (kw_varchar)
  (kw_variadic)
  (kw_varying)
  (kw_verbose)
  (kw_version)
  (kw_view)
  (kw_views)
  (kw_virtual)
  (kw_volatile)
  (kw_when)
  (kw_where)
  (kw_whitespace)
  (kw_window)
  (kw_with)
  (kw_within)
  (kw_without)
  (kw_work)
  (kw_wrapper)
  (kw_write)
  (kw_xml)
  (kw_xmlattributes)
  (kw_xmlconcat)
  (kw_xmlelement)
  (kw_xmlexists)
  (kw_xmlforest)
  (kw_xmlnamespaces)
  (kw_xmlparse)
  (kw_xmlpi)
  (kw_xmlroot)
  (kw_xmlserialize)
  (kw_xmltable)
  (kw_year)
  (kw_yes)
  (kw_zone)
] @keyword

[
  (kw_true)
  (kw_false)
] @boolean

(kw_null) @constant.builtin

; Types that have words of their own

(Numeric
  [
    (kw_bigint)
    (kw_boolean)
    (kw_dec)
    (kw_decimal)
    (kw_double)
    (kw_float)
    (kw_int)
    (kw_integer)
    (kw_numeric)
    (kw_precision)
    (kw_real)
    (kw_smallint)
  ] @type.builtin)

(BitWithLength
  [
    (kw_bit)
    (kw_varying)
  ] @type.builtin)

(BitWithoutLength
  [
    (kw_bit)
    (kw_varying)
  ] @type.builtin)

(character
  [
    (kw_char)
    (kw_character)
    (kw_national)
    (kw_nchar)
    (kw_varchar)
  ] @type.builtin)

(ConstDatetime
  [
    (kw_time)
    (kw_timestamp)
  ] @type.builtin)

(ConstInterval (kw_interval) @type.builtin)

(JsonType (kw_json) @type.builtin)

(opt_timezone
  [
    (kw_with)
    (kw_without)
    (kw_time)
    (kw_zone)
  ] @type.builtin)

(opt_varying (kw_varying) @type.builtin)

; Names, whatever they are of

[
  (BareColLabel)
  (ColId)
  (ColLabel)
  (NonReservedWord)
  (attr_name)
  (type_function_name)
] @variable

(param_name) @variable.parameter

; Words that the grammar takes for names, and names of settings

(PartitionSpec (ColId) @keyword)

(privilege (ColId) @keyword)

(var_name (ColId) @property)

(reloption_elem (ColLabel) @property)

(def_elem (ColLabel) @property)

; Columns

(TableFuncElement (ColId) @variable.member)

(alter_table_cmd (ColId) @variable.member)

(columnDef (ColId) @variable.member)

(columnElem (ColId) @variable.member)

(columnOptions (ColId) @variable.member)

(index_elem (ColId) @variable.member)

(insert_column_item (ColId) @variable.member)

(part_elem (ColId) @variable.member)

(set_target (ColId) @variable.member)

(stats_param (ColId) @variable.member)

(target_el (BareColLabel) @variable.member)

(target_el (ColLabel) @variable.member)

(RenameStmt
  (opt_column)
  (name) @variable.member)

; column, table.column, schema.table.column, table.column[1], (value).field

(columnref (ColId) @variable.member)

(columnref
  (ColId) @variable
  (indirection (indirection_el ".")))

(columnref
  (ColId) @variable
  (indirection (indirection (indirection_el "."))))

(columnref (indirection (indirection_el (attr_name) @variable.member)))

(columnref
  (indirection
    (indirection (indirection_el (attr_name) @type.relation))
    (indirection_el ".")))

(columnref
  (ColId) @module
  (indirection
    (indirection (indirection_el (attr_name)))
    (indirection_el (attr_name))))

(columnref
  (indirection
    (indirection (indirection_el (attr_name) @variable.member))
    (indirection_el "[")))

(opt_indirection (indirection_el (attr_name) @variable.member))

; Tables and views, and what is named like them

(qualified_name (ColId) @type.relation)

(qualified_name
  (ColId) @module
  (indirection))

(qualified_name (indirection (indirection_el (attr_name) @type.relation)))

(qualified_name (indirection (indirection (indirection_el (attr_name) @module))))

(any_name (ColId) @type.relation)

(any_name
  (ColId) @module
  (attrs))

(any_name (attrs (attr_name) @type.relation))

(any_name (attrs (attrs (attr_name) @module)))

(common_table_expr (name) @type.relation)

; table.column where the grammar has one name

(CommentStmt
  (kw_column)
  (any_name
    (ColId) @type.relation
    (attrs)))

(CommentStmt
  (kw_column)
  (any_name
    (ColId) @module
    (attrs (attrs))))

(CommentStmt
  (kw_column)
  (any_name (attrs (attrs (attr_name) @type.relation))))

(CommentStmt
  (kw_column)
  (any_name (attrs (attr_name) @variable.member)))

(SeqOptElem
  (any_name
    (ColId) @type.relation
    (attrs)))

(SeqOptElem
  (any_name
    (ColId) @module
    (attrs (attrs))))

(SeqOptElem
  (any_name (attrs (attrs (attr_name) @type.relation))))

(SeqOptElem
  (any_name (attrs (attr_name) @variable.member)))

; Types, collations, operator classes

(AlterCompositeTypeStmt (any_name (ColId) @type))

(AlterCompositeTypeStmt
  (any_name
    (ColId) @module
    (attrs)))

(AlterCompositeTypeStmt (any_name (attrs (attr_name) @type)))

(AlterDomainStmt (any_name (ColId) @type))

(AlterDomainStmt
  (any_name
    (ColId) @module
    (attrs)))

(AlterDomainStmt (any_name (attrs (attr_name) @type)))

(AlterEnumStmt (any_name (ColId) @type))

(AlterEnumStmt
  (any_name
    (ColId) @module
    (attrs)))

(AlterEnumStmt (any_name (attrs (attr_name) @type)))

(ColConstraint (any_name (ColId) @type))

(ColConstraint
  (any_name
    (ColId) @module
    (attrs)))

(ColConstraint (any_name (attrs (attr_name) @type)))

(CreateDomainStmt (any_name (ColId) @type))

(CreateDomainStmt
  (any_name
    (ColId) @module
    (attrs)))

(CreateDomainStmt (any_name (attrs (attr_name) @type)))

(DefineStmt (any_name (ColId) @type))

(DefineStmt
  (any_name
    (ColId) @module
    (attrs)))

(DefineStmt (any_name (attrs (attr_name) @type)))

(opt_collate (any_name (ColId) @type))

(opt_collate
  (any_name
    (ColId) @module
    (attrs)))

(opt_collate (any_name (attrs (attr_name) @type)))

(opt_collate_clause (any_name (ColId) @type))

(opt_collate_clause
  (any_name
    (ColId) @module
    (attrs)))

(opt_collate_clause (any_name (attrs (attr_name) @type)))

(opt_qualified_name (any_name (ColId) @type))

(opt_qualified_name
  (any_name
    (ColId) @module
    (attrs)))

(opt_qualified_name (any_name (attrs (attr_name) @type)))

(RenameStmt
  (kw_type)
  (any_name (ColId) @type))

(RenameStmt
  (kw_type)
  (any_name
    (ColId) @module
    (attrs)))

(RenameStmt
  (kw_type)
  (any_name (attrs (attr_name) @type)))

(AlterObjectSchemaStmt
  (kw_type)
  (any_name (ColId) @type))

(AlterObjectSchemaStmt
  (kw_type)
  (any_name
    (ColId) @module
    (attrs)))

(AlterObjectSchemaStmt
  (kw_type)
  (any_name (attrs (attr_name) @type)))

(AlterOwnerStmt
  (kw_type)
  (any_name (ColId) @type))

(AlterOwnerStmt
  (kw_type)
  (any_name
    (ColId) @module
    (attrs)))

(AlterOwnerStmt
  (kw_type)
  (any_name (attrs (attr_name) @type)))

(GenericType (type_function_name) @type)

(GenericType
  (type_function_name) @module
  (attrs))

(GenericType (attrs (attr_name) @type))

(func_type
  (type_function_name) @type.relation
  (attrs))

(func_type (attrs (attr_name) @variable.member))

(enum_val_list (Sconst) @constant)

(AlterEnumStmt (Sconst) @constant)

; Functions

(func_name (type_function_name) @function.call)

(func_name (ColId) @module)

(func_name (indirection (indirection_el (attr_name) @function.call)))

(CreateFunctionStmt (func_name (type_function_name) @function))

(CreateFunctionStmt (func_name (indirection (indirection_el (attr_name) @function))))

(function_with_argtypes (func_name (type_function_name) @function))

(function_with_argtypes (func_name (indirection (indirection_el (attr_name) @function))))

(aggregate_with_argtypes (func_name (type_function_name) @function))

(aggregate_with_argtypes (func_name (indirection (indirection_el (attr_name) @function))))

(any_operator (ColId) @module)

; Schemas

(CreateSchemaStmt (ColId) @module)

(DropStmt
  (drop_type_name (kw_schema))
  (name_list (name) @module))

(DropStmt
  (drop_type_name (kw_schema))
  (name_list (name_list (name) @module)))

(privilege_target
  (kw_schema)
  (name_list (name) @module))

(RenameStmt
  (kw_schema)
  (name) @module)

(CommentStmt
  (object_type_name (drop_type_name (kw_schema)))
  (name) @module)

(create_extension_opt_item
  (kw_schema)
  (name) @module)

(DefACLOption
  (kw_schema)
  (name_list (name) @module))
