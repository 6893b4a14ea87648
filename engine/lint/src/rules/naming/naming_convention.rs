//! ## What it does
//!
//! Reports names that don't look as the project's names do. Without a configuration, these are tables, views and columns
//! that aren't snake_case: lower-case letters, digits and underscores, with no digit in front.
//!
//! Each kind of object has an option. Its value is a style (`snake_case`, `PascalCase`, `camelCase`,
//! `SCREAMING_SNAKE_CASE`, `any`), a template, or a regular expression:
//!
//! ```yaml
//! linting:
//!   rules:
//!     naming_convention:
//!       tables: snake_case
//!       functions: "^fn_[a-z_]+$"
//!       indexes: idx_{table}_{columns}
//!       constraints: "{type}_{table}_{columns}"
//! ```
//!
//! A template may hold `{schema}`, `{table}`, `{columns}` (joined by underscores), `{type}` (`pk`, `fk`, `uq`, `ck`, `ex`;
//! `idx` and `uq` for indexes) and `{referenced}`, the table that a foreign key references. What follows such a name behind
//! an underscore is free, since two indexes may have the same columns; of CHECKs and of indexes on expressions only what
//! stands before `{columns}` is compared. A name that PostgreSQL made up is judged like any other.
//!
//! `write_side` and `read_side` are for relations whose folder or schema says that they stand there: its name contains
//! `write_side`, or `read_side` or `query_side`. A named instance takes a `pattern` and a `target` instead:
//!
//! ```yaml
//! linting:
//!   rules:
//!     plain_columns:
//!       type: naming_convention
//!       pattern: "^[a-z_]+$"
//!       target: columns
//! ```
//!
//! ## Why is this bad?
//!
//! PostgreSQL folds unquoted names to lower case. Any other name has to be quoted everywhere, by everyone, for ever; that
//! holds for types in PascalCase too: `CREATE TYPE OrderStatus` makes a type `orderstatus`. And where names follow no rule
//! they have to be looked up.
//!
//! ```sql bad
//! CREATE TABLE "OrderItems" (id bigint);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE orders (id bigint, "placedAt" timestamptz);
//! ```
//!
//! ```sql bad schema
//! CREATE SCHEMA shop;
//! CREATE VIEW shop."OpenOrders" AS SELECT 1 AS id;
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE order_items (id bigint, placed_at timestamptz);
//! CREATE TABLE OrderItems2 (id bigint);
//! ```
//!
//! With rules of one's own:
//!
//! ```yaml given
//! linting:
//!   rules:
//!     naming_convention:
//!       types: PascalCase
//!       functions: "^fn_"
//!       indexes: idx_{table}_{columns}
//!       constraints: "{type}_{table}_{columns}"
//! ```
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint CONSTRAINT pk_orders_id PRIMARY KEY, customer bigint);
//! CREATE INDEX orders_by_customer ON orders (customer);
//! ```
//!
//! ```sql bad schema
//! CREATE TABLE orders (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql bad schema
//! CREATE TYPE order_status AS ENUM ('open', 'paid');
//! ```
//!
//! ```sql bad
//! CREATE FUNCTION vat(net numeric) RETURNS numeric LANGUAGE sql AS 'SELECT $1 * 0.19';
//! ```
//!
//! ```sql good
//! CREATE TABLE orders (id bigint CONSTRAINT pk_orders_id PRIMARY KEY, customer bigint, paid boolean);
//! CREATE INDEX idx_orders_customer ON orders (customer);
//! CREATE INDEX idx_orders_customer_open ON orders (customer) WHERE NOT paid;
//! ALTER TABLE orders ADD CONSTRAINT ck_orders_customer_known CHECK (customer > 0);
//! ```
//!
//! ## Fix
//!
//! The migration renames what is there already; whoever uses the old name has to follow. In files that build a database
//! from nothing the definition is changed, where the name occurs nowhere else.

use confiture_schema::catalog::{
    Constraint, ConstraintKind, FunctionKind, Index, Origin, Persistence, QualName, Relation, RelationKind,
    TypeKind,
};
use confiture_syntax::Name;

