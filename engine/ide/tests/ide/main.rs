//! The answers of `ide`, asked through its public functions: one program, a module for each question.
#![allow(dead_code, reason = "the support offers more than today's tests use")]

mod actions;
mod complete;
mod config;
mod costs;
mod diagnostics;
mod hover;
mod inlay;
mod lens;
mod names;
mod navigate;
mod statistics;
mod structure;
mod support;
mod symbols;
mod tokens;
mod world;
