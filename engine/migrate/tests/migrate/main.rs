//! The engine that runs migrations, on real servers: one program, so that one private server does for all tests.
#![allow(clippy::unwrap_used)]

mod support;

mod errors;

mod baseline;
mod builtin_backfill;
mod builtin_backups;
mod builtin_checks;
mod builtin_tables;
mod builtin_trial;
mod builtin_views;
mod hooks_corrected;
mod hooks_outside;
mod hooks_run;
mod hooks_seeds;
mod hooks_types;
mod ledger;
mod majors;
mod plan;
mod preview;
mod repair;
mod runner;
mod safety;
