//! A database as a project: its schema as one script, so that every rule and every report works on it as on files.

use std::path::PathBuf;
use std::sync::Arc;

use confiture_postgres::{Session, Target, introspect};
use confiture_project::{
    Config, Direction, Layout, Node, Problem, ProblemCode, Project, Script, Segment, SourceFile,
    TransactionMode,
};
use confiture_risk::PgVersion;
use confiture_schema::render;

use crate::failure::Failure;

/// A database whose schema was read.
pub(super) struct Live {
    /// Its schema, as a project of one script.
    pub(super) project: Project,
    /// The server's version.
    pub(super) version: PgVersion,
}

impl Live {
    /// Reads a database. `label` is how reports name it.
    pub(super) fn read(url: &str, label: &str, config: &Arc<Config>) -> Result<Live, Failure> {
        let mut session = Session::open(&Target::parse(url)?)?;
        let version = PgVersion::new(session.major()).unwrap_or_default();
        let catalog = introspect(&mut session)?;
        let path = PathBuf::from(label);
        let source = Arc::new(SourceFile {
            file: path.clone(),
            path: path.clone(),
            text: render::sql(&catalog).into(),
        });
        let script = Script {
            segments: vec![Segment::whole(&source)],
            source,
            hooks: Vec::new(),
            layout: Layout::SchemaTree,
            direction: Direction::Schema,
            transaction: TransactionMode::Autocommit,
            version: None,
            group: label.to_owned(),
            applies_to: Vec::new(),
            selected: true,
        };
        let project = Project {
            root: path,
            layout: Layout::SchemaTree,
            config: Arc::clone(config),
            scripts: vec![script],
        };
        Ok(Live { project, version })
    }
}

/// Where the database of an environment is, as far as the configuration says.
pub(super) enum Address {
    /// There.
    Url(String),
    /// The environment has no database.
    None,
}

/// The address of an environment's database, `${VAR}` replaced; a problem where there is no such environment or a
/// variable isn't set.
pub(super) fn address(config: &Config, name: &str) -> Result<Address, Box<Problem>> {
    let Some(environment) = config.environments.get(name) else {
        return Err(Box::new(unknown(config, name)));
    };
    let Some(url) = environment.get("database_url").or_else(|| environment.get("url")) else {
        return Ok(Address::None);
    };
    let text = url.scalar().unwrap_or_default();
    match expand(&text, |variable| std::env::var(variable).ok()) {
        Ok(url) => Ok(Address::Url(url)),
        Err(variable) => Err(Box::new(unset(config, url, &variable))),
    }
}

fn unknown(config: &Config, name: &str) -> Problem {
    let path = config
        .source
        .as_ref()
        .map_or_else(|| PathBuf::from("confiture.yaml"), |source| source.path.clone());
    let names: Vec<&str> = config.environments.keys().map(String::as_str).collect();
    let problem = Problem::new(
        ProblemCode::UnknownKey,
        path,
        format!("there is no environment `{name}`"),
    );
    problem.with_help(match confiture_project::nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => {
            format!("add `environments:` with `{name}: {{database_url: \"${{DATABASE_URL}}\"}}`")
        }
        None => format!("known: {}", names.join(", ")),
    })
}

fn unset(config: &Config, url: &Node, variable: &str) -> Problem {
    config
        .problem(
            ProblemCode::WrongValue,
            &url.range,
            format!("the variable `{variable}` is not set"),
        )
        .with_help(format!("set it: {variable}=postgres://… confiture lint …"))
}

/// Replaces `${VAR}`; the name of the first variable that has no value is the error.
fn expand(text: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let Some((variable, behind)) = after.split_once('}') else {
            out.push_str("${");
            rest = after;
            continue;
        };
        out.push_str(&value(variable).ok_or_else(|| variable.to_owned())?);
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn variables_are_replaced() {
        let value = |name: &str| (name == "HOST").then(|| "db".to_owned());
        assert_eq!(
            expand("postgres://${HOST}/a", value),
            Ok("postgres://db/a".to_owned())
        );
        assert_eq!(expand("${NO}", value), Err("NO".to_owned()));
        assert_eq!(expand("a${", value), Ok("a${".to_owned()));
    }
}
