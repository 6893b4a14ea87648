//! ## What it does
//!
//! Reports privileges to write, or to create, that are granted to `PUBLIC` and not revoked again by a later script. With
//! the option `reads`, those to read and to use as well.
//!
//! ## Why is this bad?
//!
//! `PUBLIC` is every role there is and every one to come, those of other applications and of monitoring included.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, note text);
//! ```
//!
//! ```sql bad
//! GRANT INSERT, UPDATE ON orders TO PUBLIC;
//! ```
//!
//! ```sql bad
//! GRANT CREATE ON SCHEMA public TO PUBLIC;
//! ```
//!
//! ## Instead
//!
//! Grant to a role, and the role to those who need it:
//!
//! ```sql good
//! CREATE ROLE app_writer;
//! GRANT INSERT, UPDATE ON orders TO app_writer;
//! ```

use confiture_schema::catalog::Catalog;
use confiture_schema::change::{Change, Grant, ObjectKind, ObjectRef};

use crate::context::{CatalogContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};
use crate::shared::statements::flat;
use crate::{Fix, Place, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "grant-to-public",
    summary: "Every role may write or create",
    severity: Severity::Warning,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Security],
    aliases: &["no-grant-to-public"],
    provenance: &[],
    options: &[RuleOption {
        name: "reads",
        summary: "Whether privileges to read and to use count too",
        default: OptionDefault::Bool(false),
    }],
    check: Check::Catalog(check),
};

/// Something that everybody may do.
struct Granted<'a> {
    kind: ObjectKind,
    object: &'a ObjectRef,
    privilege: &'a str,
    place: Place,
}

fn check(context: &CatalogContext<'_>, sink: &mut Sink<'_>) {
    let reads = sink.options().is_on("reads");
    let mut granted: Vec<Granted<'_>> = Vec::new();
    for (place, changes) in context.forward_saying(&["grant", "revoke"]) {
        for change in flat(changes) {
            if let Change::Grant(grant) = change {
                follow(grant, place, &mut granted);
            }
        }
    }
    granted.retain(|g| (reads || writes(g)) && exists(context.catalog, g));
    while let Some(first) = granted.first() {
        let (place, object, kind) = (first.place, first.object, first.kind);
        let (together, rest) = granted
            .into_iter()
            .partition(|g| g.place == place && g.object == object);
        granted = rest;
        report(sink, place, kind, object, &together);
    }
}

/// Adds what a statement grants to everybody, takes away what it revokes.
fn follow<'a>(grant: &'a Grant, place: Place, granted: &mut Vec<Granted<'a>>) {
    let Some(kind) = grant
        .kind
        .filter(|_| grant.grantees.iter().any(|g| g.as_str() == "public"))
    else {
        return;
    };
    for object in &grant.objects {
        for privilege in &grant.privileges {
            if grant.revoke {
                granted.retain(|g| {
                    let same = g.kind == kind && g.object.name == object.name.name;
                    !(same && (is_all(privilege) || g.privilege == &**privilege))
                });
            } else {
                granted.push(Granted {
                    kind,
                    object: &object.name,
                    privilege,
                    place,
                });
            }
        }
    }
}

fn is_all(privilege: &str) -> bool {
    privilege == "ALL" || privilege == "ALL PRIVILEGES"
}

/// Whether a privilege lets more be done than reading and using.
fn writes(granted: &Granted<'_>) -> bool {
    match granted.kind {
        ObjectKind::Schema => is_all(granted.privilege) || granted.privilege == "CREATE",
        ObjectKind::Table | ObjectKind::ForeignTable | ObjectKind::View => {
            is_all(granted.privilege)
                || ["INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"]
                    .contains(&granted.privilege)
        }
        _ => false,
    }
}

/// Whether the object is there in the end, as far as its name tells.
fn exists(catalog: &Catalog, granted: &Granted<'_>) -> bool {
    let name = granted.object;
    let is_relation = catalog
        .relations
        .keys()
        .any(|q| q.name == name.name && name.schema.as_ref().is_none_or(|schema| *schema == q.schema));
    match granted.kind {
        ObjectKind::Table => is_relation,
        ObjectKind::Schema => catalog.schemas.contains_key(&name.name),
        _ => true,
    }
}

fn report(sink: &mut Sink<'_>, place: Place, kind: ObjectKind, object: &ObjectRef, granted: &[Granted<'_>]) {
    let privileges: Vec<&str> = granted.iter().map(|g| g.privilege).collect();
    let privileges = privileges.join(", ");
    let quoted = match &object.schema {
        Some(schema) => format!("{}.{}", schema.quoted(), object.name.quoted()),
        None => object.name.quoted().to_string(),
    };
    let subject = Subject {
        relation: None,
        part: Some(object.name.clone()),
    };
    let message = format!("every role is granted {privileges} on `{}`", object.name);
    let finding = sink.report_place(subject, place, message);
    finding.help("grant it to a role, and the role to those who need it");
    let word = match kind {
        ObjectKind::Table => "",
        ObjectKind::Schema => "SCHEMA ",
        _ => return,
    };
    let sql = format!("REVOKE {privileges} ON {word}{quoted} FROM PUBLIC;");
    finding.fix(Fix::new("Revoke it", Safety::Unsafe).migration(sql));
}
