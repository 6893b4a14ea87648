//! Printing: one module a form.

pub mod excerpt;
pub mod risk_text;
pub mod style;
