//! A write side and a read side kept apart.
//!
//! The lists below are written by the test `rules_are_listed` from this folder.

mod cqrs_names;
mod read_model_lineage;
mod read_model_without_source;
mod write_side_reads_read_side;

list! {
    cqrs_names
    read_model_lineage
    read_model_without_source
    write_side_reads_read_side
}
