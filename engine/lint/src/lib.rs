//! Opinions: what is wrong with a statement, a script or a schema, and what to do instead.
//!
//! A rule is one file under [`rules`]: its documentation (with examples that the tests run), its metadata, its check.
//! Rules read changes, the catalog and `risk`; they never look at text. [`analysis`] takes a project's texts through
//! parsing, the catalog and the rules; [`settings`] turns configuration into the rules that run.
//!
//! What must not live here: what a statement does (`risk`), what exists (`schema`), reading files (`project`),
//! printing (`cli`).
//!
//! Start reading at [`analysis::lint`], then [`rule::Rule`], then any file under `rules/`.

pub mod analysis;
mod baseline;
pub mod cache;
pub mod context;
mod docs;
mod finding;
mod fingerprint;
pub mod fix;
mod lineage;
pub mod peers;
pub mod released;
pub mod rule;
pub mod rules;
mod selection;
pub mod settings;
mod shared;

pub use analysis::live::Live;
pub use analysis::{
    Base, Input, LintReport, Released, Remains, Remembered, SqlAnswer, SqlRow, Statement, StatementRisk,
    Suppressed, catalog, file_range, lint, lint_remembering, lint_with_risks, risks, sql_findings,
};
pub use baseline::{Baseline, BaselineError, BaselineFilter, Known};
pub use confiture_project::Severity;
pub use docs::{Example, ExampleKind, explain, problems_address, rule_address};
pub use finding::{Edit, Finding, Fix, NewFile, Place, Related, RuleName, Safety};
pub use fingerprint::fingerprints;
pub use rule::{Activation, Category, Rule};
pub use rules::registry;
pub use selection::UnknownRule;
pub use settings::{RuleSet, SqlRule, SqlTarget, config_schema, nearest_rule};
