//! Whether functions are volatile: PostgreSQL's own by a table, others by the catalog.

use std::sync::OnceLock;

use confiture_schema::apply::State;
use confiture_schema::catalog::{Function, QualName, Volatility};
use confiture_schema::change::ObjectRef;
use confiture_schema::expr::Expr;

/// Names of PostgreSQL's functions, sorted, one a line; ` v` after those of which an overload is volatile.
/// Taken from `pg_proc` of versions 13 and 18, with the functions that are SQL syntax added.
const BUILTINS: &str = include_str!("builtins.txt");

/// Volatile functions that lock no relation: what they do is not a matter of locks.
const HARMLESS: &[&str] = &[
    "array_sample",
    "array_shuffle",
    "clock_timestamp",
    "current_query",
    "gen_random_uuid",
    "pg_advisory_lock",
    "pg_advisory_lock_shared",
    "pg_advisory_unlock",
    "pg_advisory_unlock_all",
    "pg_advisory_unlock_shared",
    "pg_advisory_xact_lock",
    "pg_advisory_xact_lock_shared",
    "pg_blocking_pids",
    "pg_cancel_backend",
    "pg_current_wal_lsn",
    "pg_database_size",
    "pg_is_in_recovery",
    "pg_notify",
    "pg_reload_conf",
    "pg_sleep",
    "pg_sleep_for",
    "pg_sleep_until",
    "pg_terminate_backend",
    "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared",
    "pg_try_advisory_xact_lock",
    "pg_try_advisory_xact_lock_shared",
    "random",
    "random_normal",
    "set_config",
    "setseed",
    "timeofday",
    "uuidv4",
    "uuidv7",
];

/// What is known of a function by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// PostgreSQL's own, not volatile.
    Builtin,
    /// PostgreSQL's own, volatile.
    VolatileBuiltin,
    /// One of the catalog's.
    User {
        /// The most volatile overload.
        volatility: Volatility,
        /// All overloads are written in SQL, so that the planner may replace the call by the body.
        inlinable: bool,
    },
    /// Neither.
    Unknown,
}

/// The names of PostgreSQL's own functions, sorted.
pub fn builtin_functions() -> impl Iterator<Item = &'static str> {
    builtins()
        .iter()
        .map(|line| line.split(' ').next().unwrap_or(line))
}

fn builtins() -> &'static [&'static str] {
    static TABLE: OnceLock<Vec<&'static str>> = OnceLock::new();
    TABLE.get_or_init(|| BUILTINS.lines().collect())
}

fn builtin(name: &str) -> Option<Known> {
    let table = builtins();
    let at = table.partition_point(|line| line.split(' ').next().unwrap_or(line) < name);
    let line = table.get(at)?;
    match line.strip_suffix(" v") {
        Some(volatile) if volatile == name => Some(Known::VolatileBuiltin),
        _ if *line == name => Some(Known::Builtin),
        _ => None,
    }
}

/// Whether PostgreSQL's own function of that name is volatile, in one of its overloads; `None` where it has none.
pub fn is_volatile_builtin(name: &str) -> Option<bool> {
    builtin(name).map(|known| known == Known::VolatileBuiltin)
}

/// What is known of the function of that name, all overloads taken together.
pub(crate) fn function(name: &ObjectRef, state: &State) -> Known {
    let system = name.schema.as_ref().is_none_or(|s| s.as_str() == "pg_catalog");
    let user = || user_function(name, state);
    if system {
        builtin(name.name.as_str())
            .or_else(user)
            .unwrap_or(Known::Unknown)
    } else {
        user().unwrap_or(Known::Unknown)
    }
}

fn user_function(name: &ObjectRef, state: &State) -> Option<Known> {
    let overloads: Vec<&Function> = overloads(name, state).collect();
    let volatility = overloads.iter().map(|f| f.volatility).max()?;
    Some(Known::User {
        volatility,
        inlinable: overloads.iter().all(|f| f.language.as_str() == "sql"),
    })
}

/// The catalog's functions that a name may mean: those of its schema, or of every schema on the path.
fn overloads<'s>(name: &'s ObjectRef, state: &'s State) -> impl Iterator<Item = &'s Function> {
    let path = if name.schema.is_some() {
        &[]
    } else {
        state.session.search_path.as_slice()
    };
    let schemas = name.schema.iter().chain(path);
    schemas.flat_map(move |schema| {
        let name = QualName::new(schema.clone(), name.name.clone());
        state.catalog.overloads(&name).map(|(_, function)| &**function)
    })
}

/// Whether a volatile function of PostgreSQL's own leaves relations alone.
pub(crate) fn harmless(name: &str) -> bool {
    HARMLESS.binary_search(&name).is_ok()
}

/// How an expression's value may change from row to row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Evaluation {
    /// One value for all rows of a statement.
    Once,
    /// Another for every row, because of this function.
    PerRow(String),
    /// Not known, for this reason.
    Unknown(String),
}

/// Whether an expression is evaluated once for the whole table or for each row.
pub(crate) fn evaluation(expr: &Expr, state: &State) -> Evaluation {
    let mut doubt = None;
    for f in &expr.facts.functions {
        let name = f.name.as_str();
        match function(f, state) {
            Known::VolatileBuiltin => return Evaluation::PerRow(name.to_owned()),
            Known::User {
                volatility: Volatility::Volatile,
                inlinable: false,
            } => return Evaluation::PerRow(name.to_owned()),
            Known::User {
                volatility: Volatility::Volatile,
                inlinable: true,
            } => {
                doubt = Some(format!(
                    "{name} is a volatile SQL function, which the planner may replace by its body"
                ));
            }
            Known::Unknown => doubt = Some(format!("whether {name} is volatile isn't in the files")),
            Known::Builtin | Known::User { .. } => {}
        }
    }
    match doubt {
        Some(why) => Evaluation::Unknown(why),
        None if expr.facts.incomplete => {
            Evaluation::Unknown("the expression could not be read whole".to_owned())
        }
        None => Evaluation::Once,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_for_binary_search() {
        let names: Vec<&str> = builtins()
            .iter()
            .map(|l| l.split(' ').next().unwrap_or(l))
            .collect();
        assert!(names.is_sorted());
        assert!(HARMLESS.is_sorted());
    }

    #[test]
    fn builtins_are_found() {
        assert_eq!(builtin("now"), Some(Known::Builtin));
        assert_eq!(builtin("clock_timestamp"), Some(Known::VolatileBuiltin));
        assert_eq!(builtin("gen_random_uuid"), Some(Known::VolatileBuiltin));
        assert_eq!(builtin("coalesce"), Some(Known::Builtin));
        assert_eq!(builtin("uuid_generate_v4"), None);
        assert_eq!(builtin(""), None);
        assert_eq!(builtin("zzz"), None);
    }
}
