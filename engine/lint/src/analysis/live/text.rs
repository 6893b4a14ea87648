//! From the texts of a script to its statements, and from an edit of a text to the statements that it made.

use std::ops::Range;
use std::sync::Arc;

use confiture_project::Script;
use confiture_syntax::split::PieceKind;
use confiture_syntax::{Pieces, Replaced, TextRange};

use super::super::read::{Statement, stretches};
use super::lane::Lane;
use crate::analysis::segment;
use crate::context::Location;

/// Numbers of statements that follow each other are this far apart, so that others fit between.
const GAP: u32 = 1 << 10;

/// The statements of a script with their numbers apart; `None` where there are more than numbers.
pub(super) fn spread(statements: &[Statement]) -> Option<Vec<Statement>> {
    u32::try_from(statements.len()).ok()?.checked_mul(GAP)?;
    let numbered = statements.iter().zip(1u32..);
    Some(
        numbered
            .map(|(statement, at)| statement.renumbered(at * GAP))
            .collect(),
    )
}

/// The pieces of each stretch of a script, by its index.
pub(super) fn pieces(script: &Script) -> Vec<Arc<Pieces>> {
    let stretches =
        (0..script.segments.len() + script.hooks.len()).filter_map(|index| segment(script, index));
    stretches
        .map(|stretch| Arc::new(Pieces::new(&stretch.text)))
        .collect()
}

/// What became of a script's statements.
#[derive(Debug)]
pub(super) struct Rewritten {
    pub(super) pieces: Vec<Arc<Pieces>>,
    pub(super) statements: Arc<Vec<Statement>>,
    /// The statements that are new or say something else, by index.
    pub(super) changed: Range<usize>,
    /// How many statements were there before in place of those.
    pub(super) removed: usize,
    /// The same statements; where there are none, the place between two where the edit was.
    edited: Range<usize>,
}

impl Rewritten {
    /// The numbers of the statements that are new or say something else.
    pub(super) fn own_numbers(&self) -> impl Iterator<Item = u32> + '_ {
        let changed = self.statements.get(self.changed.clone()).unwrap_or_default();
        changed.iter().map(|statement| statement.number)
    }

    /// The numbers of the statements that are new or say something else, and of those beside them: what stands between
    /// two statements, rules may have looked at for either.
    pub(super) fn numbers(&self) -> Vec<u32> {
        let (start, end) = (self.edited.start.saturating_sub(1), self.edited.end + 1);
        let near = self
            .statements
            .get(start..end.min(self.statements.len()))
            .unwrap_or_default();
        near.iter().map(|statement| statement.number).collect()
    }
}

/// The statements of a script whose texts were edited, from those of the script before. `None` where numbers run out: then
/// everything is to be numbered anew.
pub(super) fn rewritten(lane: &Lane, old: &Script, new: &Script) -> Option<Rewritten> {
    let mut pieces = lane.pieces.clone();
    let mut statements: Vec<Statement> = Vec::with_capacity(lane.statements.len() + 4);
    let mut first = usize::MAX;
    let mut edited: Option<Range<usize>> = None;
    // How many statements behind the last changed one are as they were.
    let mut kept_behind = 0;
    let mut rest = lane.statements.as_slice();
    for (index, stretch) in stretches(new) {
        let count = rest
            .iter()
            .take_while(|statement| statement.at.segment == index)
            .count();
        let (own, behind) = rest.split_at(count);
        rest = behind;
        let before = segment(old, index)?;
        let edit = match Arc::ptr_eq(&before.text, &stretch.text) {
            true => None,
            false => Replaced::between(&before.text, &stretch.text),
        };
        let Some(edit) = edit else {
            statements.extend_from_slice(own);
            kept_behind += count;
            continue;
        };
        let known = pieces.get_mut(index)?;
        let (cut, _) = known.edited(&stretch.text, edit);
        let place = |range| Location {
            script: lane.index,
            segment: index,
            range,
        };
        let now: Vec<TextRange> = sql_ranges(&cut);
        let same_before = same_before(own, &now, &stretch.text, edit);
        let most = own.len().min(now.len()) - same_before;
        let same_behind = same_behind(own, &now, &stretch.text, edit, most);
        if same_before + same_behind < own.len().max(now.len()) {
            first = first.min(statements.len() + same_before);
            kept_behind = same_behind;
        } else {
            kept_behind += count;
        }
        let place_of_edit = statements.len() + same_before..statements.len() + now.len() - same_behind;
        edited = Some(edited.map_or(place_of_edit.start, |known| known.start)..place_of_edit.end);
        statements.extend_from_slice(own.get(..same_before)?);
        for range in now.get(same_before..now.len() - same_behind)? {
            statements.push(Statement::alone(place(*range), &stretch.text));
        }
        let moved = own.get(own.len() - same_behind..)?.iter();
        statements.extend(
            moved
                .zip(now.get(now.len() - same_behind..)?)
                .map(|(s, range)| s.moved(*range)),
        );
        *known = Arc::new(cut);
    }
    let changed = if first == usize::MAX {
        statements.len()..statements.len()
    } else {
        first..statements.len() - kept_behind
    };
    let removed = lane.statements.len() + changed.len() - statements.len();
    number(&mut statements, &lane.statements, &changed, removed)?;
    Some(Rewritten {
        pieces,
        statements: Arc::new(statements),
        edited: edited.unwrap_or_else(|| changed.clone()),
        changed,
        removed,
    })
}

