//! Functions that can be called: the project's with what their statements say, and PostgreSQL's common ones.

use std::ops::Range;
use std::sync::OnceLock;

use confiture_lint::{Live, Statement};
use confiture_schema::catalog::{Function, FunctionKey, FunctionKind};
use confiture_schema::change::{Argument, ArgumentMode, Change, CreateFunction};
use confiture_syntax::Name;

use super::Signature;

const BUILTINS: &str = include_str!("builtins.txt");

/// A function as it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Callable {
    pub(super) name: Name,
    /// What it takes, as SQL.
    pub(super) arguments: Vec<String>,
    /// The last argument takes any number of values.
    pub(super) variadic: bool,
    pub(super) returns: Option<String>,
    /// What it does, as Markdown.
    pub(super) documentation: Option<String>,
}

impl Callable {
    /// `(a integer, b text) → boolean`
    pub(super) fn shape(&self) -> String {
        let arguments = self.arguments.join(", ");
        match &self.returns {
            Some(returns) => format!("({arguments}) → {returns}"),
            None => format!("({arguments})"),
        }
    }

    /// What an editor shows while it is called.
    pub(super) fn signature(&self, shown: &str) -> Signature {
        let mut at = shown.len() + 1;
        let mut arguments: Vec<Range<usize>> = Vec::new();
        for argument in &self.arguments {
            arguments.push(at..at + argument.len());
            at += argument.len() + 2;
        }
        Signature {
            label: format!("{shown}{}", self.shape()),
            arguments,
            documentation: self.documentation.clone(),
        }
    }

    /// Whether a call may have that many arguments.
    pub(super) fn takes(&self, count: usize) -> bool {
        count <= self.arguments.len() || self.variadic
    }
}

/// The common functions of PostgreSQL, by name.
pub(super) fn builtins() -> &'static [Callable] {
    static READ: OnceLock<Vec<Callable>> = OnceLock::new();
    READ.get_or_init(|| BUILTINS.lines().filter_map(builtin).collect())
}

/// `name(arguments) → type — What it does`
fn builtin(line: &'static str) -> Option<Callable> {
    let (shape, summary) = line.split_once(" — ")?;
    let (call, returns) = shape.split_once(" → ")?;
    let (name, arguments) = call.strip_suffix(')')?.split_once('(')?;
    let arguments: Vec<String> = arguments
        .split(", ")
        .filter(|argument| !argument.is_empty())
        .map(str::to_owned)
        .collect();
    Some(Callable {
        name: Name::new(name),
        variadic: arguments.last().is_some_and(|last| last.starts_with("VARIADIC")),
        arguments,
        returns: Some(returns.to_owned()),
        documentation: Some(format!("{summary}.")),
    })
}

/// A function of a project.
pub(super) fn of_project(live: &Live, key: &FunctionKey, function: &Function) -> Callable {
    let statement = statement_of(live, key, function);
    let arguments = match statement {
        Some(statement) => statement
            .arguments
            .iter()
            .filter(|argument| argument.mode != ArgumentMode::Table)
            .map(argument)
            .collect(),
        None => key.arguments.iter().map(ToString::to_string).collect(),
    };
    let own = statement.map_or(&[] as &[Argument], |statement| statement.arguments.as_slice());
    let kind = match function.kind {
        FunctionKind::Procedure => Some("procedure"),
        FunctionKind::Aggregate => Some("aggregate"),
        FunctionKind::Window => Some("window function"),
        FunctionKind::Function => None,
    };
    let comment = function.comment.as_deref();
    let words: Vec<&str> = comment.into_iter().chain(kind).collect();
    Callable {
        name: key.name.name.clone(),
        arguments,
        variadic: own.iter().any(|argument| argument.mode == ArgumentMode::Variadic),
        returns: function.returns.as_deref().map(str::to_owned),
        documentation: (!words.is_empty()).then(|| words.join("\n\n")),
    }
}

/// The statement that made a function: it knows the names of its arguments.
fn statement_of<'l>(live: &'l Live, key: &FunctionKey, function: &Function) -> Option<&'l CreateFunction> {
    let origin = function.origin;
    let own = live.statements(origin.script as usize);
    let statement = own.get(Statement::position(own, origin)?)?;
    statement.changes().iter().find_map(|change| match change {
        Change::CreateFunction(create) => {
            let inputs = create
                .arguments
                .iter()
                .filter(|argument| argument.mode.is_input());
            let same = create.name.name == key.name.name && inputs.count() == key.arguments.len();
            same.then_some(&**create)
        }
        _ => None,
    })
}

fn argument(argument: &Argument) -> String {
    let mode = match argument.mode {
        ArgumentMode::In | ArgumentMode::Table => "",
        ArgumentMode::Out => "OUT ",
        ArgumentMode::InOut => "INOUT ",
        ArgumentMode::Variadic => "VARIADIC ",
    };
    let name = argument
        .name
        .as_ref()
        .map(|name| format!("{} ", name.name.quoted()));
    let default = if argument.has_default { " DEFAULT …" } else { "" };
    format!("{mode}{}{}{default}", name.unwrap_or_default(), argument.ty.ty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_read_and_they_are_in_order() {
        assert_eq!(builtins().len(), BUILTINS.lines().count());
        assert!(builtins().is_sorted_by(|a, b| a.name <= b.name));
    }
}
