//! What is wrong with the comments themselves.

use confiture_project::Project;
use confiture_syntax::{Name, TextRange};

use super::directive::{Kind, Malformed, Named};
use super::{Comment, Comments, segment};
use crate::analysis::Input;
use crate::analysis::read::Statements;
use crate::analysis::run::collect;
use crate::context::{Sink, Subject};
use crate::rule::{Activation, Category, Check};
use crate::settings::{Configured, Rules};
use crate::{Edit, Finding, Fix, Place, Rule, RuleSet, Safety, registry};

/// Whether a rule is about comments that silence rules.
pub(super) fn is_about_comments(rule: &Rule) -> bool {
    matches!(rule.check, Check::Suppressions)
}

/// Comments that name no rule, can't be read, or silence nothing.
pub(super) fn findings(
    input: &Input<'_>,
    rules: &RuleSet,
    statements: &Statements<'_>,
    comments: &Comments,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for script in comments.scripts() {
        let rules = rules.for_path(&input.project.scripts[script].source.path);
        let reporter = Reporter {
            project: input.project,
            script,
            rules: &rules,
            statements,
            comments,
        };
        for rule in rules.active().filter(|rule| is_about_comments(rule.rule)) {
            found.extend(collect(rule, input, statements, |sink| match rule.rule.name {
                "unused-suppression" => reporter.unused(sink),
                _ => reporter.unknown(sink),
            }));
        }
    }
    found
}

/// Looks at the comments of one script.
struct Reporter<'a> {
    project: &'a Project,
    script: usize,
    /// The rules as they are for the script's file.
    rules: &'a Rules,
    statements: &'a Statements<'a>,
    comments: &'a Comments,
}