use crate::Severity;
use crate::context::{CatalogContext, Renamer, Renaming, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope, atlas};
use crate::settings::{NameStyle, NameTemplate};

/// An option whose value says how names of a kind look.
const fn style(name: &'static str, summary: &'static str, default: &'static str) -> RuleOption {
    RuleOption {
        name,
        summary,
        default: OptionDefault::Style(default),
    }
}

pub(in crate::rules) static RULE: Rule = Rule {
    name: "naming-convention",
    summary: "A name doesn't look as the project's names do",
    severity: Severity::Info,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Naming],
    aliases: &["snake-case", "naming-conventions"],
    provenance: &[
        atlas("NM101"),
        atlas("NM102"),
        atlas("NM103"),
        atlas("NM104"),
        atlas("NM105"),
        atlas("NM106"),
    ],
    options: &[
        style(
            "tables",
            "How tables are named, foreign ones included",
            "snake_case",
        ),
        style("columns", "How columns of tables are named", "snake_case"),
        style(
            "views",
            "How views and materialized views are named",
            "snake_case",
        ),
        style(
            "functions",
            "How functions, procedures and aggregates are named",
            "any",
        ),
        style("types", "How types and domains are named", "any"),
        style(
            "indexes",
            "How indexes are named, but for those of constraints",
            "any",
        ),
        style(
            "constraints",
            "How constraints are named, NOT NULL excepted",
            "any",
        ),
        style("triggers", "How triggers are named", "any"),
        style(
            "sequences",
            "How sequences are named that belong to no column",
            "any",
        ),
        style("schemas", "How schemas are named", "any"),
        style("write_side", "How relations on the write side are named", "any"),
        style("read_side", "How relations on the read side are named", "any"),
    ],
    check: Check::Catalog(check),
};

/// Something that has a name.
struct Named<'a> {
    /// The option that says how it is named.
    option: &'static str,
    /// What it is, in a word.
    word: &'static str,
    name: &'a Name,
    schema: Option<&'a Name>,
    /// The relation that it is a part of.
    owner: Option<&'a QualName>,
    origin: Origin,
    /// The statement that renames it, up to the new name.
    rename: String,
    parts: Parts<'a>,
}

/// What the placeholders of templates stand for.
#[derive(Default)]
struct Parts<'a> {
    kind: Option<&'static str>,
    columns: Option<Vec<&'a Name>>,
    referenced: Option<&'a Name>,
}

fn check(context: &CatalogContext<'_>, sink: &mut Sink<'_>) {
    let renamer = Renamer::new(context);
    let is_asked = |sink: &Sink<'_>, option: &str| *sink.options().style(option) != NameStyle::Any;
    for (name, relation) in context.catalog.relations.iter() {
        let is_identity = relation.sequence.as_ref().is_some_and(|s| s.owned_by.is_some());
        if relation.is_partition() || relation.persistence == Persistence::Temporary || is_identity {
            continue;
        }
        let named = relation_named(name, relation);
        judge_side(context, &named, sink);
        judge(&named, is_free_relation(context, name), &renamer, sink);
        if is_asked(sink, "columns") && relation.view.is_none() && relation.kind != RelationKind::Sequence {
            judge_columns(name, relation, &renamer, sink);
        }
        if is_asked(sink, "indexes") {
            judge_indexes(context, name, relation, &renamer, sink);
        }
        if is_asked(sink, "constraints") {
            judge_constraints(name, relation, &renamer, sink);
        }
        if is_asked(sink, "triggers") {
            judge_triggers(name, relation, &renamer, sink);
        }
    }
    judge_others(context, &renamer, sink);
}

fn relation_named<'a>(name: &'a QualName, relation: &Relation) -> Named<'a> {
    let (option, word, sql) = match relation.kind {
        RelationKind::Table | RelationKind::PartitionedTable => ("tables", "table", "TABLE"),
        RelationKind::ForeignTable => ("tables", "foreign table", "FOREIGN TABLE"),
        RelationKind::View => ("views", "view", "VIEW"),
        RelationKind::MaterializedView => ("views", "materialized view", "MATERIALIZED VIEW"),
        RelationKind::Sequence => ("sequences", "sequence", "SEQUENCE"),
    };
    Named {
        option,
        word,
        name: &name.name,
        schema: Some(&name.schema),
        owner: None,
        origin: relation.origin,
        rename: format!("ALTER {sql} {} RENAME TO", name.quoted()),
        parts: Parts::default(),
    }
}

