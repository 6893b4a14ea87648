//! Comments that speak to the linter: what the rules are that they name.

use confiture_lint::explain;

use super::Hover;
use crate::Cursor;

/// The rule whose name is under the cursor, in a comment that begins with `confiture:`.
pub(super) fn hover(cursor: &Cursor<'_>) -> Option<Hover> {
    let text = cursor.text();
    let offset = text.floor_char_boundary(cursor.offset.min(text.len()));
    let (before, after) = text.split_at_checked(offset)?;
    let line = before.rsplit('\n').next()?;
    let (_, said) = line.split_once("--")?;
    if !said.trim_start().starts_with("confiture:") {
        return None;
    }
    let in_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let start = before.trim_end_matches(in_name).len();
    let end = offset + after.len() - after.trim_start_matches(in_name).len();
    Some(Hover {
        markdown: explain(text.get(start..end)?)?,
        range: cursor.span(start..end)?.range,
    })
}
