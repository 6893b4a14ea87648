//! `confiture migrate` as a program, under bad treatment: killed, its server killed, many at once, real histories.
#![allow(clippy::unwrap_used)]
#![allow(
    clippy::print_stderr,
    reason = "it says what it did and what it could not try"
)]

mod corpus;
mod kill;
mod program;
mod project;
mod runners;
mod server;

/// What the list of packages is made of.
mod replay {
    /// A file of a project.
    pub(crate) struct Script {
        /// Its name.
        pub(crate) name: String,
        /// Its text.
        pub(crate) sql: String,
    }
}
