//! The settings of hooks that may run in the migration's transaction or outside of it, as their author says.

use crate::hooks::{ConfigReader, Placement};

/// Where such a hook runs, and whether it may run twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Where it runs.
    pub(crate) placement: Placement,
    /// Whether it may run twice.
    pub(crate) repeatable: bool,
}

/// The settings, as its documentation has them.
pub(crate) const WORDS: [(&str, Placement); 2] = [
    ("in_transaction", Placement::InTransaction),
    ("alone", Placement::Alone),
];

impl Placed {
    /// Reads `run` and `repeatable`. What runs alone can't be taken back and may run again after a crash, so its author has
    /// to say that it may.
    pub(crate) fn read(reader: &mut ConfigReader<'_>) -> Option<Placed> {
        let placement = reader.one_of("run", &WORDS).unwrap_or(Placement::InTransaction);
        let repeatable = reader.bool("repeatable", false);
        if placement == Placement::Alone && !repeatable {
            let help = "make sure that it may, and say `repeatable: true`";
            let message = "what runs alone may run a second time after a crash";
            reader.reject("run", message, Some(help.to_owned()));
            return None;
        }
        Some(Placed {
            placement,
            repeatable,
        })
    }
}
