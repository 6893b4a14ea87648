//! Conditions of hooks, in CEL.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use cel::common::ast::{EntryExpr, Expr, IdedExpr, MapExpr, StructExpr};
use cel::objects::Key;
use cel::{Context, ExecutionError, Program, Value};
use confiture_project::nearest;

use crate::hooks::HookContext;

/// What expressions may speak of.
const VARIABLES: [&str; 10] = [
    "migration",
    "migration_name",
    "environment",
    "direction",
    "phase",
    "status",
    "stats",
    "metadata",
    "rows",
    "error",
];

/// The longest expression that is read, in bytes.
const LONGEST: usize = 4000;

/// The most operators, dots and brackets of an expression: evaluating one goes as deep as it has of them.
const MOST_SIGNS: usize = 200;

/// The stack for reading and evaluating an expression of that many, in bytes: both go as deep as it is nested, with large
/// frames. Only what is used of it is ever allocated.
const STACK: usize = 64 << 20;

/// An expression over what a hook knows: `migration`, `migration_name`, `environment`, `direction`, `phase`, `status`,
/// `stats`, `metadata`, `rows`, `error`.
#[derive(Clone)]
pub struct Condition {
    text: String,
    program: Arc<Program>,
}

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionError {
    /// What is wrong, a sentence without a final period.
    pub message: String,
    /// What to write instead, where that is known.
    pub help: Option<String>,
}

impl PartialEq for Condition {
    fn eq(&self, other: &Condition) -> bool {
        self.text == other.text
    }
}

impl Eq for Condition {}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({:?})", self.text)
    }
}

impl Condition {
    /// Reads an expression over [`HookContext`].
    ///
    /// # Errors
    /// It is not CEL, or speaks of something that doesn't exist: what is wrong, and what it should be where that is known.
    pub fn parse(text: &str) -> Result<Condition, ConditionError> {
        Condition::over(text, &VARIABLES)
    }

    /// Reads an expression over variables of the caller's.
    ///
    /// # Errors
    /// As [`Condition::parse`].
    pub fn over(text: &str, variables: &[&'static str]) -> Result<Condition, ConditionError> {
        let error = |message: String, help: Option<String>| ConditionError { message, help };
        if text.len() > LONGEST {
            let message = format!("an expression of more than {LONGEST} bytes is not read");
            return Err(error(message, None));
        }
        if signs(text) > MOST_SIGNS {
            let message =
                format!("an expression of more than {MOST_SIGNS} operators, dots and brackets is not read");
            return Err(error(message, None));
        }
        let program = with_stack(|| Program::compile(text)).map_err(|reason| error(reason, None))?;
        let program = program.map_err(|errors| {
            let reason = errors.errors.first().map_or_else(String::new, |first| {
                // What the parser would have taken instead is a long list of signs.
                let reason = first.msg.split(" expecting ").next().unwrap_or_default();
                format!(": {}", reason.trim_start_matches("Syntax error: "))
            });
            let message = format!("`{}` is not an expression{reason}", shortened(text));
            let help = suggestion(text).map(|better| format!("write `{better}`"));
            error(
                message,
                help.or_else(|| Some("conditions are written in CEL: https://cel.dev".to_owned())),
            )
        })?;
        let references = program.references();
        let own = own_variables(program.expression());
        let mut used = references.variables();
        used.retain(|name| !own.contains(name));
        used.sort_unstable();
        if let Some(unknown) = used.iter().find(|name| !variables.contains(name)) {
            let help = match nearest(unknown, variables.iter().copied()) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("there are {}", variables.join(", ")),
            };
            return Err(error(format!("there is no variable `{unknown}`"), Some(help)));
        }
        Ok(Condition {
            text: text.to_owned(),
            program: Arc::new(program),
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// It can't be evaluated, or is neither true nor false.
    pub fn holds(&self, context: &HookContext) -> Result<bool, String> {
        let text = |value: &Option<String>| Value::from(value.clone().unwrap_or_default());
        let slug = context.migration.clone().unwrap_or_default();
        let version = context.version.clone().unwrap_or_default();
        let name = slug.strip_prefix(version.as_str()).unwrap_or(&slug);
        let name = name.trim_start_matches(['_', '-', '.', ' ']);
        let migration = HashMap::from([("slug", slug.as_str()), ("version", &version), ("name", name)]);
        self.holds_for(vec![
            ("migration", Value::from(migration)),
            ("migration_name", Value::from(slug.clone())),
            ("environment", text(&context.environment)),
            ("direction", Value::from(context.direction.clone())),
            ("phase", Value::from(context.phase.clone())),
            ("status", Value::from(context.status.clone())),
            ("stats", object(&context.stats)),
            ("metadata", object(&context.metadata)),
            (
                "rows",
                Value::Int(i64::try_from(context.rows).unwrap_or(i64::MAX)),
            ),
            ("error", context.error.as_ref().map_or(Value::Null, value)),
        ])
    }

    /// Whether it holds for these values.
    ///
    /// # Errors
    /// It can't be evaluated, or is neither true nor false.
    pub fn holds_for(&self, variables: Vec<(&'static str, Value)>) -> Result<bool, String> {
        let evaluate = || {
            let mut context = Context::default();
            for (name, value) in variables {
                context.add_variable_from_value(name, value);
            }
            self.program.execute(&context)
        };
        match with_stack(evaluate)? {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(other) => Err(format!(
                "`{}` is {}, neither true nor false",
                self.text,
                kind(&other)
            )),
            Err(ExecutionError::NoSuchKey(key)) => Err(format!(
                "`{}` can't be evaluated: there is no `{key}` (`has(….{key})` asks whether there is one)",
                self.text
            )),
            Err(error) => Err(format!("`{}` can't be evaluated: {error}", self.text)),
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => "a number",
        Value::String(_) => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "a mapping",
        _ => "something else",
    }
}

fn object(map: &serde_json::Map<String, serde_json::Value>) -> Value {
    let entries = map
        .iter()
        .map(|(key, inner)| (Key::from(key.clone()), value(inner)));
    Value::from(entries.collect::<HashMap<Key, Value>>())
}

/// A JSON value for expressions: whole numbers are CEL's `int`. Recursive: values come from hooks' statistics, whose readers
/// bound the depth.
pub(crate) fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(bool) => Value::Bool(*bool),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(text) => Value::from(text.clone()),
        serde_json::Value::Array(items) => Value::from(items.iter().map(value).collect::<Vec<_>>()),
        serde_json::Value::Object(map) => object(map),
    }
}

/// Does something on a thread with stack enough for any expression that is read.
fn with_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let thread = thread
            .spawn_scoped(scope, work)
            .map_err(|error| error.to_string())?;
        thread
            .join()
            .map_err(|_| "the expression can't be evaluated".to_owned())
    })
}

