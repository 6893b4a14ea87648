//! What belongs to a relation, each with a few words.

use confiture_schema::catalog::{ConstraintKind, Relation};
use confiture_syntax::Name;

/// Its constraints.
pub(super) fn constraints(relation: &Relation) -> Vec<(Name, String)> {
    let all = relation.constraints.iter();
    all.map(|(name, constraint)| (name.clone(), described(&constraint.kind)))
        .collect()
}

/// Those that are foreign keys.
pub(super) fn foreign_keys(relation: &Relation) -> Vec<(Name, String)> {
    let all = relation.constraints.iter();
    all.filter(|(_, constraint)| matches!(constraint.kind, ConstraintKind::ForeignKey(_)))
        .map(|(name, constraint)| (name.clone(), described(&constraint.kind)))
        .collect()
}

/// Constraints that VALIDATE has something to do for; all that it takes where there are none.
pub(super) fn invalid(relation: &Relation) -> Vec<(Name, String)> {
    let takes = |kind: &ConstraintKind| {
        matches!(
            kind,
            ConstraintKind::ForeignKey(_) | ConstraintKind::Check { .. } | ConstraintKind::NotNull { .. }
        )
    };
    let all: Vec<_> = relation
        .constraints
        .iter()
        .filter(|(_, c)| takes(&c.kind))
        .collect();
    let any_invalid = all.iter().any(|(_, constraint)| !constraint.validated);
    all.into_iter()
        .filter(|(_, constraint)| !any_invalid || !constraint.validated)
        .map(|(name, constraint)| {
            let state = if constraint.validated {
                ""
            } else {
                ", not valid yet"
            };
            (name.clone(), format!("{}{state}", described(&constraint.kind)))
        })
        .collect()
}

/// Its triggers.
pub(super) fn triggers(relation: &Relation) -> Vec<(Name, String)> {
    let all = relation.triggers.iter();
    all.map(|(name, trigger)| (name.clone(), format!("calls {}", trigger.function)))
        .collect()
}

/// Its policies.
pub(super) fn policies(relation: &Relation) -> Vec<(Name, String)> {
    let all = relation.policies.iter();
    all.map(|(name, policy)| {
        let using = policy
            .using
            .as_ref()
            .map(|using| format!("USING ({})", using.text));
        (name.clone(), using.unwrap_or_else(|| "policy".to_owned()))
    })
    .collect()
}

/// Its rewrite rules.
pub(super) fn rules(relation: &Relation) -> Vec<(Name, String)> {
    let all = relation.rules.keys();
    all.map(|name| (name.clone(), "rule".to_owned())).collect()
}

/// What a constraint says, as SQL.
fn described(kind: &ConstraintKind) -> String {
    let list = |names: &[Name]| {
        let names: Vec<String> = names.iter().map(Name::quoted).collect();
        names.join(", ")
    };
    match kind {
        ConstraintKind::PrimaryKey { columns } => format!("PRIMARY KEY ({})", list(columns)),
        ConstraintKind::Unique { columns } => format!("UNIQUE ({})", list(columns)),
        ConstraintKind::Exclude { .. } => "EXCLUDE".to_owned(),
        ConstraintKind::Check { expr } => format!("CHECK ({})", expr.text),
        ConstraintKind::ForeignKey(key) => {
            format!(
                "FOREIGN KEY ({}) REFERENCES {}",
                list(&key.columns),
                key.references
            )
        }
        ConstraintKind::NotNull { column } => format!("NOT NULL {}", column.quoted()),
    }
}
