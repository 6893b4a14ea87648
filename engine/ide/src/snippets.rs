//! Safe patterns as snippets.

/// A pattern to fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snippet {
    /// What is typed for it.
    pub prefix: &'static str,
    /// What it does, as an imperative.
    pub title: &'static str,
    /// The pattern, in the protocol's snippet syntax.
    pub body: &'static str,
}

/// All of them.
pub const SNIPPETS: &[Snippet] = &[];