/// The names that an expression gives itself: `n` of `list.exists(n, n > 2)`.
fn own_variables(expression: &IdedExpr) -> Vec<&str> {
    let mut own = Vec::new();
    let mut open = vec![expression];
    while let Some(IdedExpr { expr, .. }) = open.pop() {
        match expr {
            Expr::Call(call) => {
                open.extend(call.target.as_deref());
                open.extend(&call.args);
            }
            Expr::Select(select) => open.push(&select.operand),
            Expr::List(list) => open.extend(&list.elements),
            Expr::Map(MapExpr { entries }) | Expr::Struct(StructExpr { entries, .. }) => {
                for entry in entries {
                    match &entry.expr {
                        EntryExpr::MapEntry(entry) => open.extend([&entry.key, &entry.value]),
                        EntryExpr::StructField(field) => open.push(&field.value),
                    }
                }
            }
            Expr::Comprehension(inner) => {
                own.extend([inner.iter_var.as_str(), &inner.accu_var]);
                own.extend(inner.iter_var2.as_deref());
                let (start, end) = (&inner.accu_init, &inner.result);
                open.extend([&inner.iter_range, start, &inner.loop_cond, &inner.loop_step, end]);
            }
            _ => {}
        }
    }
    own
}

/// How many operators, dots and brackets there are outside of quotes.
fn signs(text: &str) -> usize {
    let count = |part: &Part<'_>| match part.kind {
        // `==` and `&&` are one.
        PartKind::Sign => part.text.len().div_ceil(2),
        PartKind::Word => part.text.matches(['.', '[']).count(),
        PartKind::Space | PartKind::Quoted => 0,
    };
    parts(text).iter().map(count).sum()
}

fn shortened(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line.to_owned(),
    }
}

/// A piece of an expression.
#[derive(Clone, Copy)]
struct Part<'a> {
    kind: PartKind,
    text: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PartKind {
    Space,
    Word,
    Quoted,
    Sign,
}

/// What somebody meant who wrote an expression as in SQL or in English: `a contains 'x'` is `a.contains('x')`, `and` is `&&`,
/// `=` is `==`. `None` where that is no expression either.
fn suggestion(text: &str) -> Option<String> {
    let parts = parts(text.trim());
    let mut better = String::new();
    let mut at = 0;
    while let Some(part) = parts.get(at) {
        if let Some(call) = call(parts.get(at..at + 5).unwrap_or_default()) {
            better += &call;
            at += 5;
            continue;
        }
        better += match (part.kind, part.text.to_ascii_lowercase().as_str()) {
            (PartKind::Word, "and") => "&&",
            (PartKind::Word, "or") => "||",
            (PartKind::Word, "not") => "!",
            (PartKind::Sign, "=") => "==",
            (PartKind::Sign, "<>") => "!=",
            _ => part.text,
        };
        at += 1;
    }
    let is_better = better != text.trim() && with_stack(|| Program::compile(&better).is_ok()) == Ok(true);
    is_better.then_some(better)
}