impl Reporter<'_> {
    fn directives(&self) -> impl Iterator<Item = &Comment> {
        let all = self
            .comments
            .files
            .values()
            .flat_map(|comments| comments.values());
        all.filter(|comment| self.is_own(&comment.place))
    }

    fn is_own(&self, place: &Place) -> bool {
        place.script == self.script
    }

    /// Names of no rule, and comments that say nothing.
    fn unknown(&self, sink: &mut Sink<'_>) {
        let malformed = self.comments.malformed.iter();
        for (place, malformed) in malformed.filter(|(place, _)| self.is_own(place)) {
            report_malformed(sink, *place, malformed);
        }
        for comment in self.directives() {
            for name in &comment.directive.names {
                if !self.is_known(name) {
                    self.report_name(sink, comment, name);
                }
            }
        }
        for place in self
            .comments
            .open_starts
            .iter()
            .filter(|place| self.is_own(place))
        {
            sink.report_place(
                Subject::NONE,
                *place,
                "nothing ends this block: it goes on to the end of the file",
            )
            .help("end it with `-- confiture: ignore-end`, or say `ignore-file`");
        }
        for place in self.comments.stray_ends.iter().filter(|place| self.is_own(place)) {
            let title = "Remove the comment";
            let fix = Fix::new(title, Safety::Safe).edit(self.removal(*place));
            sink.report_place(Subject::NONE, *place, "this ends no block")
                .fix(fix);
        }
    }

    fn report_name(&self, sink: &mut Sink<'_>, comment: &Comment, name: &Named) {
        let place = within(comment.place, name.range);
        let near = self.nearest(&name.text);
        let message = match &near {
            Some(near) => format!("no rule is called `{}`; did you mean `{near}`?", name.text),
            None => format!("no rule is called `{}`", name.text),
        };
        let finding = sink.report_place(subject(name), place, message);
        match near {
            Some(near) => finding
                .fix(Fix::new(format!("Write `{near}`"), Safety::Safe).edit(Edit { place, text: near })),
            None => finding.help("`confiture rules` lists all rules; categories can be named too"),
        };
    }

    /// Comments that silence nothing, though their rules looked.
    fn unused(&self, sink: &mut Sink<'_>) {
        for comment in self.directives() {
            let names = &comment.directive.names;
            let unused: Vec<usize> = (0..names.len())
                .filter(|&at| !comment.used[at] && self.would_speak(comment, &names[at]))
                .collect();
            if unused.is_empty() || comment.directive.kind == Kind::End || self.is_broken(comment) {
                continue;
            }
            if unused.len() == names.len() {
                self.report_unused(sink, comment);
            } else {
                for at in unused {
                    report_unused_name(sink, comment, at);
                }
            }
        }
    }

    fn report_unused(&self, sink: &mut Sink<'_>, comment: &Comment) {
        let names: Vec<String> = comment
            .directive
            .names
            .iter()
            .map(|name| format!("`{}`", name.text))
            .collect();
        let where_to = match comment.directive.kind {
            Kind::File => "in this file",
            Kind::Start => "in this block",
            _ => "here",
        };
        let message = format!(
            "nothing is found {where_to} that this silences: {}",
            names.join(", ")
        );
        let mut fix = Fix::new("Remove the comment", Safety::Safe).edit(self.removal(comment.place));
        if let Some(end) = comment.end {
            fix = fix.edit(self.removal(end));
        }
        let part = comment.directive.names.first().map_or(Subject::NONE, subject);
        sink.report_place(part, comment.place, message).fix(fix);
    }

    /// A comment's removal: with its line where it has one of its own.
    fn removal(&self, place: Place) -> Edit {
        let script = self.project.scripts.get(place.script);
        let text = script
            .and_then(|script| segment(script, place.segment))
            .map_or("", |segment| &*segment.text);
        let (start, end) = (place.range.start as usize, place.range.end as usize);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let before = text[line_start..start].trim_start_matches('\u{feff}');
        let line_end = text[end..].find('\n').map(|at| end + at);
        let after = &text[end..line_end.unwrap_or(text.len())];
        let range = match (before.trim().is_empty(), after.trim().is_empty()) {
            (true, true) => start - before.len()..line_end.map_or(text.len(), |at| at + 1),
            (false, true) => line_start + before.trim_end().len()..end,
            (_, false) => start..end + (after.len() - after.trim_start().len()),
        };
        Edit {
            place: Place {
                range: TextRange::from_usize(range.start, range.end),
                ..place
            },
            text: String::new(),
        }
    }

    /// Whether a name is that of a rule, an instance, a category, or of all.
    fn is_known(&self, name: &Named) -> bool {
        let kebab = name.text.replace('_', "-");
        name.is_all()
            || self.rules.configured.iter().any(|rule| *rule.name == *name.text)
            || Category::from_name(&name.text).is_some()
            || registry()
                .iter()
                .any(|rule| rule.name == kebab || rule.aliases.contains(&kebab.as_str()))
    }

    fn nearest(&self, name: &str) -> Option<String> {
        let rules = self.rules.configured.iter();
        let own =
            rules.flat_map(|rule| std::iter::once(&*rule.name).chain(rule.rule.aliases.iter().copied()));
        let categories = Category::ALL.iter().map(|category| category.as_str());
        confiture_project::nearest(name, own.chain(categories)).map(str::to_owned)
    }

    /// Whether the rules that a name means looked at the comment's file in this run, all of them: what was not looked
    /// for may be there.
    fn would_speak(&self, comment: &Comment, name: &Named) -> bool {
        let path = &comment.source.path;
        let looks = |rule: &Configured| {
            let is_on = self.rules.active().any(|active| active.name == rule.name);
            is_on && !rule.leaves_out(path) && !matches!(rule.rule.check, Check::Server)
        };
        let kebab = name.text.replace('_', "-");
        let is_named = |rule: &Configured| {
            *rule.name == *name.text || rule.rule.name == kebab || rule.rule.aliases.contains(&kebab.as_str())
        };
        let named: Vec<&Configured> = self
            .rules
            .configured
            .iter()
            .filter(|rule| is_named(rule))
            .collect();
        if !named.is_empty() {
            return named
                .iter()
                .all(|rule| looks(rule) && !is_about_comments(rule.rule));
        }
        let category = Category::from_name(&name.text);
        let is_meant = |rule: &Configured| {
            let in_category = category.is_some_and(|category| rule.rule.categories.contains(&category));
            (name.is_all() || in_category)
                && rule.rule.activation == Activation::Default
                && !is_about_comments(rule.rule)
        };
        let mut meant = self
            .rules
            .configured
            .iter()
            .filter(|rule| is_meant(rule))
            .peekable();
        meant.peek().is_some() && meant.all(looks)
    }

    /// Whether a statement that the comment is about could not be parsed: who knows what would be found in it.
    fn is_broken(&self, comment: &Comment) -> bool {
        let place = comment.place;
        let is_meant = |range: TextRange| {
            comment.directive.kind != Kind::Ignore
                || comment.statements.iter().any(|scope| scope.intersects(range))
        };
        let mut own = self.statements.stretch(place.script, place.segment).iter();
        own.any(|statement| !statement.errors().is_empty() && is_meant(statement.at.range))
    }
}

fn report_malformed(sink: &mut Sink<'_>, comment: Place, malformed: &Malformed) {
    let place = within(comment, malformed.range);
    let finding = sink.report_place(Subject::NONE, place, malformed.message.clone());
    match &malformed.mend {
        Some((title, range, text)) => finding.fix(Fix::new(title.clone(), Safety::Safe).edit(Edit {
            place: within(comment, *range),
            text: text.clone(),
        })),
        None => {
            finding.help("`-- confiture: ignore rule, rule: reason` silences rules for the next statement")
        }
    };
}

/// One of several names that silences nothing.
fn report_unused_name(sink: &mut Sink<'_>, comment: &Comment, at: usize) {
    let names = &comment.directive.names;
    let name = &names[at];
    let message = format!("nothing is found that `{}` silences", name.text);
    let range = match at.checked_sub(1).map(|before| names[before].range) {
        Some(before) => TextRange::new(before.end, name.range.end),
        None => TextRange::new(
            name.range.start,
            names.get(1).map_or(name.range, |next| next.range).start,
        ),
    };
    let edit = Edit {
        place: within(comment.place, range),
        text: String::new(),
    };
    sink.report_place(subject(name), within(comment.place, name.range), message)
        .fix(Fix::new(format!("Remove `{}`", name.text), Safety::Safe).edit(edit));
}

fn subject(name: &Named) -> Subject {
    Subject {
        relation: None,
        part: Some(Name::new(&name.text)),
    }
}

/// A part of a comment.
fn within(comment: Place, range: TextRange) -> Place {
    Place {
        range: range.offset(comment.range.start),
        ..comment
    }
}
