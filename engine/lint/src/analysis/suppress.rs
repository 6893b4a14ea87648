//! Comments that silence a rule for the next statement: `-- confiture: ignore rule, rule: reason`.

use confiture_project::Project;

use super::Suppressed;
use super::read::Statements;
use crate::{Finding, RuleSet};

/// Removes findings on statements whose comments say so.
pub(crate) fn apply(
    project: &Project,
    _rules: &RuleSet,
    statements: &Statements<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<Suppressed> {
    let mut suppressed = Vec::new();
    findings.retain(|finding| {
        let place = finding.place;
        let Some(segment) = super::segment(&project.scripts[place.script], place.segment) else {
            return true;
        };
        let own = statements.stretch(place.script, place.segment);
        let at = own.partition_point(|s| s.at.range.end < place.range.end);
        let Some(statement) = own.get(at) else {
            return true;
        };
        let before = at.checked_sub(1).map_or(0, |i| own[i].at.range.end);
        let text = &segment.text;
        let gap = text
            .get(before as usize..statement.at.range.start as usize)
            .unwrap_or_default();
        let ignored = gap
            .lines()
            .chain(
                statement
                    .text()
                    .lines()
                    .take_while(|l| l.trim_start().starts_with("--")),
            )
            .any(|line| ignores(line, &finding.rule) || ignores(line, finding.kind));
        if ignored {
            suppressed.push(Suppressed {
                finding: finding.clone(),
                reason: None,
                comment: place,
            });
        }
        !ignored
    });
    suppressed
}

/// Whether a line is a comment that ignores a rule.
fn ignores(line: &str, rule: &str) -> bool {
    let Some(rest) = line.trim().strip_prefix("--") else {
        return false;
    };
    let Some(rest) = rest.trim_start().strip_prefix("confiture:") else {
        return false;
    };
    let Some(rest) = rest.trim_start().strip_prefix("ignore") else {
        return false;
    };
    let names = rest.split(':').next().unwrap_or_default();
    names.split(',').any(|name| name.trim() == rule)
}

#[cfg(test)]
mod tests {
    use super::ignores;

    #[test]
    fn a_comment_names_rules_and_may_give_a_reason() {
        assert!(ignores(
            "-- confiture: ignore data-loss: nobody reads it",
            "data-loss"
        ));
        assert!(ignores("  --confiture: ignore a, data-loss", "data-loss"));
        assert!(!ignores("-- confiture: ignore data-losses", "data-loss"));
        assert!(!ignores("SELECT 'confiture: ignore data-loss'", "data-loss"));
    }
}
