//! A rule and what is configured for it: severity, options, and what it is kept away from.

use std::path::Path;
use std::sync::Arc;

use confiture_project::config::{OwnText, Pattern};
use globset::{GlobBuilder, GlobMatcher};

use super::names::NamePattern;
use super::options::Options;
use crate::context::Subject;
use crate::{Rule, Severity};

/// A rule and what is configured for it.
#[derive(Debug, Clone)]
pub struct Configured {
    /// Its name: the rule's, or that of a named instance.
    pub name: Arc<str>,
    /// The rule.
    pub rule: &'static Rule,
    /// How severe its findings are; [`Severity::Off`] where it does not run.
    pub severity: Severity,
    /// Its options.
    pub options: Options,
    /// A message that replaces the rule's own.
    pub message: Option<String>,
    /// The query, or the SQL, that it runs.
    pub(crate) own: Option<OwnText>,
    pub(super) environment: Option<Arc<str>>,
    pub(super) exemptions: Vec<NameFilter>,
    pub(super) limits: Vec<Limit>,
    /// Its severity where it isn't switched off.
    pub(super) severity_when_on: Severity,
    /// Whether the configuration names it.
    pub(super) asked_for: bool,
    /// Whether the configuration says that it is off: then saying something else of it doesn't switch it on.
    switched_off: bool,
}

/// What names are exempt.
#[derive(Debug, Clone)]
pub(super) enum NameFilter {
    Glob(GlobMatcher),
    Regex(NamePattern),
}

impl NameFilter {
    fn is_match(&self, name: &str) -> bool {
        match self {
            NameFilter::Glob(glob) => glob.is_match(name),
            NameFilter::Regex(pattern) => pattern.is_match(name),
        }
    }
}

/// A stretch of the project that a rule is limited to.
#[derive(Debug, Clone)]
pub(super) enum Limit {
    /// A folder, named from the root of the project or by a part of the path.
    Folder(String),
    /// Files.
    Files(GlobMatcher),
    /// A schema of the database.
    Schema(String),
}

impl Limit {
    /// What a path of the configuration limits to.
    pub(super) fn path(pattern: &Pattern) -> Result<Limit, globset::Error> {
        let folder = folder(&pattern.text);
        if !folder.contains(['*', '?', '[', '{']) {
            return Ok(Limit::Folder(folder));
        }
        let glob = GlobBuilder::new(pattern.text.trim_start_matches("./"))
            .literal_separator(true)
            .build()?;
        Ok(Limit::Files(glob.compile_matcher()))
    }

    pub(super) fn holds_path(&self, path: &str) -> bool {
        match self {
            Limit::Folder(folder) => is_below(path, folder),
            // Paths are shown from where the command runs, which may be above or below the project's root.
            Limit::Files(glob) => suffixes(path).any(|path| glob.is_match(path)),
            Limit::Schema(_) => false,
        }
    }

    fn holds(&self, path: &str, subject: &Subject) -> bool {
        match self {
            Limit::Schema(schema) => subject
                .relation
                .as_ref()
                .is_some_and(|r| r.schema.as_str() == schema),
            _ => self.holds_path(path),
        }
    }
}

impl Configured {
    /// Hands over everything that decides what it finds, a part at a time.
    pub(super) fn identify(&self, part: &mut dyn FnMut(&[u8])) {
        let Configured {
            name,
            rule,
            severity,
            options,
            message,
            own,
            environment,
            exemptions,
            limits,
            severity_when_on,
            asked_for,
            switched_off,
        } = self;
        part(name.as_bytes());
        part(rule.name.as_bytes());
        let settings = format!(
            "{severity:?} {options:?} {message:?} {own:?} {environment:?} {exemptions:?} {limits:?} \
             {severity_when_on:?} {asked_for} {switched_off}"
        );
        part(settings.as_bytes());
    }

    pub(super) fn new(rule: &'static Rule, environment: Option<&Arc<str>>) -> Configured {
        Configured {
            name: rule.name.into(),
            rule,
            severity: rule.default_severity(),
            options: Options::defaults(rule),
            message: None,
            own: None,
            environment: environment.cloned(),
            exemptions: Vec::new(),
            limits: Vec::new(),
            severity_when_on: rule.severity,
            asked_for: false,
            switched_off: false,
        }
    }

    /// The environment that is linted for, where one was named.
    pub fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    /// Whether it is a named instance of its rule.
    pub fn is_instance(&self) -> bool {
        &*self.name != self.rule.name
    }

    /// Whether the configuration exempts what a finding is about.
    pub(crate) fn exempts(&self, subject: &Subject) -> bool {
        if self.exemptions.is_empty() {
            return false;
        }
        let mut names = Vec::new();
        if let Some(relation) = &subject.relation {
            names.push(relation.name.as_str().to_owned());
            names.push(relation.to_string());
            names.extend(
                subject
                    .part
                    .iter()
                    .map(|part| format!("{}.{}", relation.name, part)),
            );
        }
        names.extend(subject.part.iter().map(|part| part.as_str().to_owned()));
        self.exemptions
            .iter()
            .any(|filter| names.iter().any(|name| filter.is_match(name)))
    }

    /// Whether nothing in a file can be of interest to it.
    pub(crate) fn leaves_out(&self, path: &Path) -> bool {
        if self.limits.is_empty() {
            return false;
        }
        let path = slashes(path);
        let may_hold = |limit: &Limit| matches!(limit, Limit::Schema(_)) || limit.holds_path(&path);
        !self.limits.iter().any(may_hold)
    }

    /// Whether a finding in a file is one that it was asked for.
    pub(crate) fn covers(&self, path: &Path, subject: &Subject) -> bool {
        if self.limits.is_empty() {
            return true;
        }
        let path = slashes(path);
        self.limits.iter().any(|limit| limit.holds(&path, subject))
    }

    /// Switches it on where it is off.
    pub(crate) fn enable(&mut self) {
        self.switched_off = false;
        if self.severity == Severity::Off {
            self.severity = self.severity_when_on;
        }
    }

    pub(super) fn switch_off(&mut self) {
        self.severity = Severity::Off;
        self.switched_off = true;
    }

    /// Switches it on because something is said of it.
    pub(super) fn wake(&mut self) {
        if !self.switched_off {
            self.enable();
        }
    }

    pub(super) fn set_severity(&mut self, severity: Severity) {
        if severity == Severity::Off {
            return self.switch_off();
        }
        self.severity = severity;
        self.severity_when_on = severity;
        self.switched_off = false;
    }
}

/// A path with slashes, whatever the system's own mark.
pub(super) fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// A path and what is left of it without its first folders.
fn suffixes(path: &str) -> impl Iterator<Item = &str> {
    let inner = path.match_indices('/').map(|(at, _)| &path[at + 1..]);
    std::iter::once(path).chain(inner)
}

/// A folder as configuration writes it, without what changes nothing.
fn folder(text: &str) -> String {
    text.trim_start_matches("./")
        .trim_end_matches("/**/*")
        .trim_end_matches("/**")
        .trim_end_matches('/')
        .to_owned()
}

/// Whether a path lies in a folder: named from the root of the project, or by a part of the path.
fn is_below(path: &str, folder: &str) -> bool {
    path.match_indices(folder).any(|(at, _)| {
        let begins = at == 0 || path.as_bytes().get(at - 1) == Some(&b'/');
        let end = at + folder.len();
        begins && (end == path.len() || path.as_bytes().get(end) == Some(&b'/'))
    })
}
