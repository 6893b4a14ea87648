//! What each request asks of `ide`. A handler is a function of what is known and what was asked; waiting, errors and
//! panics are the session's business.

pub(crate) mod actions;
pub(crate) mod commands;
pub(crate) mod complete;
pub(crate) mod diagnostics;
pub(crate) mod hints;
pub(crate) mod hover;
pub(crate) mod navigate;
pub(crate) mod structure;
pub(crate) mod symbols;
pub(crate) mod tokens;
