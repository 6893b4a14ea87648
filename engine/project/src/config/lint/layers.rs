//! What a configuration builds on (`extends`), and the files that its rules name.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{LintConfig, Pattern};
use crate::config::Config;
use crate::read::Reader;
use crate::{Problem, ProblemCode, SourceFile};

/// Settings that others build on.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// A preset, by its name. Which there are is known to the crate that has the rules.
    Preset {
        /// The name.
        name: Pattern,
        /// The file that names it.
        source: Option<Arc<SourceFile>>,
    },
    /// The `linting:` of another file, without what it builds on itself: that stands before it.
    File(Box<LintConfig>),
}

/// Reads the files that a configuration builds on and those that its rules name; `below` stands before all that.
pub(crate) fn complete(config: &mut LintConfig, below: Vec<Layer>, reader: &Reader) -> Vec<Problem> {
    let mut loader = Loader {
        reader,
        known: HashSet::new(),
        problems: Vec::new(),
    };
    let mut root = std::mem::take(config);
    loader.read_texts(&mut root);
    let above = loader.layers(&mut root);
    root.layers = below.into_iter().chain(above).collect();
    root.inherit();
    *config = root;
    loader.problems
}

impl LintConfig {
    /// Takes what it doesn't say itself from what it builds on; the nearest wins.
    fn inherit(&mut self) {
        for layer in self.layers.iter().rev() {
            let Layer::File(file) = layer else { continue };
            self.fail_level = self.fail_level.or(file.fail_level);
            self.report_format = self.report_format.take().or_else(|| file.report_format.clone());
            self.baseline = self.baseline.take().or_else(|| file.baseline.clone());
            self.protected_branch = self
                .protected_branch
                .take()
                .or_else(|| file.protected_branch.clone());
            self.enabled &= file.enabled;
            self.cache &= file.cache;
        }
    }
}

/// A file whose `extends` is being followed.
struct Open {
    config: LintConfig,
    next: usize,
}

struct Loader<'a> {
    reader: &'a Reader,
    known: HashSet<PathBuf>,
    problems: Vec<Problem>,
}

impl Loader<'_> {
    /// What `root` builds on, the furthest first.
    fn layers(&mut self, root: &mut LintConfig) -> Vec<Layer> {
        let mut out = Vec::new();
        let mut open = vec![Open {
            config: std::mem::take(root),
            next: 0,
        }];
        while let Some(top) = open.last_mut() {
            let entry = top.config.extends.get(top.next).cloned();
            top.next += 1;
            match entry {
                Some(name) if is_path(&name.text) => {
                    let config = self.follow(&open, &name);
                    open.extend(config.map(|config| Open { config, next: 0 }));
                }
                Some(name) => out.push(Layer::Preset {
                    name,
                    source: top.config.source.clone(),
                }),
                None => {
                    let Some(done) = open.pop() else { break };
                    if open.is_empty() {
                        *root = done.config;
                    } else {
                        out.push(Layer::File(Box::new(done.config)));
                    }
                }
            }
        }
        out
    }

    /// Reads the file that the last of the open ones names.
    fn follow(&mut self, open: &[Open], name: &Pattern) -> Option<LintConfig> {
        let from = open.last()?.config.source.clone()?;
        let path = self.resolve(&from, &name.text);
        let at_name = |message: String| {
            Problem::new(ProblemCode::WrongValue, &from.path, message).at(name.range.clone(), from.shown())
        };
        let chain: Vec<&Arc<SourceFile>> = open
            .iter()
            .filter_map(|file| file.config.source.as_ref())
            .collect();
        if let Some(at) = chain.iter().position(|file| file.file == path) {
            let names: Vec<String> = chain[at..]
                .iter()
                .chain(std::iter::once(&chain[at]))
                .map(|file| file.path.display().to_string())
                .collect();
            let message = format!("`extends` leads back to where it began: {}", names.join(" → "));
            self.problems.push(at_name(message));
            return None;
        }
        if !self.known.insert(path.clone()) {
            return None;
        }
        let (source, problem) = self.reader.read(&path);
        let Some(source) = source else {
            let why = problem.map_or_else(String::new, |problem| problem.message);
            self.problems
                .push(at_name(format!("`extends`: {} {why}", name.text)));
            return None;
        };
        self.problems.extend(problem);
        let (config, problems) = Config::parse(&source);
        self.problems.extend(problems);
        let mut linting = config.linting;
        linting.source = Some(source);
        linting.layers.clear();
        self.read_texts(&mut linting);
        Some(linting)
    }

    /// Reads the queries that stand in files of their own.
    fn read_texts(&mut self, config: &mut LintConfig) {
        let Some(from) = config.source.clone() else { return };
        let overridden = config.overrides.iter_mut().flat_map(|over| &mut over.rules);
        for (name, option) in config
            .rules
            .iter_mut()
            .chain(overridden)
            .flat_map(super::RuleSetting::files_mut)
        {
            let (source, problem) = self.reader.read(&self.resolve(&from, &name));
            match (source, problem) {
                (Some(source), problem) => {
                    self.problems.extend(problem);
                    option.file = Some(source);
                }
                (None, problem) => {
                    let why = problem.map_or_else(String::new, |problem| problem.message);
                    let problem = Problem::new(ProblemCode::WrongValue, &from.path, format!("{name} {why}"))
                        .at(option.value.range.clone(), from.shown());
                    self.problems.push(problem);
                }
            }
        }
    }

    /// A path as a file names it: relative to that file.
    fn resolve(&self, from: &SourceFile, name: &str) -> PathBuf {
        let folder = from.file.parent().unwrap_or(Path::new(""));
        self.reader.absolute(&folder.join(name))
    }
}

/// Whether an entry of `extends` is a path rather than the name of a preset.
pub(super) fn is_path(name: &str) -> bool {
    name.contains(['/', '\\']) || name.ends_with(".yaml") || name.ends_with(".yml")
}
