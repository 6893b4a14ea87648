//! Keys, types, columns.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod foreign_key_type;
mod no_char;
mod no_enum;
mod no_money;
mod no_reg_types;
mod no_timestamp_precision;
mod no_timetz;
mod numeric_for_amounts;
mod prefer_bigint;
mod prefer_identity;
mod prefer_jsonb;
mod prefer_text;
mod prefer_timestamptz;
mod qualified_names;
mod require_primary_key;
mod require_timestamps;
mod table_without_columns;

list! {
    foreign_key_type
    no_char
    no_enum
    no_money
    no_reg_types
    no_timestamp_precision
    no_timetz
    numeric_for_amounts
    prefer_bigint
    prefer_identity
    prefer_jsonb
    prefer_text
    prefer_timestamptz
    qualified_names
    require_primary_key
    require_timestamps
    table_without_columns
}