/// Where the statements of a text are.
fn sql_ranges(pieces: &Pieces) -> Vec<TextRange> {
    let sql = pieces.iter().filter(|piece| piece.kind == PieceKind::Sql);
    sql.map(|piece| piece.range).collect()
}

/// How many statements at the beginning are as they were, and so is the rest of the line that they end in.
fn same_before(own: &[Statement], now: &[TextRange], text: &str, edit: Replaced) -> usize {
    let alike = own
        .iter()
        .zip(now)
        .take_while(|(s, range)| s.at.range == **range && range.end <= edit.start);
    let mut count = alike.count();
    let ends_line = |end: u32| {
        let rest = text.get(end as usize..edit.start as usize);
        rest.is_some_and(|rest| rest.contains('\n'))
    };
    while let Some(last) = count.checked_sub(1)
        && own
            .get(last)
            .is_some_and(|statement| !ends_line(statement.at.range.end))
    {
        count = last;
    }
    count
}

/// How many statements at the end, at most `most`, have only moved, and so has the beginning of the line that they begin in.
fn same_behind(own: &[Statement], now: &[TextRange], text: &str, edit: Replaced, most: usize) -> usize {
    let pairs = own.iter().rev().zip(now.iter().rev()).take(most);
    let is_same = |(statement, range): &(&Statement, &TextRange)| {
        let old = statement.at.range;
        let behind = |offset: u32, edge: u32| offset.checked_sub(edge);
        let has_moved = |old: u32, now: u32| {
            let then = behind(old, edit.old_end);
            then.is_some() && then == behind(now, edit.new_end)
        };
        has_moved(old.start, range.start) && has_moved(old.end, range.end)
    };
    let mut count = pairs.take_while(is_same).count();
    let begins_line = |start: u32| {
        let line = text.get(edit.new_end as usize..start as usize);
        line.is_some_and(|line| line.contains('\n'))
    };
    while count > 0
        && now
            .get(now.len() - count)
            .is_some_and(|range| !begins_line(range.start))
    {
        count -= 1;
    }
    count
}

/// Gives numbers to the statements that are new: those of the ones that they stand in place of, then others between.
fn number(
    statements: &mut [Statement],
    old: &[Statement],
    changed: &Range<usize>,
    removed: usize,
) -> Option<()> {
    let freed = old.get(changed.start..changed.start + removed)?;
    let reused = freed.len().min(changed.len());
    for (statement, freed) in statements.get_mut(changed.clone())?.iter_mut().zip(freed) {
        *statement = statement.renumbered(freed.number);
    }
    let fresh = changed.start + reused..changed.end;
    if fresh.is_empty() {
        return Some(());
    }
    let before = fresh.start.checked_sub(1).and_then(|last| statements.get(last));
    let low = before.map_or(0, |statement| statement.number);
    let count = u32::try_from(fresh.len()).ok()?;
    let step = match statements.get(fresh.end) {
        Some(next) => next.number.checked_sub(low)? / (count + 1),
        None => GAP.min((u32::MAX - low) / (count + 1)),
    };
    (step > 0).then_some(())?;
    for (statement, place) in statements.get_mut(fresh)?.iter_mut().zip(1u32..) {
        *statement = statement.renumbered(low + step * place);
    }
    Some(())
}
