//! Declarations of hooks, read from a migration's YAML and from the configuration.
//!
//! Both have the same shape: phases, each with a list of hooks. A migration has them beside its `ddl` and, for the way back,
//! under `rollback`, where a plain list stands for what follows the rollback's `ddl`.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use confiture_project::{
    Config, Direction, Key, Layout, Node, Problem, ProblemCode, Script, SourceFile, Value, nearest,
};

use crate::error::SourcePlace;
use crate::hooks::condition::Condition;
use crate::hooks::reader::{self, ConfigReader, Entry};
use crate::hooks::{FailurePolicy, HookSpec, HookType, Phase};

/// How long a hook may take where it doesn't say so.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(300);

/// How often a hook is tried that may run twice, where it doesn't say so.
pub const DEFAULT_ATTEMPTS: u32 = 3;

/// How many further attempts a hook may ask for.
const MOST_RETRIES: i64 = 100;

/// The keys of a hook.
const KEYS: [&str; 9] = [
    "type",
    "name",
    "description",
    "config",
    "condition",
    "timeout",
    "retries",
    "on_failure",
    "environments",
];

/// The hooks that a migration's file declares for the direction of this script; none where it is not a YAML file.
pub fn of_script(script: &Script, types: &[&'static HookType]) -> (Vec<HookSpec>, Vec<Problem>) {
    if script.layout != Layout::Confiture {
        return (Vec::new(), Vec::new());
    }
    // What is no YAML was told when the project was read.
    let Ok(document) = Node::of_file(&script.source) else {
        return (Vec::new(), Vec::new());
    };
    let body = document.get("migration").unwrap_or(&document);
    let mut declared = Declared::new(&script.source, types, Site::Migration);
    if script.direction == Direction::Down {
        let hooks = body.get("rollback").and_then(|rollback| rollback.get("hooks"));
        match hooks {
            Some(list) if matches!(list.value, Value::List(_)) => {
                declared.list(list, Phase::AfterDdl, "rollback.hooks");
            }
            Some(phases) => declared.phases(phases, "rollback.hooks"),
            None => {}
        }
    } else if let Some(phases) = body.get("hooks") {
        declared.phases(phases, "hooks");
    }
    declared.finish()
}

/// The hooks that the configuration declares for every migration and for runs, in this environment.
pub fn of_config(
    config: &Config,
    environment: Option<&str>,
    types: &[&'static HookType],
) -> (Vec<HookSpec>, Vec<Problem>) {
    let mut hooks = Vec::new();
    let mut problems = Vec::new();
    let mut read = |source: &Arc<SourceFile>, node: &Node, key: &str| {
        let mut declared = Declared::new(source, types, Site::Configuration);
        declared.phases(node, &format!("{}:{key}", file_name(source)));
        let (mut found, mut wrong) = declared.finish();
        hooks.append(&mut found);
        problems.append(&mut wrong);
    };
    if let (Some(source), Some(node)) = (&config.source, &config.hooks) {
        read(source, node, "hooks");
    }
    let chosen = environment.and_then(|name| config.environments.get(name));
    if let Some(chosen) = chosen
        && let (Some(source), Some(node)) = (&chosen.source, &chosen.hooks)
        && !is_that_of_all(config, source, node)
    {
        read(source, node, &format!("environments.{}.hooks", chosen.name));
    }
    (hooks, problems)
}

/// In the form for a single environment, what it declares is what the configuration declares.
fn is_that_of_all(config: &Config, source: &Arc<SourceFile>, node: &Node) -> bool {
    config.source.as_ref().is_some_and(|all| all.file == source.file)
        && config.hooks.as_ref().is_some_and(|all| all.range == node.range)
}

fn file_name(source: &SourceFile) -> String {
    let name = source.path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Where hooks are declared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Site {
    Migration,
    Configuration,
}

/// What was read of one file so far.
struct Declared<'a> {
    source: &'a Arc<SourceFile>,
    shown: Arc<str>,
    types: &'a [&'static HookType],
    site: Site,
    hooks: Vec<HookSpec>,
    problems: Vec<Problem>,
}

/// What stands beside `type` and `config`.
struct Manner {
    name: Option<String>,
    description: Option<String>,
    condition: Option<Condition>,
    environments: Vec<String>,
    timeout: Duration,
    retries: Option<u32>,
    on_failure: FailurePolicy,
}

impl<'a> Declared<'a> {
    fn new(source: &'a Arc<SourceFile>, types: &'a [&'static HookType], site: Site) -> Declared<'a> {
        Declared {
            source,
            shown: source.shown(),
            types,
            site,
            hooks: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn finish(mut self) -> (Vec<HookSpec>, Vec<Problem>) {
        self.refuse_equal_names();
        (self.hooks, self.problems)
    }

    /// Statistics stand under a hook's name, so names that were given are given once.
    fn refuse_equal_names(&mut self) {
        let mut wrong = Vec::new();
        for (at, hook) in self.hooks.iter().enumerate() {
            let earlier = self.hooks.iter().take(at);
            if hook.name != hook.kind && earlier.into_iter().any(|other| other.name == hook.name) {
                wrong.push((hook.place.range.clone(), hook.name.clone()));
            }
        }
        for (range, name) in wrong {
            let message = format!("two hooks of this file are called `{name}`");
            let help = "later hooks read what it found as `stats.NAME`: give it a name of its own";
            self.push(ProblemCode::BadHook, &range, message, Some(help.to_owned()));
        }
    }

    fn push(&mut self, code: ProblemCode, range: &Range<usize>, message: String, help: Option<String>) {
        let problem = Problem::new(code, &self.source.path, message);
        let problem = problem.at(range.clone(), Arc::clone(&self.shown));
        self.problems.push(match help {
            Some(help) => problem.with_help(help),
            None => problem,
        });
    }

    fn bad(&mut self, node: &Node, what: &str, wanted: &str) {
        let found = match node.scalar() {
            Some(text) if text.len() <= 40 => format!("`{text}`"),
            _ => node.kind().to_owned(),
        };
        let message = format!("{what} must be {wanted}, not {found}");
        self.push(ProblemCode::BadHook, &node.range, message, None);
    }

    /// Phases, each with its hooks.
    fn phases(&mut self, node: &Node, key: &str) {
        if node.value == Value::Null {
            return;
        }
        let Some(phases) = node.as_map() else {
            let help = Some(format!("write the phase above them: {}", self.known_phases()));
            let message = "hooks stand under the phase in which they run".to_owned();
            self.push(ProblemCode::BadHook, &node.range, message, help);
            return;
        };
        for (name, list) in phases {
            if let Some(phase) = self.phase(name) {
                self.list(list, phase, &format!("{key}.{}", phase.name()));
            }
        }
    }

    fn known_phases(&self) -> String {
        let names: Vec<&str> = Phase::ALL
            .into_iter()
            .filter(|phase| self.site == Site::Configuration || !phase.is_of_run())
            .map(Phase::name)
            .collect();
        names.join(", ")
    }

    fn phase(&mut self, key: &Key) -> Option<Phase> {
        let Some((phase, newer)) = Phase::parse(&key.name) else {
            let help = match nearest(&key.name, Phase::ALL.map(Phase::name)) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("phases: {}", self.known_phases()),
            };
            let message = format!("there is no phase `{}`", key.name);
            self.push(ProblemCode::UnknownHookPhase, &key.range, message, Some(help));
            return None;
        };
        if self.site == Site::Migration && phase.is_of_run() {
            let message = format!("`{phase}` belongs to whole runs, not to a migration");
            let help = "declare it under `hooks:` in confiture.yaml".to_owned();
            self.push(ProblemCode::UnknownHookPhase, &key.range, message, Some(help));
            return None;
        }
        if let Some(newer) = newer {
            self.alias(key, newer);
        }
        Some(phase)
    }

    fn alias(&mut self, key: &Key, newer: &str) {
        let message = format!("`{}` is read as `{newer}`", key.name);
        let help = format!("write `{newer}`");
        self.push(ProblemCode::HookAlias, &key.range, message, Some(help));
    }

    fn list(&mut self, list: &Node, phase: Phase, key: &str) {
        for (at, node) in list.items().iter().enumerate() {
            self.hook(node, phase, format!("{key}[{at}]"));
        }
    }

    fn hook(&mut self, node: &Node, phase: Phase, key: String) {
        let Some(entries) = node.as_map() else {
            self.bad(node, "a hook", "a mapping with a `type`");
            return;
        };
        // What is wrong with the manner is told beside what is wrong with the type.
        let manner = self.manner(entries);
        let Some(kind) = self.kind(node) else {
            return;
        };
        let at = node.get("type").map_or(&node.range, |kind| &kind.range).clone();
        let Some(config) = self.config(node) else {
            return;
        };
        let shown = Arc::clone(&self.shown);
        let mut reader = ConfigReader::new(self.source, shown, kind.name, at.clone(), config.clone());
        let hook = (kind.read)(&mut reader);
        self.problems.append(&mut reader.finish());
        let Some(hook) = hook else {
            return;
        };
        let retries = manner.retries.map(|retries| retries + 1);
        let attempts = retries.unwrap_or(if hook.is_repeatable() { DEFAULT_ATTEMPTS } else { 1 });
        let config = config
            .iter()
            .map(|entry| (entry.name.to_owned(), reader::json(entry.node)));
        self.hooks.push(HookSpec {
            phase,
            kind: kind.name,
            name: manner.name.unwrap_or_else(|| kind.name.to_owned()),
            description: manner.description,
            condition: manner.condition,
            environments: manner.environments,
            timeout: manner.timeout,
            attempts,
            on_failure: manner.on_failure,
            place: SourcePlace {
                path: self.source.path.clone(),
                text: Arc::clone(&self.shown),
                range: at,
            },
            key,
            config: serde_json::Value::Object(config.collect()),
            hook,
        });
    }

    fn kind(&mut self, node: &Node) -> Option<&'static HookType> {
        let Some(kind) = node.get("type") else {
            let help = Some("`confiture hooks list --types` shows them".to_owned());
            let message = "a hook without a `type`".to_owned();
            self.push(ProblemCode::BadHook, &node.range, message, help);
            return None;
        };
        let name = kind.scalar().unwrap_or_default();
        let found = self.types.iter().copied().find(|known| known.name == name);
        if found.is_none() {
            let help = match nearest(&name, self.types.iter().map(|known| known.name)) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "`confiture hooks list --types` shows them".to_owned(),
            };
            let message = format!("there is no hook type `{name}`");
            self.push(ProblemCode::UnknownHookType, &kind.range, message, Some(help));
        }
        found
    }

    /// The settings: those under `config`, and `action`, which is its `sql`.
    fn config<'n>(&mut self, node: &'n Node) -> Option<Vec<Entry<'n>>> {
        let mut config = Vec::new();
        if let Some(written) = node.get("config").filter(|written| written.value != Value::Null) {
            let Some(entries) = written.as_map() else {
                self.bad(written, "`config`", "a mapping");
                return None;
            };
            config = Entry::of(entries);
        }
        let action = node.as_map()?.iter().find(|(key, _)| key.name == "action");
        if let Some((key, action)) = action {
            if config.iter().any(|entry| entry.name == "sql") {
                let message = "`action` and `config.sql` are the same: one of them is too many".to_owned();
                self.push(ProblemCode::BadHook, &key.range, message, None);
                return None;
            }
            config.push(Entry {
                name: "sql",
                range: &key.range,
                node: action,
            });
        }
        Some(config)
    }

    fn manner(&mut self, entries: &[(Key, Node)]) -> Manner {
        let mut manner = Manner {
            name: None,
            description: None,
            condition: None,
            environments: Vec::new(),
            timeout: DEFAULT_TIMEOUT,
            retries: None,
            on_failure: FailurePolicy::Abort,
        };
        for (key, node) in entries {
            match key.name.as_str() {
                "type" | "config" | "action" => {}
                "name" => manner.name = self.text(node, "`name`"),
                "description" => manner.description = self.text(node, "`description`"),
                "condition" => manner.condition = self.condition(node),
                "environments" => manner.environments = self.environments(node),
                "timeout" => manner.timeout = self.timeout(node),
                "retries" => manner.retries = self.retries(node),
                "on_failure" => manner.on_failure = self.policy(node),
                "failure_policy" => {
                    self.alias(key, "on_failure");
                    manner.on_failure = self.policy(node);
                }
                _ => self.unknown_key(key),
            }
        }
        manner
    }

    fn unknown_key(&mut self, key: &Key) {
        let help = match nearest(&key.name, KEYS) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!(
                "known keys: {}; settings of its type stand under `config`",
                KEYS.join(", ")
            ),
        };
        let message = format!("unknown key `{}` of a hook", key.name);
        self.push(ProblemCode::UnknownKey, &key.range, message, Some(help));
    }

    fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = node.scalar().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.bad(node, what, "a text");
        }
        text
    }

    fn environments(&mut self, node: &Node) -> Vec<String> {
        let texts = node.items().iter();
        texts
            .filter_map(|item| self.text(item, "an entry of `environments`"))
            .collect()
    }

    fn condition(&mut self, node: &Node) -> Option<Condition> {
        // `condition: true` is an expression too.
        let text = self.text(node, "`condition`")?;
        match Condition::parse(&text) {
            Ok(condition) => Some(condition),
            Err(error) => {
                self.push(ProblemCode::BadCondition, &node.range, error.message, error.help);
                None
            }
        }
    }

    fn timeout(&mut self, node: &Node) -> Duration {
        let read = reader::read_duration(node);
        match read.map(|duration| (duration, duration.is_zero())) {
            Ok((duration, false)) => duration,
            Ok(_) => {
                self.bad(node, "`timeout`", "longer than nothing");
                DEFAULT_TIMEOUT
            }
            Err(wanted) => {
                self.bad(node, "`timeout`", &wanted);
                DEFAULT_TIMEOUT
            }
        }
    }

    fn retries(&mut self, node: &Node) -> Option<u32> {
        let retries = match node.value {
            Value::Int(value) if (0..=MOST_RETRIES).contains(&value) => u32::try_from(value).ok(),
            _ => None,
        };
        if retries.is_none() {
            let wanted = format!("a whole number from 0 to {MOST_RETRIES}");
            self.bad(node, "`retries`", &wanted);
        }
        retries
    }

    fn policy(&mut self, node: &Node) -> FailurePolicy {
        match node.scalar().as_deref() {
            Some("abort") => FailurePolicy::Abort,
            Some("warn") => FailurePolicy::Warn,
            _ => {
                self.bad(node, "`on_failure`", "`abort` or `warn`");
                FailurePolicy::Abort
            }
        }
    }
}