/// Whether a name in the schema of another is free for a relation, an index or a type.
fn is_free_relation<'a>(
    context: &'a CatalogContext<'_>,
    beside: &'a QualName,
) -> impl Fn(&Name) -> bool + 'a {
    |to| {
        let name = QualName::new(beside.schema.clone(), to.clone());
        let catalog = context.catalog;
        catalog.relation(&name).is_none()
            && catalog.index(&name).is_none()
            && !catalog.types.contains_key(&name)
    }
}

fn judge_columns(table: &QualName, relation: &Relation, renamer: &Renamer<'_>, sink: &mut Sink<'_>) {
    for column in relation.columns.iter().filter(|column| !column.inherited) {
        let named = Named {
            option: "columns",
            word: "column",
            name: &column.name,
            schema: None,
            owner: Some(table),
            origin: column.origin,
            rename: format!(
                "ALTER TABLE {} RENAME COLUMN {} TO",
                table.quoted(),
                column.name.quoted()
            ),
            parts: Parts::default(),
        };
        // The columns of a typed table are those of its type.
        let is_free = |to: &Name| relation.column(to).is_none() && relation.of_type.is_none();
        judge(&named, is_free, renamer, sink);
    }
}

fn judge_indexes(
    context: &CatalogContext<'_>,
    table: &QualName,
    relation: &Relation,
    renamer: &Renamer<'_>,
    sink: &mut Sink<'_>,
) {
    let own = relation.indexes.iter();
    for (name, index) in own.filter(|(_, index)| !index.constraint && index.parent.is_none()) {
        let qualified = QualName::new(table.schema.clone(), name.clone());
        let named = Named {
            option: "indexes",
            word: "index",
            name,
            schema: None,
            owner: Some(table),
            origin: index.origin,
            rename: format!("ALTER INDEX {} RENAME TO", qualified.quoted()),
            parts: Parts {
                kind: Some(if index.unique { "uq" } else { "idx" }),
                columns: bare_columns(index),
                referenced: None,
            },
        };
        judge(&named, is_free_relation(context, table), renamer, sink);
    }
}

/// The columns of an index; `None` where a key is an expression.
fn bare_columns(index: &Index) -> Option<Vec<&Name>> {
    index
        .keys
        .iter()
        .map(|key| key.expr.facts.bare_column.as_ref())
        .collect()
}

fn judge_constraints(table: &QualName, relation: &Relation, renamer: &Renamer<'_>, sink: &mut Sink<'_>) {
    let own = relation.constraints.iter();
    for (name, constraint) in own.filter(|(_, constraint)| !constraint.inherited) {
        let Some(parts) = constraint_parts(relation, name, constraint) else {
            continue;
        };
        let named = Named {
            option: "constraints",
            word: "constraint",
            name,
            schema: None,
            owner: Some(table),
            origin: constraint.origin,
            rename: format!(
                "ALTER TABLE {} RENAME CONSTRAINT {} TO",
                table.quoted(),
                name.quoted()
            ),
            parts,
        };
        let is_free =
            |to: &Name| !relation.constraints.contains_key(to) && !relation.indexes.contains_key(to);
        judge(&named, is_free, renamer, sink);
    }
}

/// What a constraint's name is made of; `None` for NOT NULL.
fn constraint_parts<'a>(
    relation: &'a Relation,
    name: &Name,
    constraint: &'a Constraint,
) -> Option<Parts<'a>> {
    let all = |columns: &'a [Name]| Some(columns.iter().collect());
    let (kind, columns, referenced) = match &constraint.kind {
        ConstraintKind::PrimaryKey { columns } => ("pk", all(columns), None),
        ConstraintKind::Unique { columns } => ("uq", all(columns), None),
        ConstraintKind::ForeignKey(key) => ("fk", all(&key.columns), Some(&key.references.name)),
        // Which columns a condition is about is for people to say.
        ConstraintKind::Check { .. } => ("ck", None, None),
        ConstraintKind::Exclude { .. } => (
            "ex",
            relation.indexes.get(name).and_then(|i| bare_columns(i)),
            None,
        ),
        ConstraintKind::NotNull { .. } => return None,
    };
    Some(Parts {
        kind: Some(kind),
        columns,
        referenced,
    })
}

