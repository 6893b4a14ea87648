//! The language server, run as a program and spoken to over its standard input and output.

mod broken;
mod client;
mod diagnostics;
mod documents;
mod requests;
mod session;
mod storm;
mod workspace;
