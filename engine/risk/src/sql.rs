//! Parts of the catalog and of changes, written as SQL.

use confiture_schema::catalog::{
    Column, Constraint, ConstraintKind, Deferrable, ForeignKey, GeneratedStorage, IdentityKind, Index,
    QualName, ReferentialAction, Relation,
};
use confiture_schema::change::{CreateIndex, IndexElement};
use confiture_syntax::Name;

/// Names, quoted where they must be, separated by commas.
pub(crate) fn names<'n>(names: impl IntoIterator<Item = &'n Name>) -> String {
    names
        .into_iter()
        .map(Name::quoted)
        .map(|n| n.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

/// A string literal.
pub(crate) fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        format!("E'{}'", quoted.replace('\\', "\\\\"))
    } else {
        format!("'{quoted}'")
    }
}

/// A column as CREATE TABLE and ADD COLUMN write it; `None` where its type isn't known.
pub(crate) fn column(column: &Column) -> Option<String> {
    let mut sql = format!("{} {}", column.name.quoted(), column.ty.as_ref()?);
    if let Some(collation) = &column.collation {
        sql.push_str(&format!(" COLLATE {}", collation.quoted()));
    }
    if let Some(generated) = &column.generated {
        let storage = match generated.storage {
            GeneratedStorage::Stored => "STORED",
            GeneratedStorage::Virtual => "VIRTUAL",
        };
        sql.push_str(&format!(
            " GENERATED ALWAYS AS ({}) {storage}",
            generated.expr.text
        ));
    } else if let Some(identity) = column.identity {
        sql.push_str(&format!(" GENERATED {} AS IDENTITY", identity_words(identity)));
    } else if let Some(default) = &column.default {
        sql.push_str(&format!(" DEFAULT {}", default.text));
    }
    if column.not_null && column.identity.is_none() {
        sql.push_str(" NOT NULL");
    }
    Some(sql)
}

/// ALWAYS or BY DEFAULT.
pub(crate) fn identity_words(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Always => "ALWAYS",
        IdentityKind::ByDefault => "BY DEFAULT",
    }
}

/// A constraint's definition without its name.
pub(crate) fn constraint(constraint: &Constraint) -> Option<String> {
    let mut sql = match &constraint.kind {
        ConstraintKind::PrimaryKey { columns } => format!("PRIMARY KEY ({})", names(columns)),
        ConstraintKind::Unique { columns } => format!("UNIQUE ({})", names(columns)),
        ConstraintKind::Check { expr } => format!("CHECK ({})", expr.text),
        ConstraintKind::ForeignKey(key) => foreign_key(key),
        ConstraintKind::NotNull { column } => format!("NOT NULL {}", column.quoted()),
        ConstraintKind::Exclude { .. } => return None,
    };
    if constraint.no_inherit && matches!(constraint.kind, ConstraintKind::Check { .. }) {
        sql.push_str(" NO INHERIT");
    }
    match constraint.deferrable {
        Deferrable::No => {}
        Deferrable::Immediate => sql.push_str(" DEFERRABLE"),
        Deferrable::Deferred => sql.push_str(" DEFERRABLE INITIALLY DEFERRED"),
    }
    if !constraint.enforced {
        sql.push_str(" NOT ENFORCED");
    } else if !constraint.validated {
        sql.push_str(" NOT VALID");
    }
    Some(sql)
}

fn foreign_key(key: &ForeignKey) -> String {
    let mut sql = format!(
        "FOREIGN KEY ({}) REFERENCES {}",
        names(&key.columns),
        key.references.quoted()
    );
    if !key.referenced_columns.is_empty() {
        sql.push_str(&format!(" ({})", names(&key.referenced_columns)));
    }
    if key.match_full {
        sql.push_str(" MATCH FULL");
    }
    for (when, action) in [("UPDATE", key.on_update), ("DELETE", key.on_delete)] {
        if let Some(words) = action_words(action) {
            sql.push_str(&format!(" ON {when} {words}"));
        }
    }
    sql
}

/// The words of a referential action; `None` for the default.
pub(crate) fn action_words(action: ReferentialAction) -> Option<&'static str> {
    match action {
        ReferentialAction::NoAction => None,
        ReferentialAction::Restrict => Some("RESTRICT"),
        ReferentialAction::Cascade => Some("CASCADE"),
        ReferentialAction::SetNull => Some("SET NULL"),
        ReferentialAction::SetDefault => Some("SET DEFAULT"),
    }
}