fn judge_triggers(table: &QualName, relation: &Relation, renamer: &Renamer<'_>, sink: &mut Sink<'_>) {
    for (name, trigger) in relation.triggers.iter().filter(|(_, trigger)| !trigger.inherited) {
        let named = Named {
            option: "triggers",
            word: "trigger",
            name,
            schema: None,
            owner: Some(table),
            origin: trigger.origin,
            rename: format!("ALTER TRIGGER {} ON {} RENAME TO", name.quoted(), table.quoted()),
            parts: Parts::default(),
        };
        judge(&named, |to| !relation.triggers.contains_key(to), renamer, sink);
    }
}

/// Functions, types, schemas.
fn judge_others(context: &CatalogContext<'_>, renamer: &Renamer<'_>, sink: &mut Sink<'_>) {
    let catalog = context.catalog;
    for (key, function) in catalog.functions.iter() {
        let (word, sql) = match function.kind {
            FunctionKind::Procedure => ("procedure", "PROCEDURE"),
            FunctionKind::Aggregate => ("aggregate", "AGGREGATE"),
            FunctionKind::Function | FunctionKind::Window => ("function", "FUNCTION"),
        };
        let arguments: Vec<String> = key.arguments.iter().map(ToString::to_string).collect();
        let rename = format!(
            "ALTER {sql} {}({}) RENAME TO",
            key.name.quoted(),
            arguments.join(", ")
        );
        let named = qualified("functions", word, &key.name, function.origin, rename);
        let is_free = |to: &Name| {
            let name = QualName::new(key.name.schema.clone(), to.clone());
            catalog.overloads(&name).next().is_none()
        };
        judge(&named, is_free, renamer, sink);
    }
    for (name, def) in catalog.types.iter() {
        let (word, sql) = match def.kind {
            TypeKind::Domain(_) => ("domain", "DOMAIN"),
            _ => ("type", "TYPE"),
        };
        let rename = format!("ALTER {sql} {} RENAME TO", name.quoted());
        let named = qualified("types", word, name, def.origin, rename);
        judge(&named, is_free_relation(context, name), renamer, sink);
    }
    // No script makes `public`.
    for (name, schema) in catalog
        .schemas
        .iter()
        .filter(|(name, _)| name.as_str() != "public")
    {
        let named = Named {
            option: "schemas",
            word: "schema",
            name,
            schema: None,
            owner: None,
            origin: schema.origin,
            rename: format!("ALTER SCHEMA {} RENAME TO", name.quoted()),
            parts: Parts::default(),
        };
        judge(&named, |to| !catalog.schemas.contains_key(to), renamer, sink);
    }
}

fn qualified<'a>(
    option: &'static str,
    word: &'static str,
    name: &'a QualName,
    origin: Origin,
    rename: String,
) -> Named<'a> {
    Named {
        option,
        word,
        name: &name.name,
        schema: Some(&name.schema),
        owner: None,
        origin,
        rename,
        parts: Parts::default(),
    }
}

/// Reports a name that isn't in its style. `is_free` tells whether nothing else has a name.
fn judge(named: &Named<'_>, is_free: impl Fn(&Name) -> bool, renamer: &Renamer<'_>, sink: &mut Sink<'_>) {
    let style = sink.options().style(named.option);
    let fits = match style {
        NameStyle::Template(template) => named.fits(template),
        style => style.fits(named.name.as_str(), |_| None),
    };
    if fits {
        return;
    }
    let message = match style {
        NameStyle::Template(_) => format!("{} isn't called {style}", named.shown()),
        NameStyle::Pattern(_) => format!("the name of {} doesn't match {style}", named.shown()),
        _ => format!("{} is not {style}", named.shown()),
    };
    let finding = sink.report_origin(named.subject(), named.origin, message);
    let Some(to) = named.suggestion(style) else {
        return;
    };
    let quoted = to.quoted();
    finding.help(match quoted.starts_with('"') {
        true => format!("call it `{quoted}`, in quotes: without them it would be folded to lower case"),
        false => format!("call it `{quoted}`"),
    });
    if is_free(&to) {
        finding.fix(renamer.fix(&Renaming {
            from: named.name,
            to: &to,
            origin: named.origin,
            schema: named.schema,
            statement: named.rename.clone(),
        }));
    }
}

