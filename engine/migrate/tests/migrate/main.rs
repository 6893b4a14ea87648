//! The engine that runs migrations, on real servers: one program, so that one private server does for all tests.
#![allow(clippy::unwrap_used)]

mod support;

mod baseline;
mod hooks_types;
mod ledger;
mod plan;
mod repair;
mod runner;