/// `subject contains 'x'` as a call.
fn call(parts: &[Part<'_>]) -> Option<String> {
    let [subject, space, method, gap, argument] = parts else {
        return None;
    };
    let is_argument = matches!(argument.kind, PartKind::Quoted | PartKind::Word);
    let is_call = subject.kind == PartKind::Word && method.kind == PartKind::Word && is_argument;
    if !is_call || space.kind != PartKind::Space || gap.kind != PartKind::Space {
        return None;
    }
    let method = match method.text.to_ascii_lowercase().as_str() {
        "contains" => "contains",
        "startswith" | "starts_with" => "startsWith",
        "endswith" | "ends_with" => "endsWith",
        "matches" => "matches",
        _ => return None,
    };
    Some(format!("{}.{method}({})", subject.text, argument.text))
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']');
        let is_sign = |c: char| matches!(c, '=' | '<' | '>' | '!' | '&' | '|');
        let length = |belongs: &dyn Fn(char) -> bool| rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let (len, kind) = match first {
            '\'' | '"' => (quoted(rest, first), PartKind::Quoted),
            c if c.is_whitespace() => (length(&char::is_whitespace), PartKind::Space),
            c if is_word(c) => (length(&is_word), PartKind::Word),
            c if is_sign(c) => (length(&is_sign), PartKind::Sign),
            c => (c.len_utf8(), PartKind::Sign),
        };
        let (text, behind) = rest.split_at(len);
        parts.push(Part { kind, text });
        rest = behind;
    }
    parts
}

/// How long a quoted text is, its quotes included.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if !escaped && c == quote {
            return at + c.len_utf8();
        }
        escaped = !escaped && c == '\\';
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn context() -> HookContext {
        let map = |value: serde_json::Value| value.as_object().unwrap().clone();
        HookContext {
            migration: Some("003_add_01_write_side".to_owned()),
            version: Some("003".to_owned()),
            direction: "up".to_owned(),
            phase: "after_ddl".to_owned(),
            status: "running".to_owned(),
            rows: 12,
            stats: map(
                json!({"count": {"value": 3, "ratio": 0.5, "ok": true, "none": null, "list": [1, 2]}}),
            ),
            ..HookContext::default()
        }
    }

    #[test]
    fn what_holds() {
        for (text, expected) in [
            ("migration_name.contains('01_write_side')", true),
            (
                "migration.name == 'add_01_write_side' && migration.version == '003'",
                true,
            ),
            ("migration.slug.startsWith('004')", false),
            ("environment == 'production'", false),
            ("environment == ''", true),
            ("direction == 'up' && phase in ['after_ddl', 'cleanup']", true),
            ("rows > 10 && rows + 1 == 13", true),
            (
                "stats.count.value > 2 && stats.count.ratio < 1.0 && stats['count'].ok",
                true,
            ),
            ("stats.count.list.exists(n, n == 2)", true),
            ("has(stats.missing) ? stats.missing.value > 0 : true", true),
            ("error == null && stats.count.none == null", true),
            ("true", true),
        ] {
            let condition = Condition::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
            assert_eq!(condition.holds(&context()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_when_it_is_read() {
        let mut out = String::new();
        for text in [
            "migration_name contains '01_write_side'",
            "environment = 'production' and rows > 3",
            "not (status <> 'failed')",
            "enviroment == 'x'",
            "foo.bar",
            "rows >",
            "",
            "'",
        ] {
            let error = Condition::parse(text).unwrap_err();
            out += &format!(
                "{text}\n    {}\n    {}\n",
                error.message,
                error.help.unwrap_or_default()
            );
        }
        insta::assert_snapshot!(out);
    }

    #[test]
    fn what_is_wrong_is_said_when_it_is_evaluated() {
        let mut out = String::new();
        for text in [
            "rows",
            "stats.missing.value > 1",
            "rows + 'x' == 'y'",
            "nothing()",
            "rows / 0 == 1",
        ] {
            let error = Condition::parse(text).unwrap().holds(&context()).unwrap_err();
            out += &format!("{error}\n");
        }
        insta::assert_snapshot!(out);
    }

    #[test]
    fn what_is_deep_is_refused_or_evaluated() {
        for text in [
            "(".repeat(1900),
            "[".repeat(1900),
            "!".repeat(1900) + "true",
            "-".repeat(1900) + "1 == 1",
            "true?true:".repeat(190) + "false",
            "true||".repeat(300) + "false",
            "1+".repeat(900) + "1 == 901",
            "stats".to_owned() + &".a".repeat(900),
            "x".repeat(5000),
            "true||".repeat(200) + "false",
            "1+".repeat(198) + "1 == 199",
            "stats".to_owned() + &".a".repeat(200),
            "!".repeat(400) + "true",
            "(".repeat(90) + "true" + &")".repeat(90),
            "[".repeat(90) + "true" + &"]".repeat(90),
            "true?".repeat(90) + "true" + &":false".repeat(90),
            "{1:".repeat(60) + "true" + &"}".repeat(60),
        ] {
            if let Ok(condition) = Condition::parse(&text) {
                let _ = condition.holds(&context());
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-z0-9'\"(){}\\[\\].,<>=!&|?:+*/% -]{0,40}") {
            if let Ok(condition) = Condition::parse(&text) {
                let _ = condition.holds(&context());
            }
        }

        #[test]
        fn any_words(text in "((rows|stats|contains|and|not|'x'|\"y|==|=|é) ?){0,8}") {
            let _ = Condition::parse(&text);
        }
    }
}
