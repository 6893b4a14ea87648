//! The column that says whose a row is.

use std::sync::Arc;

use confiture_schema::catalog::{Column, Relation};

use crate::settings::Options;

/// A table's tenant column: the one that the option `column` names.
pub(crate) fn column<'r>(relation: &'r Relation, options: &Options) -> Option<&'r Arc<Column>> {
    let wanted = options.text("column");
    relation.columns.iter().find(|c| c.name.as_str() == wanted)
}
