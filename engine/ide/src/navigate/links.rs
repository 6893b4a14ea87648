//! Links: from an include of psql, and from a path in YAML, to the file.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};

use crate::World;

/// The files that links in a file lead to, with the bytes of each link: includes of psql, `load_order` and paths of YAML.
pub fn links(world: &World, file: &Path) -> Vec<(Range<usize>, PathBuf)> {
    let Some(text) = world.text(file) else {
        return Vec::new();
    };
    let folder = file.parent().unwrap_or(Path::new(""));
    let files = Files::of(world);
    let is_yaml = file
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("yaml") || e.eq_ignore_ascii_case("yml"));
    let found = match is_yaml {
        true => paths_in_yaml(&text),
        false => includes(&text),
    };
    let links = found.into_iter().filter_map(|(range, path)| {
        let target = files.resolve(folder, &path)?;
        (target != file).then_some((range, target))
    });
    links.collect()
}

/// The files that are known, by the parts of their paths from the end.
struct Files<'w> {
    by_name: HashMap<&'w std::ffi::OsStr, Vec<&'w Path>>,
}

impl<'w> Files<'w> {
    fn of(world: &'w World) -> Files<'w> {
        let mut by_name: HashMap<_, Vec<&Path>> = HashMap::new();
        for file in world.files() {
            if let Some(name) = file.file_name() {
                by_name.entry(name).or_default().push(file);
            }
        }
        Files { by_name }
    }

    /// A path as written: within a folder, else at the only place where a path of a project ends in it.
    fn resolve(&self, folder: &Path, written: &str) -> Option<PathBuf> {
        let path = normal(&folder.join(written));
        let named = self.by_name.get(path.file_name()?)?;
        if named.contains(&path.as_path()) {
            return Some(path);
        }
        let end = normal(Path::new(written));
        if end.components().any(|c| c == Component::ParentDir) {
            return None;
        }
        let mut ending = named.iter().filter(|file| file.ends_with(&end));
        match (ending.next(), ending.next()) {
            (Some(only), None) => Some(only.to_path_buf()),
            _ => None,
        }
    }
}

/// A path without `.` and with `..` taken back where it can be.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(normal.components().next_back(), Some(Component::Normal(_))) => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

/// The arguments of `\i`, `\ir`, `\include` and `\include_relative`.
fn includes(text: &str) -> Vec<(Range<usize>, String)> {
    let commands = Lexer::new(text, Dialect::Psql).filter(|token| token.kind == TokenKind::Backslash);
    let arguments = commands.filter_map(|token| {
        let start = token.range.start as usize;
        let line = text.get(start..)?.lines().next()?;
        let word = line.split(char::is_whitespace).next()?;
        if !matches!(word, "\\i" | "\\ir" | "\\include" | "\\include_relative") {
            return None;
        }
        scalar(line, start, word.len()).filter(|(_, path)| !path.contains([':', '`']))
    });
    arguments.collect()
}

/// The scalars of a YAML file that may be paths of SQL or YAML files: items of lists, and values of keys, on one line.
fn paths_in_yaml(text: &str) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let item = trimmed.strip_prefix("- ").map(|_| indent + 2);
        let value = || trimmed.split_once(": ").map(|(key, _)| indent + key.len() + 2);
        if let Some(from) = item.or_else(value).filter(|_| !trimmed.starts_with('#')) {
            let line = line.split(" #").next().unwrap_or(line);
            found.extend(scalar(line, start, from).filter(|(_, path)| is_path(path)));
        }
        start += line.len();
    }
    found
}

/// What stands in a line from a place on, without its quotes; `start` is where the line starts.
fn scalar(line: &str, start: usize, from: usize) -> Option<(Range<usize>, String)> {
    let rest = line.get(from..)?;
    let value = rest.trim();
    let mut at = start + from + (rest.len() - rest.trim_start().len());
    let mut bare = value;
    for quote in ['\'', '"'] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|v| v.strip_suffix(quote)) {
            bare = inner;
            at += 1;
        }
    }
    (!bare.is_empty()).then(|| (at..at + bare.len(), bare.to_owned()))
}

fn is_path(text: &str) -> bool {
    let ends = [".sql", ".psql", ".pgsql", ".yaml", ".yml"];
    ends.iter().any(|end| text.ends_with(end)) && !text.contains(['\n', '*', '?'])
}
