//! What tells runs and scripts apart: hashes of everything that a result may depend on, the catalog excepted.

use std::path::Path;

use confiture_project::{HookSql, Project, Script, Segment};
use rayon::prelude::*;

use crate::RuleSet;
use crate::analysis::Input;

/// A hash of 256 bits.
pub(crate) type Hash = [u8; 32];

/// The build that runs. Two builds that may find different things must have different ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity(Hash);

impl Identity {
    /// From what tells builds apart: a version, and what a file system says of the executable.
    pub fn new<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> Identity {
        let mut hasher = Hasher::default();
        parts.into_iter().for_each(|part| hasher.bytes(part));
        Identity(hasher.finish())
    }

    /// That of a run: the build, and everything that the name of its memory stands for.
    pub(crate) fn of_run(&self, input: &Input<'_>, rules: &RuleSet) -> Hash {
        let mut hasher = Hasher::default();
        hasher.bytes(&self.0);
        hasher.bytes(&surroundings(input, rules));
        hasher.finish()
    }
}

/// A name for the file that the memory of a run is kept in: another for other rules, another version of the server and
/// another project.
pub fn memory_name(input: &Input<'_>, rules: &RuleSet) -> String {
    let hash = surroundings(input, rules);
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The rules, the configuration, the server's version and where the project lies.
fn surroundings(input: &Input<'_>, rules: &RuleSet) -> Hash {
    let mut hasher = Hasher::default();
    hasher.text(&input.version.to_string());
    rules.identify(&mut |part| hasher.bytes(part));
    hasher.path(&input.project.root);
    hasher.text(input.project.layout.name());
    // Rules may read it.
    hasher.word(&input.project.config);
    // Several projects may lie in one folder.
    if let Some(first) = input.project.scripts.first() {
        hasher.path(&first.source.file);
    }
    hasher.finish()
}

/// Feeds parts to a hash, each with its length, so that no two lists of parts are the same.
#[derive(Default)]
struct Hasher(blake3::Hasher);

impl Hasher {
    fn bytes(&mut self, part: &[u8]) {
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    fn text(&mut self, part: &str) {
        self.bytes(part.as_bytes());
    }

    fn path(&mut self, part: &Path) {
        self.bytes(part.as_os_str().as_encoded_bytes());
    }

    /// The name of a value of a plain enum, or of options of one.
    fn word(&mut self, part: impl std::fmt::Debug) {
        self.text(&format!("{part:?}"));
    }

    fn finish(&self) -> Hash {
        *self.0.finalize().as_bytes()
    }
}

/// Which scripts there are, and in which order: all about them but what they say.
pub(crate) fn shape(project: &Project) -> Hash {
    let mut hasher = Hasher::default();
    for script in &project.scripts {
        outline(script, &mut hasher);
    }
    hasher.finish()
}

/// For every script a hash of all that it is by itself, of its counterpart's text, and of what is released of it.
pub(crate) fn script_keys(input: &Input<'_>) -> Vec<Hash> {
    let scripts = &input.project.scripts;
    let texts: Vec<Hash> = scripts.par_iter().with_min_len(64).map(content).collect();
    let counterparts = counterparts(scripts);
    let has_downs = input.project.downs().next().is_some();
    let behind = released_behind(input);
    let key = |(index, script): (usize, &Script)| {
        let mut hasher = Hasher::default();
        hasher.bytes(&texts[index]);
        match counterparts[index] {
            Some(other) => hasher.bytes(&texts[other]),
            None => hasher.text(""),
        }
        let released = input.released.map(|files| files.get(&script.source.file));
        hasher.word(released.map(|text| text.is_some()));
        let behind = behind.get(index).copied().flatten();
        hasher.word((has_downs, behind.map(|behind| &scripts[behind].source.path)));
        hasher.text(released.flatten().map_or("", |text| &**text));
        hasher.finish()
    };
    scripts.iter().enumerate().map(key).collect()
}

/// The index of each script's counterpart, as [`Project::counterpart`] finds it.
fn counterparts(scripts: &[Script]) -> Vec<Option<usize>> {
    use confiture_project::Direction;
    let mut first = std::collections::HashMap::new();
    for (index, script) in scripts.iter().enumerate() {
        first
            .entry((script.group.as_str(), script.direction))
            .or_insert(index);
    }
    let of = |script: &Script| {
        let wanted = match script.direction {
            Direction::Up => Direction::Down,
            Direction::Down => Direction::Up,
            _ => return None,
        };
        first.get(&(script.group.as_str(), wanted)).copied()
    };
    scripts.iter().map(of).collect()
}

fn content(script: &Script) -> Hash {
    let mut hasher = Hasher::default();
    outline(script, &mut hasher);
    hasher.text(&script.source.text);
    hasher.word(script.segments.len());
    for segment in &script.segments {
        stretch(segment, script, &mut hasher);
    }
    for hook in &script.hooks {
        let HookSql {
            phase,
            kind,
            key,
            run,
            segment,
        } = hook;
        hasher.word(run);
        hasher.text(phase);
        hasher.word(kind);
        hasher.text(key);
        stretch(segment, script, &mut hasher);
    }
    hasher.finish()
}

fn stretch(segment: &Segment, script: &Script, hasher: &mut Hasher) {
    let Segment {
        source,
        text,
        // Where it stands in the file matters to those who show findings.
        map: _,
    } = segment;
    hasher.path(&source.file);
    if std::sync::Arc::ptr_eq(text, &script.source.text) {
        hasher.text("all of it");
    } else {
        hasher.text(text);
    }
}

/// All about a script but what it says. Whether it was asked for is no part of what it is.
fn outline(script: &Script, hasher: &mut Hasher) {
    let Script {
        source,
        segments: _,
        hooks: _,
        layout,
        direction,
        transaction,
        version,
        group,
        applies_to,
        selected: _,
    } = script;
    hasher.path(&source.path);
    hasher.path(&source.file);
    hasher.text(layout.name());
    hasher.word(direction);
    hasher.word(transaction);
    hasher.word(version);
    hasher.text(group);
    hasher.word(applies_to);
}

/// For every script the next migration forward behind it that is released, by its index.
fn released_behind(input: &Input<'_>) -> Vec<Option<usize>> {
    let mut behind = Vec::new();
    let mut next = None;
    for (index, script) in input.project.scripts.iter().enumerate().rev() {
        behind.push(next);
        let is_released = input
            .released
            .is_some_and(|files| files.contains_key(&script.source.file));
        if is_released && script.direction == confiture_project::Direction::Up {
            next = Some(index);
        }
    }
    behind.reverse();
    behind
}
