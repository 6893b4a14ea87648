; The language of function bodies, by their LANGUAGE clause, and of DO blocks.
;
; The options of CREATE FUNCTION are a list that nests to the left, so LANGUAGE and AS stand at depths that differ; there
; are patterns for up to six options between them. The name of the language is what stands in the text: `plpgsql` and
; `sql`, the second of which an editor has to know as a name of this grammar. A body in single quotes is left alone: its
; quotes are doubled.

; LANGUAGE before AS

(createfunc_opt_list
  (createfunc_opt_list
    (createfunc_opt_item
      (kw_language)
      (NonReservedWord_or_Sconst (NonReservedWord) @injection.language)))
  (createfunc_opt_item
    (func_as (Sconst (dollar_quoted_string) @injection.content))))

(createfunc_opt_list
  (createfunc_opt_list
    (createfunc_opt_list
      (createfunc_opt_item
        (kw_language)
        (NonReservedWord_or_Sconst (NonReservedWord) @injection.language))))
  (createfunc_opt_item
    (func_as (Sconst (dollar_quoted_string) @injection.content))))

(createfunc_opt_list
  (createfunc_opt_list
    (createfunc_opt_list
      (createfunc_opt_list
        (createfunc_opt_item
          (kw_language)
          (NonReservedWord_or_Sconst (NonReservedWord) @injection.language)))))
  (createfunc_opt_item
    (func_as (Sconst (dollar_quoted_string) @injection.content))))

(createfunc_opt_list
  (createfunc_opt_list
    (createfunc_opt_list
      (createfunc_opt_list
        (createfunc_opt_list
          (createfunc_opt_item
            (kw_language)
            (NonReservedWord_or_Sconst (NonReservedWord) @injection.language))))))
  (createfunc_opt_item
    (func_as (Sconst (dollar_quoted_string) @injection.content))))

(createfunc_opt_list
  (createfunc_opt_list
    (createfunc_opt_list
      (createfunc_opt_list
        (createfunc_opt_list
          (createfunc_opt_list
            (createfunc_opt_item
              (kw_language)
              (NonReservedWord_or_Sconst (NonReservedWord) @injection.language)))))))
  (createfunc_opt_item
    (func_as (Sconst (dollar_quoted_string) @injection.content))))

(createfunc_opt_list
  (createfunc_opt_list
    (createfunc_opt_list
      (createfunc_opt_list
        (createfunc_opt_list
          (createfunc_opt_list
            (createfunc_opt_list
              (createfunc_opt_item
                (kw_language)
                (NonReservedWord_or_Sconst (NonReservedWord) @injection.language))))))))
  (createfunc_opt_item
    (func_as (Sconst (dollar_quoted_string) @injection.content))))

(createfunc_opt_list
  (createfunc_opt_list
    (createfunc_opt_list
      (createfunc_opt_list
        (createfunc_opt_list
          (createfunc_opt_list
            (createfunc_opt_list
              (createfunc_opt_list
                (createfunc_opt_item
                  (kw_language)
                  (NonReservedWord_or_Sconst (NonReservedWord) @injection.language)))))))))
  (createfunc_opt_item
    (func_as (Sconst (dollar_quoted_string) @injection.content))))

; AS before LANGUAGE

(createfunc_opt_list
  (createfunc_opt_list
    (createfunc_opt_item
      (func_as (Sconst (dollar_quoted_string) @injection.content))))
  (createfunc_opt_item
    (kw_language)
    (NonReservedWord_or_Sconst (NonReservedWord) @injection.language)))

(createfunc_opt_list
  (createfunc_opt_list
    (createfunc_opt_list
      (createfunc_opt_item
        (func_as (Sconst (dollar_quoted_string) @injection.content)))))
  (createfunc_opt_item
    (kw_language)
    (NonReservedWord_or_Sconst (NonReservedWord) @injection.language)))

(createfunc_opt_list
  (createfunc_opt_list
    (createfunc_opt_list
      (createfunc_opt_list
        (createfunc_opt_item
          (func_as (Sconst (dollar_quoted_string) @injection.content))))))
  (createfunc_opt_item
    (kw_language)
    (NonReservedWord_or_Sconst (NonReservedWord) @injection.language)))

(createfunc_opt_list
  (createfunc_opt_list
    (createfunc_opt_list
      (createfunc_opt_list
        (createfunc_opt_list
          (createfunc_opt_item
            (func_as (Sconst (dollar_quoted_string) @injection.content)))))))
  (createfunc_opt_item
    (kw_language)
    (NonReservedWord_or_Sconst (NonReservedWord) @injection.language)))

(createfunc_opt_list
  (createfunc_opt_list
    (createfunc_opt_list
      (createfunc_opt_list
        (createfunc_opt_list
          (createfunc_opt_list
            (createfunc_opt_item
              (func_as (Sconst (dollar_quoted_string) @injection.content))))))))
  (createfunc_opt_item
    (kw_language)
    (NonReservedWord_or_Sconst (NonReservedWord) @injection.language)))

(createfunc_opt_list
  (createfunc_opt_list
    (createfunc_opt_list
      (createfunc_opt_list
        (createfunc_opt_list
          (createfunc_opt_list
            (createfunc_opt_list
              (createfunc_opt_item
                (func_as (Sconst (dollar_quoted_string) @injection.content)))))))))
  (createfunc_opt_item
    (kw_language)
    (NonReservedWord_or_Sconst (NonReservedWord) @injection.language)))

(createfunc_opt_list
  (createfunc_opt_list
    (createfunc_opt_list
      (createfunc_opt_list
        (createfunc_opt_list
          (createfunc_opt_list
            (createfunc_opt_list
              (createfunc_opt_list
                (createfunc_opt_item
                  (func_as (Sconst (dollar_quoted_string) @injection.content))))))))))
  (createfunc_opt_item
    (kw_language)
    (NonReservedWord_or_Sconst (NonReservedWord) @injection.language)))

; DO, with and without LANGUAGE

(DoStmt
  (dostmt_opt_list
    .
    (dostmt_opt_item
      (Sconst (dollar_quoted_string) @injection.content)))
  (#set! injection.language "plpgsql"))

(DoStmt
  (dostmt_opt_list
    (dostmt_opt_list
      (dostmt_opt_item
        (NonReservedWord_or_Sconst (NonReservedWord) @injection.language)))
    (dostmt_opt_item
      (Sconst (dollar_quoted_string) @injection.content))))

(DoStmt
  (dostmt_opt_list
    (dostmt_opt_list
      (dostmt_opt_item
        (Sconst (dollar_quoted_string) @injection.content)))
    (dostmt_opt_item
      (NonReservedWord_or_Sconst (NonReservedWord) @injection.language))))
