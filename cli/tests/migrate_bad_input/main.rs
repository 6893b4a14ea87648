//! What `confiture migrate` says when something is wrong, as a program on private servers: each time the exit status,
//! what it prints, and what the database holds afterwards, which must agree with its ledger.

#[path = "../support/pages.rs"]
#[allow(dead_code, reason = "only what makes output comparable is used here")]
mod pages;
mod scene;

mod connections;
mod files;
mod servers;
mod statements;
mod stopping;
