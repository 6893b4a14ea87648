//! Observing what a statement does.
