//! What a rule is: its metadata and its check.

use std::fmt;

use crate::Severity;
use crate::context::{CatalogContext, RelationContext, ScriptContext, Sink, StatementContext};

/// A lint rule. Each is one file under `rules/`: its documentation is that file's header, see [`crate::explain`].
#[derive(Debug)]
pub struct Rule {
    /// Its name, kebab-case.
    pub name: &'static str,
    /// What it finds, in a sentence without a final period.
    pub summary: &'static str,
    /// How severe its findings are where the configuration says nothing.
    pub severity: Severity,
    /// Whether it runs without being asked for.
    pub activation: Activation,
    /// The scripts that it looks at.
    pub scope: Scope,
    /// The categories that select it.
    pub categories: &'static [Category],
    /// Other names that configuration may use for it, as the seeds of this project and earlier tools spell them.
    pub aliases: &'static [&'static str],
    /// The rules of other tools that it corresponds to.
    pub provenance: &'static [Provenance],
    /// Its options.
    pub options: &'static [RuleOption],
    /// The check.
    pub check: Check,
}

impl Rule {
    /// Its severity as lists show it: [`Severity::Off`] where it must be asked for.
    pub fn default_severity(&self) -> Severity {
        match self.activation {
            Activation::Default => self.severity,
            Activation::OnRequest => Severity::Off,
        }
    }
}

/// Whether a rule runs without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activation {
    /// It does.
    Default,
    /// Only where the configuration names or configures it: it is a matter of taste, or needs to be told something.
    OnRequest,
}

/// The scripts that a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All.
    Everywhere,
    /// Those that run on a database in use: migrations, forward and back; see [`crate::context::ScriptInfo::is_live`].
    Live,
    /// Of those, the ones that lead forward: what undoes a migration destroys and renames on purpose.
    LiveForward,
    /// Of those, the ones that are migrations of a known tool; files of no known layout are not.
    MigrationsForward,
}

/// What a rule looks at, and the function that looks.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Every statement, those inside DO blocks included.
    Statement(fn(&StatementContext<'_>, &mut Sink<'_>)),
    /// The same, but only the first finding of a script is reported.
    FirstOfScript(fn(&StatementContext<'_>, &mut Sink<'_>)),
    /// Every statement, those inside DO blocks and those in the bodies of functions included. A function's statements
    /// see what exists when it is created, see [`crate::context::Nesting::Function`].
    StatementOrBody(fn(&StatementContext<'_>, &mut Sink<'_>)),
    /// Every script as a whole.
    Script(fn(&ScriptContext<'_>, &mut Sink<'_>)),
    /// Every relation that exists in the end.
    Relation(fn(&RelationContext<'_>, &mut Sink<'_>)),
    /// All that exists in the end, at once.
    Catalog(fn(&CatalogContext<'_>, &mut Sink<'_>)),
    /// A tree-sitter query that the configuration holds; it is run where statements are read.
    Query,
    /// SQL that the configuration holds, for a server; see [`crate::settings::SqlRule`].
    Server,
    /// Comments that silence rules; the analysis itself looks at them.
    Suppressions,
}

/// What a rule is about; configuration selects by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Text that can't be understood.
    Correctness,
    /// Migrations that stop, break or destroy something.
    MigrationSafety,
    /// Names.
    Naming,
    /// Keys, types, columns.
    Structure,
    /// Comments.
    Documentation,
    /// Indexes.
    Performance,
    /// Who may see and do what.
    Security,
    /// What regulations ask for: personal data, retention, traces of changes.
    Compliance,
    /// Tenants kept apart.
    MultiTenant,
    /// A write side and a read side kept apart.
    Cqrs,
    /// What a project looks for by itself: patterns, queries.
    Own,
}

impl Category {
    /// All categories.
    pub const ALL: [Category; 11] = [
        Category::Correctness,
        Category::MigrationSafety,
        Category::Naming,
        Category::Structure,
        Category::Documentation,
        Category::Performance,
        Category::Security,
        Category::Compliance,
        Category::MultiTenant,
        Category::Cqrs,
        Category::Own,
    ];

