//! Differences of two schemas: for people by object, for programs, as statements.

use std::io::Write;

use confiture_migrate::diff::Schema;
use confiture_schema::draft::{Comparison, Draft, Loss, Runs};
use confiture_schema::render::Difference;

use super::style::{Palette, first_line};
use crate::contract;
use crate::failure::Failure;

/// How long a value may be in a line.
const WIDTH: usize = 100;

/// Prints differences grouped by object: `+` is only on the right, `-` only on the left, `~` on both.
///
/// # Errors
/// Writing failed.
pub fn text(
    out: &mut impl Write,
    palette: &Palette,
    left: &Schema,
    right: &Schema,
    comparison: &Comparison,
) -> Result<(), Failure> {
    let (strong, dim) = (palette.strong, palette.dim);
    if comparison.differences.is_empty() {
        writeln!(out, "{} and {} are the same", left.label, right.label)?;
    } else {
        writeln!(out, "{dim}- {}{dim:#}", left.label)?;
        writeln!(out, "{dim}+ {}{dim:#}", right.label)?;
    }
    let mut owner = "";
    // That the list of columns differs is no news where columns come and go.
    let is_news = |difference: &&Difference| {
        let comes_or_goes = |other: &Difference| {
            other.owner == difference.owner
                && other.aspect == "existence"
                && other.object.starts_with("column ")
        };
        difference.aspect != "columns" || !comparison.differences.iter().any(comes_or_goes)
    };
    for difference in comparison.differences.iter().filter(is_news) {
        if difference.owner != owner {
            owner = &difference.owner;
            writeln!(out, "\n{strong}{owner}{strong:#}")?;
        }
        line(out, difference)?;
    }
    for note in &comparison.not_compared {
        writeln!(out, "{dim}not compared: {note}{dim:#}")?;
    }
    for note in left.not_replayed.iter().chain(&right.not_replayed) {
        writeln!(out, "{dim}does nothing: {note}{dim:#}")?;
    }
    Ok(())
}

fn line(out: &mut impl Write, difference: &Difference) -> Result<(), Failure> {
    let Difference {
        owner,
        object,
        aspect,
        left,
        right,
    } = difference;
    let short = |text: &Option<String>| first_line(text.as_deref().unwrap_or("nothing"), WIDTH);
    // A part goes by its own name under the object's.
    let part = match (object == owner, owner.split_once(' '), object.split_once(' ')) {
        (false, Some((_, whole)), Some((kind, name))) => {
            let own = name.strip_prefix(whole).and_then(|rest| rest.strip_prefix('.'));
            format!("{kind} {}", own.unwrap_or(name))
        }
        _ => String::new(),
    };
    let label = |rest: &str| match (part.is_empty(), rest.is_empty()) {
        (true, _) => rest.to_owned(),
        (false, true) => part.clone(),
        (false, false) => format!("{part}: {rest}"),
    };
    match (aspect.as_str(), left, right) {
        ("existence", _, None) => writeln!(
            out,
            "  - {}",
            label(&first_line(left.as_deref().unwrap_or_default(), WIDTH))
        )?,
        ("existence", None, _) => writeln!(
            out,
            "  + {}",
            label(&first_line(right.as_deref().unwrap_or_default(), WIDTH))
        )?,
        ("body" | "query" | "definition", ..) => {
            writeln!(out, "  ~ {}", label(&format!("another {aspect}")))?
        }
        _ => writeln!(
            out,
            "  ~ {}",
            label(&format!("{aspect}: {} → {}", short(left), short(right)))
        )?,
    }
    Ok(())
}

/// Prints differences, and the draft where there is one, as JSON.
///
/// # Errors
/// Writing failed.
pub fn json(
    out: &mut impl Write,
    left: &Schema,
    right: &Schema,
    comparison: &Comparison,
    draft: Option<&Draft>,
) -> Result<(), Failure> {
    let one = |d: &Difference| contract::SchemaDifference {
        owner: d.owner.clone(),
        object: d.object.clone(),
        aspect: d.aspect.clone(),
        left: d.left.clone(),
        right: d.right.clone(),
    };
    let report = contract::DiffReport {
        left: left.label.clone(),
        right: right.label.clone(),
        same: comparison.differences.is_empty(),
        differences: comparison.differences.iter().map(one).collect(),
        not_compared: comparison.not_compared.clone(),
        not_replayed: left
            .not_replayed
            .iter()
            .chain(&right.not_replayed)
            .cloned()
            .collect(),
        draft: draft.map(of_draft),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)?;
    Ok(())
}

fn of_draft(draft: &Draft) -> contract::DraftReport {
    let steps = draft.steps.iter().map(|step| {
        let (loss, certain) = match &step.loss {
            Loss::Nothing => (None, false),
            Loss::Possible(what) => (Some(what.clone()), false),
            Loss::Certain(what) => (Some(what.clone()), true),
        };
        contract::DraftStep {
            sql: step.sql.clone(),
            object: step.object.clone(),
            what: step.what.clone(),
            loss,
            loss_is_certain: certain,
            transactional: step.runs != Runs::Outside,
        }
    });
    let left_out = draft.left_out.iter().map(|out| contract::LeftOut {
        object: out.object.clone(),
        reason: out.reason.clone(),
    });
    contract::DraftReport {
        settings: draft.settings.clone(),
        steps: steps.collect(),
        left_out: left_out.collect(),
    }
}

/// Prints the statements of a draft.
///
/// # Errors
/// Writing failed.
pub fn sql(out: &mut impl Write, draft: &Draft) -> Result<(), Failure> {
    for setting in &draft.settings {
        writeln!(out, "SET {setting};")?;
    }
    for step in &draft.steps {
        writeln!(out, "-- {}", folded(&format!("{}: {}", step.object, step.what)))?;
        match &step.loss {
            Loss::Nothing => {}
            Loss::Possible(what) => writeln!(out, "-- May lose {}.", folded(what))?,
            Loss::Certain(what) => writeln!(out, "-- Loses {}.", folded(what))?,
        }
        if step.runs == Runs::Outside {
            writeln!(out, "-- Not in a transaction.")?;
        }
        writeln!(out, "{};", step.sql.trim_end())?;
    }
    for left_out in &draft.left_out {
        let remark = format!("left out: {}: {}", left_out.object, left_out.reason);
        writeln!(out, "-- {}", folded(&remark))?;
    }
    for note in &draft.not_compared {
        writeln!(out, "-- not compared: {}", folded(note))?;
    }
    Ok(())
}

/// On one line, so that it stays a comment.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
