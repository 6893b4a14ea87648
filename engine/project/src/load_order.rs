//! The order that `load_order` gives to the files of a schema tree.

use std::cmp::Ordering;
use std::path::Path;
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use crate::config::Config;
use crate::layout::plain_script;
use crate::{Layout, Problem, ProblemCode, Script, SourceFile};

/// An entry, compiled.
struct Entry {
    /// `None` for an entry without wildcards: a file or a folder.
    glob: Option<GlobMatcher>,
    path: String,
}

impl Entry {
    fn matches(&self, relative: &Path) -> bool {
        match &self.glob {
            Some(glob) => glob.is_match(relative),
            None => relative.starts_with(&self.path),
        }
    }
}

/// The files that `load_order` names, in its order, and the rest. The first entry that matches a file gives its place;
/// inside an entry the files stand in the order of their paths, folder by folder, compared as text.
pub(crate) fn apply(
    root: &Path,
    config: &Config,
    files: &[Arc<SourceFile>],
) -> (Vec<Script>, Vec<Arc<SourceFile>>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut entries = Vec::new();
    for pattern in &config.load_order {
        match compile(&pattern.text) {
            Ok(entry) => entries.push((entry, pattern, false)),
            Err(message) => problems.push(config.problem(
                ProblemCode::WrongValue,
                &pattern.range,
                format!("not a glob: {message}"),
            )),
        }
    }
    let mut placed: Vec<(usize, &Arc<SourceFile>)> = Vec::new();
    let mut rest = Vec::new();
    for file in files {
        let relative = file.file.strip_prefix(root).unwrap_or(&file.file);
        let mut place = None;
        for (at, (entry, _, used)) in entries.iter_mut().enumerate() {
            if entry.matches(relative) {
                *used = true;
                place = place.or(Some(at));
            }
        }
        match place {
            Some(at) => placed.push((at, file)),
            None => rest.push(Arc::clone(file)),
        }
    }
    placed.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| by_components(&x.file, &y.file)));
    for (_, pattern, _) in entries.iter().filter(|(_, _, used)| !used) {
        let message = format!("`{}` matches no SQL file", pattern.text);
        problems.push(config.problem(ProblemCode::LoadOrderUnmatched, &pattern.range, message));
    }
    let scripts = placed
        .into_iter()
        .map(|(_, file)| plain_script(file, Layout::SchemaTree))
        .collect();
    (scripts, rest, problems)
}

fn by_components(a: &Path, b: &Path) -> Ordering {
    a.components().cmp(b.components())
}

fn compile(text: &str) -> Result<Entry, String> {
    let path = text.trim_start_matches("./").trim_end_matches('/').to_owned();
    let glob = if text.contains(['*', '?', '[', '{']) {
        let glob = GlobBuilder::new(&path).literal_separator(true).build();
        Some(glob.map_err(|error| error.kind().to_string())?.compile_matcher())
    } else {
        None
    };
    Ok(Entry { glob, path })
}
