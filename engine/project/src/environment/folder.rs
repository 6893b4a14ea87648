//! The files of `confiture-environments/`: environments, and anonymization profiles, which are left alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{ENVIRONMENTS_FOLDER, Environment, Place};
use crate::config::Config;
use crate::config::decode::Decoder;
use crate::layout::is_yaml;
use crate::read::Reader;
use crate::yaml::Node;
use crate::{Problem, ProblemCode, SourceFile};

/// The keys by which an anonymization profile is known.
const PROFILE_KEYS: [&str; 3] = ["anonymization_profile", "strategies", "rules"];
/// The keys by which a file is known to be one environment by itself.
const ADDRESS_KEYS: [&str; 2] = ["database_url", "url"];

/// Reads the environments in the folder beside a configuration into it.
pub(crate) fn read_folder(config: &mut Config, root: &Path, reader: &Reader) -> Vec<Problem> {
    let folder = root.join(ENVIRONMENTS_FOLDER);
    let mut problems = Vec::new();
    let files = match files(&folder, reader) {
        Ok(files) => files,
        Err(error) => {
            let message = format!("can't be read: {}", crate::read::plain(&error));
            problems.push(Problem::new(
                ProblemCode::Unreadable,
                reader.display(&folder),
                message,
            ));
            return problems;
        }
    };
    for file in files {
        let (source, problem) = reader.read(&file);
        problems.extend(problem);
        if let Some(source) = source {
            read_file(config, &source, &mut problems);
        }
    }
    problems
}

/// The YAML files of the folder, in the order of their names; those that an editor has not saved yet too.
fn files(folder: &Path, reader: &Reader) -> std::io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = reader.unsaved_below(folder).cloned().collect();
    match std::fs::read_dir(folder) {
        Ok(entries) => {
            for entry in entries {
                files.push(entry?.path());
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    files.retain(|file| is_yaml(file) && file.parent() == Some(folder) && !file.is_dir());
    files.sort();
    Ok(files)
}

fn read_file(config: &mut Config, source: &Arc<SourceFile>, problems: &mut Vec<Problem>) {
    let node = match Node::parse(&source.text) {
        Ok(node) => node,
        Err(error) => {
            problems.push(error.into_problem(source));
            return;
        }
    };
    let has = |keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    if has(&PROFILE_KEYS) && !has(&["environment", "environments"]) && !has(&ADDRESS_KEYS) {
        return;
    }
    let mut decoder = Decoder::new(source);
    for environment in environments(&mut decoder, &node, source) {
        config.add_environment(&mut decoder, environment);
    }
    problems.append(&mut decoder.finish());
}

/// The environments that a file holds, whichever of the forms it has.
fn environments(decoder: &mut Decoder<'_>, node: &Node, source: &Arc<SourceFile>) -> Vec<Environment> {
    let stem = source.path.file_stem().and_then(|stem| stem.to_str());
    let stem = stem.unwrap_or_default().to_owned();
    if ADDRESS_KEYS.iter().any(|key| node.get(key).is_some()) {
        let name = name_in(node, "name")
            .or_else(|| name_in(node, "environment"))
            .unwrap_or(stem);
        return vec![Environment::read(decoder, &name, node, Place::File)];
    }
    let what = "a file of `confiture-environments`";
    let mut found = Vec::new();
    let mut known = false;
    for (key, value) in decoder.map(node, what) {
        match key.name.as_str() {
            "environments" => {
                known = true;
                for (name, entry) in decoder.map(value, "`environments`") {
                    found.push(Environment::read(decoder, &name.name, entry, Place::Entry));
                }
            }
            "environment" => {
                known = true;
                let name = name_in(value, "name").unwrap_or_else(|| stem.clone());
                found.push(Environment::read(decoder, &name, value, Place::File));
            }
            _ => {
                known = true;
                let keys = [
                    "environment",
                    "environments",
                    "database_url",
                    "anonymization_profile",
                ];
                decoder.unknown_key(key, &format!(" in {what}"), &keys.map(str::to_owned));
            }
        }
    }
    if !known {
        let message = "neither an environment nor an anonymization profile".to_owned();
        let problem = decoder
            .problem(ProblemCode::WrongValue, &node.range, message)
            .with_help("write `database_url:`, `environment:`, `environments:` or `anonymization_profile:`");
        decoder.push(problem);
    }
    found
}

fn name_in(node: &Node, key: &str) -> Option<String> {
    node.get(key)
        .and_then(Node::scalar)
        .filter(|name| !name.is_empty())
}
