//! The statements inside statements.

use confiture_schema::change::Change;

/// DO blocks inside DO blocks are followed this far.
const MAX_NESTING: usize = 8;

/// All that some changes do when they run: those inside DO blocks in the place of the blocks, the bodies of functions left
/// out.
pub(crate) fn flat(changes: &[Change]) -> Vec<&Change> {
    let mut found = Vec::new();
    let mut stack: Vec<(usize, &Change)> = changes.iter().rev().map(|change| (0, change)).collect();
    while let Some((depth, change)) = stack.pop() {
        match change {
            Change::Do(block) if depth < MAX_NESTING => {
                let inner = block.statements.iter().rev();
                stack.extend(
                    inner.flat_map(|nested| nested.changes.iter().rev().map(move |c| (depth + 1, c))),
                );
            }
            _ => found.push(change),
        }
    }
    found
}
