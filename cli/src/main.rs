//! The confiture binary.
fn main() {}