/// An index of the catalog as CREATE INDEX.
pub(crate) fn index(name: &QualName, table: &QualName, index: &Index) -> String {
    let keys: Vec<String> = index
        .keys
        .iter()
        .map(|k| {
            let mut key = key_text(&k.expr.text, k.expr.facts.bare_column.as_ref());
            if let Some(collation) = &k.collation {
                key.push_str(&format!(" COLLATE {}", collation.quoted()));
            }
            if let Some(opclass) = &k.opclass {
                key.push_str(&format!(" {}", opclass.quoted()));
            }
            if k.descending {
                key.push_str(" DESC");
            }
            if k.nulls_first != k.descending {
                key.push_str(if k.nulls_first {
                    " NULLS FIRST"
                } else {
                    " NULLS LAST"
                });
            }
            key
        })
        .collect();
    let unique = if index.unique { "UNIQUE " } else { "" };
    let mut sql = format!(
        "CREATE {unique}INDEX CONCURRENTLY {} ON {} USING {} ({})",
        name.name.quoted(),
        table.quoted(),
        index.method.quoted(),
        keys.join(", ")
    );
    if !index.include.is_empty() {
        sql.push_str(&format!(" INCLUDE ({})", names(&index.include)));
    }
    if let Some(predicate) = &index.predicate {
        sql.push_str(&format!(" WHERE {}", predicate.text));
    }
    sql
}

/// A column as it is, an expression in parentheses.
fn key_text(text: &str, column: Option<&Name>) -> String {
    match column {
        Some(column) => column.quoted().to_string(),
        None => format!("({text})"),
    }
}

/// A CREATE INDEX written anew, concurrent, on a table of choice.
pub(crate) fn create_index(
    create: &CreateIndex,
    name: Option<&str>,
    table: &QualName,
    how: Building,
) -> String {
    let mut sql = String::from("CREATE ");
    if create.unique {
        sql.push_str("UNIQUE ");
    }
    sql.push_str("INDEX ");
    if how == Building::Concurrently {
        sql.push_str("CONCURRENTLY ");
    }
    if let Some(name) = name {
        sql.push_str(&format!("{name} "));
    }
    sql.push_str("ON ");
    if how == Building::OnlyParent {
        sql.push_str("ONLY ");
    }
    sql.push_str(&format!("{} USING {} (", table.quoted(), create.method.quoted()));
    sql.push_str(&create.elements.iter().map(element).collect::<Vec<_>>().join(", "));
    sql.push(')');
    if !create.include.is_empty() {
        sql.push_str(&format!(
            " INCLUDE ({})",
            names(create.include.iter().map(|i| &i.name))
        ));
    }
    if create.nulls_not_distinct {
        sql.push_str(" NULLS NOT DISTINCT");
    }
    if !create.options.is_empty() {
        let options = create.options.iter().map(|o| match &o.value {
            Some(value) => format!("{} = {value}", o.name),
            None => o.name.to_string(),
        });
        sql.push_str(&format!(" WITH ({})", options.collect::<Vec<_>>().join(", ")));
    }
    if let Some(tablespace) = &create.tablespace {
        sql.push_str(&format!(" TABLESPACE {}", tablespace.name.quoted()));
    }
    if let Some(predicate) = &create.predicate {
        sql.push_str(&format!(" WHERE {}", predicate.text));
    }
    sql
}

/// How an index is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Building {
    /// CONCURRENTLY.
    Concurrently,
    /// ON ONLY the partitioned table: nothing is built.
    OnlyParent,
}

fn element(element: &IndexElement) -> String {
    let mut sql = key_text(&element.expr.text, element.expr.facts.bare_column.as_ref());
    if let Some(collation) = &element.collation {
        sql.push_str(&format!(" COLLATE {}", object(collation)));
    }
    if let Some(opclass) = &element.opclass {
        sql.push_str(&format!(" {}", object(opclass)));
    }
    if element.descending {
        sql.push_str(" DESC");
    }
    match element.nulls_first {
        Some(true) => sql.push_str(" NULLS FIRST"),
        Some(false) => sql.push_str(" NULLS LAST"),
        None => {}
    }
    sql
}

/// A name as a statement writes it, quoted where it must be.
pub(crate) fn object(name: &confiture_schema::change::ObjectRef) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", schema.quoted(), name.name.quoted()),
        None => name.name.quoted().to_string(),
    }
}

/// A column that tells rows apart, to go through a table in batches: the primary key's, where it is a single one.
pub(crate) fn batch_key(relation: Option<&Relation>) -> Name {
    let key = relation.and_then(|r| r.primary_key().map(|c| c.kind.clone()));
    match key {
        Some(ConstraintKind::PrimaryKey { columns }) if columns.len() == 1 => columns[0].clone(),
        _ => Name::new("ctid"),
    }
}