    /// Its name, kebab-case.
    pub fn as_str(self) -> &'static str {
        match self {
            Category::Correctness => "correctness",
            Category::MigrationSafety => "migration-safety",
            Category::Naming => "naming",
            Category::Structure => "structure",
            Category::Documentation => "documentation",
            Category::Performance => "performance",
            Category::Security => "security",
            Category::Compliance => "compliance",
            Category::MultiTenant => "multi-tenant",
            Category::Cqrs => "cqrs",
            Category::Own => "own",
        }
    }

    /// Other names of categories.
    pub const OTHER_NAMES: [(&'static str, Category); 5] = [
        ("naming-convention", Category::Naming),
        ("naming-conventions", Category::Naming),
        ("safety", Category::MigrationSafety),
        ("documentation-required", Category::Documentation),
        ("cqrs-validation", Category::Cqrs),
    ];

    /// The category of that name; underscores count as hyphens.
    pub fn from_name(name: &str) -> Option<Category> {
        let name = name.replace('_', "-");
        let other = Category::OTHER_NAMES
            .into_iter()
            .find(|(other, _)| *other == name);
        let own = || Category::ALL.into_iter().find(|c| c.as_str() == name);
        other.map(|(_, category)| category).or_else(own)
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A rule of another tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Provenance {
    /// The tool.
    pub tool: Tool,
    /// Its rule, by the tool's own name for it.
    pub rule: &'static str,
}

/// Tools that check migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// squawk.
    Squawk,
    /// postgres-language-server (pgls), formerly Postgres Language Tools.
    PostgresLanguageServer,
    /// eugene.
    Eugene,
    /// strong_migrations.
    StrongMigrations,
    /// atlas.
    Atlas,
}

impl Tool {
    /// As the tool spells itself.
    pub fn as_str(self) -> &'static str {
        match self {
            Tool::Squawk => "squawk",
            Tool::PostgresLanguageServer => "postgres-language-server",
            Tool::Eugene => "eugene",
            Tool::StrongMigrations => "strong_migrations",
            Tool::Atlas => "atlas",
        }
    }
}

/// squawk's rule of that name.
pub(crate) const fn squawk(rule: &'static str) -> Provenance {
    Provenance {
        tool: Tool::Squawk,
        rule,
    }
}

/// postgres-language-server's rule of that name.
pub(crate) const fn pgls(rule: &'static str) -> Provenance {
    Provenance {
        tool: Tool::PostgresLanguageServer,
        rule,
    }
}

/// eugene's rule of that code.
pub(crate) const fn eugene(rule: &'static str) -> Provenance {
    Provenance {
        tool: Tool::Eugene,
        rule,
    }
}

/// The check of strong_migrations that its documentation lists under that heading.
pub(crate) const fn strong_migrations(rule: &'static str) -> Provenance {
    Provenance {
        tool: Tool::StrongMigrations,
        rule,
    }
}

/// atlas' analyzer code.
pub(crate) const fn atlas(rule: &'static str) -> Provenance {
    Provenance {
        tool: Tool::Atlas,
        rule,
    }
}

/// An option of a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleOption {
    /// Its name as configuration spells it, snake_case.
    pub name: &'static str,
    /// What it means.
    pub summary: &'static str,
    /// Its value where nothing is configured.
    pub default: OptionDefault,
}

/// An option's default, and with it its type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OptionDefault {
    /// A text.
    Text(&'static str),
    /// One of several words: the default, and all.
    Choice(&'static str, &'static [&'static str]),
    /// A list of texts.
    List(&'static [&'static str]),
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// How names look: `any`, `snake_case`, `PascalCase`, `camelCase`, a template such as `idx_{table}_{columns}`, or a
    /// regular expression; see [`crate::settings::NameStyle`].
    Style(&'static str),
    /// A regular expression; empty means none.
    Regex(&'static str),
    /// Lists of texts by name. There are none where nothing is configured.
    Map,
}

impl OptionDefault {
    /// What a value of it must be, as messages say it.
    pub fn kind(&self) -> String {
        match self {
            OptionDefault::Text(_) => "a text".to_owned(),
            OptionDefault::Choice(_, words) => format!("one of {}", words.join(", ")),
            OptionDefault::List(_) => "a list of texts".to_owned(),
            OptionDefault::Bool(_) => "true or false".to_owned(),
            OptionDefault::Number(_) => "a whole number".to_owned(),
            OptionDefault::Style(_) => {
                "snake_case, PascalCase, camelCase, any, a template or a regular expression".to_owned()
            }
            OptionDefault::Regex(_) => "a regular expression".to_owned(),
            OptionDefault::Map => "lists of names by name".to_owned(),
        }
    }

    /// As documentation shows it.
    pub fn shown(&self) -> String {
        match self {
            OptionDefault::Text("")
            | OptionDefault::List([])
            | OptionDefault::Regex("")
            | OptionDefault::Map => "none".to_owned(),
            OptionDefault::Text(text)
            | OptionDefault::Choice(text, _)
            | OptionDefault::Style(text)
            | OptionDefault::Regex(text) => format!("`{text}`"),
            OptionDefault::List(items) => items.join(", "),
            OptionDefault::Bool(value) => value.to_string(),
            OptionDefault::Number(value) => value.to_string(),
        }
    }
}