/// Reports a relation whose place says on which side it stands, and whose name doesn't.
fn judge_side(context: &CatalogContext<'_>, named: &Named<'_>, sink: &mut Sink<'_>) {
    for (option, side, words) in [
        ("write_side", "write", ["write_side", "write_side"]),
        ("read_side", "read", ["read_side", "query_side"]),
    ] {
        let style = sink.options().style(option);
        if *style == NameStyle::Any
            || named.option == "sequences"
            || style.fits(named.name.as_str(), |_| None)
        {
            continue;
        }
        let path = context
            .path(named.origin)
            .map(|path| path.to_string_lossy().to_lowercase());
        let schema = named.schema.map(|schema| schema.as_str().to_lowercase());
        let mut places = path.iter().chain(&schema);
        if places.any(|place| words.iter().any(|word| place.contains(word))) {
            let message = format!(
                "{} stands on the {side} side, and isn't named {style}",
                named.shown()
            );
            sink.report_origin(named.subject(), named.origin, message)
                .help(format!("give it a name that is {style}, or move it"));
        }
    }
}

impl Named<'_> {
    fn subject(&self) -> Subject {
        match (self.owner, self.schema) {
            (Some(owner), _) => Subject::part(owner, self.name),
            (None, Some(schema)) => Subject::relation(&QualName::new(schema.clone(), self.name.clone())),
            (None, None) => Subject {
                relation: None,
                part: Some(self.name.clone()),
            },
        }
    }

    /// As messages show it.
    fn shown(&self) -> String {
        match (self.owner, self.schema) {
            (Some(owner), _) => format!("{} `{}` of {owner}", self.word, self.name),
            (None, Some(schema)) => format!("{} {schema}.{}", self.word, self.name),
            (None, None) => format!("{} {}", self.word, self.name),
        }
    }

    /// What a placeholder stands for, `columns` for those that aren't known.
    fn part(&self, placeholder: &str, columns: &str) -> Option<String> {
        let text = |name: &Name| name.as_str().to_owned();
        match placeholder {
            "schema" => self.owner.map(|owner| &owner.schema).or(self.schema).map(text),
            "table" => self.owner.map(|owner| text(&owner.name)),
            "type" => self.parts.kind.map(str::to_owned),
            "referenced" => self.parts.referenced.map(text),
            "columns" => Some(match &self.parts.columns {
                Some(known) => known.iter().map(|c| c.as_str()).collect::<Vec<_>>().join("_"),
                None => columns.to_owned(),
            }),
            _ => None,
        }
    }

    /// Whether it has the name that a template makes, or a longer one; one that can't be made is no reproach.
    fn fits(&self, template: &NameTemplate) -> bool {
        const UNKNOWN: &str = "\u{0}";
        let Some(wanted) = template.render(|placeholder| self.part(placeholder, UNKNOWN)) else {
            return true;
        };
        let name = self.name.as_str();
        if let Some((before, _)) = wanted.split_once(UNKNOWN) {
            return name.starts_with(before);
        }
        let wanted = Name::new(wanted);
        let rest = name.strip_prefix(wanted.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    }

    /// A name in its style.
    fn suggestion(&self, style: &NameStyle) -> Option<Name> {
        let name = match style {
            NameStyle::Template(template) => {
                // Where nobody knows the columns, the name that it has may tell.
                self.parts.columns.as_ref()?;
                template.render(|placeholder| self.part(placeholder, ""))?
            }
            style => style.restyled(self.name.as_str())?,
        };
        Some(Name::new(name)).filter(|name| name != self.name)
    }
}
