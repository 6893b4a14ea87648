//! What is wrong with a file: findings of rules, and what could not be read.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use confiture_lint::{Finding, file_range, problems_address, rule_address};
use confiture_project::{Problem, Severity};

use crate::{Span, Stretch, World};

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The bytes of the file.
    pub range: Range<usize>,
    /// How bad it is.
    pub severity: Severity,
    /// The rule's name, or the code of a problem such as `E012`.
    pub code: String,
    /// What is wrong and, behind an empty line, what to do instead.
    pub message: String,
    /// The page that tells more.
    pub link: Option<String>,
    /// Whether the code there does nothing, or should no longer be used.
    pub tag: Option<Tag>,
    /// Other places that belong to it.
    pub related: Vec<(Span, String)>,
}

/// How an editor shows the place of a diagnostic beside its severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tag {
    /// Faded: it does nothing.
    Unnecessary,
    /// Struck through.
    Deprecated,
}

/// What is wrong with a file, by place: what `confiture lint` says of it, word for word.
///
/// It costs what the file's own findings cost, however many the project has.
pub fn diagnostics(world: &World, file: &Path) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = findings(world, file)
        .filter_map(|(project, finding)| {
            let (_, range) = file_range(world.projects().get(project)?.project(), finding.place)?;
            Some(of_finding(world, project, finding, range))
        })
        .collect();
    let problems = world.problems().iter();
    found.extend(
        problems
            .filter(|problem| world.is_about(problem, file))
            .map(of_problem),
    );
    in_order(&mut found);
    found
}

/// What is wrong with each file in which anything is, by absolute path. What is wrong with a folder stands under the
/// folder's path.
pub fn all(world: &World) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
    let mut found: BTreeMap<PathBuf, Vec<Diagnostic>> = BTreeMap::new();
    for (project, live) in world.projects().iter().enumerate() {
        let scripts = 0..live.project().scripts.len();
        for finding in scripts.flat_map(|script| live.findings(script)) {
            if let Some(span) = world.span(project, finding.place) {
                let diagnostic = of_finding(world, project, finding, span.range);
                found.entry(span.file).or_default().push(diagnostic);
            }
        }
    }
    for problem in world.problems() {
        let own = found.entry(world.problem_file(problem)).or_default();
        own.push(of_problem(problem));
    }
    found.values_mut().for_each(in_order);
    found
}

/// The findings in a file, each with the number of its project.
pub(crate) fn findings<'w>(world: &'w World, file: &Path) -> impl Iterator<Item = (usize, &'w Finding)> {
    let stretches = world.stretches(file).iter();
    stretches.flat_map(|stretch| {
        let own = of_stretch(world, *stretch).iter();
        own.map(|finding| (stretch.project, finding))
    })
}

/// The findings in a stretch of SQL: those of a script are ordered by stretch.
fn of_stretch(world: &World, stretch: Stretch) -> &[Finding] {
    let Some(live) = world.project(stretch) else {
        return &[];
    };
    let all = live.findings(stretch.script);
    let start = all.partition_point(|finding| finding.place.segment < stretch.segment);
    let end = all.partition_point(|finding| finding.place.segment <= stretch.segment);
    all.get(start..end).unwrap_or_default()
}

/// By place; what two scripts that share a file say alike is said once.
fn in_order(diagnostics: &mut Vec<Diagnostic>) {
    let key = |diagnostic: &Diagnostic| (diagnostic.range.start, diagnostic.range.end);
    diagnostics.sort_by(|a, b| {
        key(a)
            .cmp(&key(b))
            .then_with(|| a.code.cmp(&b.code))
            .then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup();
}

fn of_finding(world: &World, project: usize, finding: &Finding, range: Range<usize>) -> Diagnostic {
    let related = finding.related.iter().filter_map(|related| {
        let span = world.span(project, related.place)?;
        Some((span, related.message.clone()))
    });
    Diagnostic {
        range,
        severity: finding.severity,
        code: finding.rule.to_string(),
        message: with_help(&finding.message, finding.help.as_deref()),
        link: Some(rule_address(finding.kind)),
        tag: tag(finding.kind),
        related: related.collect(),
    }
}

pub(crate) fn of_problem(problem: &Problem) -> Diagnostic {
    Diagnostic {
        range: problem.range.clone().unwrap_or_default(),
        severity: problem.code.kind().severity(),
        code: problem.code.as_str().to_owned(),
        message: with_help(&problem.message, problem.help.as_deref()),
        link: Some(problems_address()),
        tag: None,
        related: Vec::new(),
    }
}

fn with_help(message: &str, help: Option<&str>) -> String {
    match help {
        Some(help) => format!("{message}\n\n{help}"),
        None => message.to_owned(),
    }
}

/// What the place of a rule's findings is like.
fn tag(kind: &str) -> Option<Tag> {
    match kind {
        "unused-suppression" | "unknown-suppression" | "redundant-index" | "duplicate-index" => {
            Some(Tag::Unnecessary)
        }
        "no-money" | "no-timetz" => Some(Tag::Deprecated),
        _ => None,
    }
}
