//! Relations: their definitions, keys, indexes, families and foreign keys.

use super::{Script, columns, default, options, relations, word};
use crate::catalog::{
    Catalog, Column, Constraint, ConstraintKind, Deferrable, ForeignKey, GeneratedStorage, IdentityKind,
    Index, IndexKey, OtherKey, OtherKind, PartitionBound, Persistence, QualName, Relation, RelationKind,
    Sequence,
};
use crate::render::describe::action;

/// CREATE of a relation, with what belongs into that statement.
pub(crate) fn create(out: &mut Script, catalog: &Catalog, name: &QualName, relation: &Relation) {
    match relation.kind {
        RelationKind::Sequence => sequence(out, name, relation),
        RelationKind::View | RelationKind::MaterializedView => view(out, name, relation),
        RelationKind::ForeignTable => {
            out.note(format!(
                "foreign table {}: its server is not a part of the catalog",
                name.quoted()
            ));
        }
        RelationKind::Table | RelationKind::PartitionedTable => table(out, catalog, name, relation),
    }
}

pub(crate) fn sequence(out: &mut Script, name: &QualName, relation: &Relation) {
    let Some(sequence) = relation.sequence.as_ref().filter(|s| !s.identity) else {
        return;
    };
    let unlogged = if relation.persistence == Persistence::Unlogged {
        "UNLOGGED "
    } else {
        ""
    };
    out.statement(format!(
        "CREATE {unlogged}SEQUENCE {} AS {} {}",
        name.quoted(),
        sequence.ty,
        parameters(sequence)
    ));
}

/// The options of CREATE SEQUENCE, those of its type left out.
pub(crate) fn parameters(sequence: &Sequence) -> String {
    format!(
        "INCREMENT {} MINVALUE {} MAXVALUE {} START {} CACHE {}{}",
        sequence.increment,
        sequence.min,
        sequence.max,
        sequence.start,
        sequence.cache,
        if sequence.cycle { " CYCLE" } else { "" }
    )
}

pub(crate) fn view(out: &mut Script, name: &QualName, relation: &Relation) {
    let Some(view) = &relation.view else { return };
    let known = view.columns_known && !relation.columns.is_empty();
    let names = columns(relation.columns.iter().map(|c| &c.name));
    let named = if known {
        format!(" ({names})")
    } else {
        String::new()
    };
    let query = match known && has_star(&view.query) {
        // The tables may have more columns by now than the view has.
        true => format!(
            "SELECT {names} FROM (\n{}\n) AS {}",
            view.query,
            name.name.quoted()
        ),
        false => view.query.to_string(),
    };
    let tail = if relation.unpopulated {
        "\nWITH NO DATA"
    } else {
        ""
    };
    let options = options(&relation.options);
    out.statement(format!(
        "CREATE {} {}{named}{options} AS\n{}{tail}",
        word(relation.kind),
        name.quoted(),
        query
    ));
    for column in relation.columns.iter() {
        if let Some(default) = &column.default {
            let column = column.name.quoted();
            out.statement(format!(
                "ALTER VIEW {} ALTER COLUMN {column} SET DEFAULT {}",
                name.quoted(),
                default.text
            ));
        }
    }
}

/// Whether a query's output has a `*`, as far as the text tells.
pub(crate) fn has_star(query: &str) -> bool {
    query.match_indices('*').any(|(at, _)| {
        let before = query[..at].trim_end();
        let word = before
            .rsplit(|c: char| !c.is_ascii_alphabetic())
            .next()
            .unwrap_or_default();
        before.ends_with(['.', ','])
            || ["select", "distinct", "all"]
                .iter()
                .any(|w| word.eq_ignore_ascii_case(w))
    })
}

fn table(out: &mut Script, catalog: &Catalog, name: &QualName, relation: &Relation) {
    let partition = relation.is_partition();
    let inherits: Vec<String> = relation
        .parents
        .iter()
        .filter(|p| p.bound.is_none())
        .map(|p| p.relation.quoted())
        .collect();
    let mut elements: Vec<String> = Vec::new();
    for column in relation.columns.iter().filter(|c| partition || !c.inherited) {
        elements.extend(column_definition(catalog, name, relation, column));
    }
    for (constraint_name, constraint) in &relation.constraints {
        if let ConstraintKind::Check { expr } = &constraint.kind
            && constraint.validated
            && (partition || !comes_from_parent(catalog, relation, constraint_name))
        {
            let quoted = constraint_name.quoted();
            elements.push(format!(
                "CONSTRAINT {quoted} CHECK ({}){}",
                expr.text,
                marks(constraint)
            ));
        }
    }
    let body = match (&relation.of_type, elements.is_empty()) {
        (Some(of), true) => format!("OF {}", of.quoted()),
        (Some(of), false) => format!("OF {} (\n  {}\n)", of.quoted(), elements.join(",\n  ")),
        (None, true) => "()".to_owned(),
        (None, false) => format!("(\n  {}\n)", elements.join(",\n  ")),
    };
    let unlogged = if relation.persistence == Persistence::Unlogged {
        "UNLOGGED "
    } else {
        ""
    };
    let inherits = if inherits.is_empty() {
        String::new()
    } else {
        format!(" INHERITS ({})", inherits.join(", "))
    };
    let mut tail = String::new();
    if let Some(key) = &relation.partition_key {
        let keys: Vec<String> = key.keys.iter().map(in_parentheses).collect();
        tail.push_str(&format!(
            " PARTITION BY {} ({})",
            key.strategy.as_str(),
            keys.join(", ")
        ));
    }
    let method = relation
        .access_method
        .as_ref()
        .filter(|method| !is_user_made(catalog, method));
    if let Some(method) = method {
        tail.push_str(&format!(" USING {}", method.quoted()));
    }
    tail.push_str(&options(&relation.options));
    out.statement(format!(
        "CREATE {unlogged}TABLE {} {body}{inherits}{tail}",
        name.quoted()
    ));
    inherited_columns(out, catalog, name, relation);
}

/// Whether a parent brings a constraint of that name. An inherited one may have outlived its parent's.
pub(crate) fn comes_from_parent(
    catalog: &Catalog,
    relation: &Relation,
    constraint: &confiture_syntax::Name,
) -> bool {
    let mut parents = relation
        .parents
        .iter()
        .filter_map(|p| catalog.relations.get(&p.relation));
    relation.constraints.get(constraint).is_some_and(|c| c.inherited)
        && parents.any(|parent| parent.constraints.contains_key(constraint))
}

/// Whether an access method is one that the catalog knows by name alone.
fn is_user_made(catalog: &Catalog, method: &confiture_syntax::Name) -> bool {
    let key = OtherKey {
        kind: OtherKind::AccessMethod,
        identity: method.as_str().into(),
    };
    catalog.others.contains_key(&key)
}

/// A bare column as it is, an expression in parentheses.
pub(crate) fn in_parentheses(expr: &crate::expr::Expr) -> String {
    match &expr.facts.bare_column {
        Some(column) => column.quoted().to_string(),
        None => format!("({})", expr.text),
    }
}

pub(crate) fn column_definition(
    catalog: &Catalog,
    table: &QualName,
    relation: &Relation,
    column: &Column,
) -> Option<String> {
    column_text(relation, column, || identity_sequence(catalog, table, column))
}

/// A column's definition; `None` where there is nothing to say of a column of a typed table. `options` gives those of an
/// identity column's sequence.
pub(crate) fn column_text(
    relation: &Relation,
    column: &Column,
    options: impl FnOnce() -> String,
) -> Option<String> {
    let name = column.name.quoted().to_string();
    let mut text = match (&relation.of_type, &column.ty) {
        (Some(_), _) => format!("{name} WITH OPTIONS"),
        (None, Some(ty)) => format!("{name} {ty}"),
        (None, None) => format!("{name} text"),
    };
    let bare = text.len();
    if let Some(collation) = column.collation.as_ref().filter(|_| relation.of_type.is_none()) {
        text.push_str(&format!(" COLLATE {}", collation.quoted()));
    }
    if let Some(generated) = &column.generated {
        let storage = match generated.storage {
            GeneratedStorage::Stored => "STORED",
            GeneratedStorage::Virtual => "VIRTUAL",
        };
        text.push_str(&format!(
            " GENERATED ALWAYS AS ({}) {storage}",
            generated.expr.text
        ));
    }
    if let Some(value) = &column.default {
        text.push_str(&format!(" DEFAULT {}", default(value)));
    }
    if let Some(identity) = column.identity.filter(|_| !relation.is_partition()) {
        let kind = match identity {
            IdentityKind::Always => "ALWAYS",
            IdentityKind::ByDefault => "BY DEFAULT",
        };
        text.push_str(&format!(" GENERATED {kind} AS IDENTITY{}", options()));
    }
    if column.not_null {
        text.push_str(" NOT NULL");
    }
    (relation.of_type.is_none() || text.len() > bare).then_some(text)
}

pub(crate) fn identity_sequence(catalog: &Catalog, table: &QualName, column: &Column) -> String {
    let owned = relations(catalog).find_map(|(name, relation)| {
        let sequence = relation.sequence.as_ref().filter(|s| s.identity)?;
        let (owner, owned) = sequence.owned_by.as_ref()?;
        (owner == table && *owned == column.name).then_some((name, sequence))
    });
    match owned {
        Some((name, sequence)) => format!(" (SEQUENCE NAME {} {})", name.quoted(), parameters(sequence)),
        None => String::new(),
    }
}

/// Where a child by inheritance says another thing about a column than its parent.
fn inherited_columns(out: &mut Script, catalog: &Catalog, name: &QualName, relation: &Relation) {
    if relation.is_partition() {
        return;
    }
    for column in relation.columns.iter() {
        let parents = relation
            .parents
            .iter()
            .filter_map(|p| catalog.relations.get(&p.relation));
        let Some(above) = parents.filter_map(|p| p.column(&column.name)).next() else {
            continue;
        };
        let alter = format!(
            "ALTER TABLE ONLY {} ALTER COLUMN {}",
            name.quoted(),
            column.name.quoted()
        );
        match (&column.default, &above.default) {
            (Some(own), theirs) if theirs.as_ref() != Some(own) => {
                out.statement(format!("{alter} SET DEFAULT {}", own.text));
            }
            (None, Some(_)) => out.statement(format!("{alter} DROP DEFAULT")),
            _ => {}
        }
        if column.not_null && !above.not_null {
            out.statement(format!("{alter} SET NOT NULL"));
        }
    }
}

pub(crate) fn marks(constraint: &Constraint) -> String {
    let mut text = String::new();
    match constraint.deferrable {
        Deferrable::No => {}
        Deferrable::Immediate => text.push_str(" DEFERRABLE"),
        Deferrable::Deferred => text.push_str(" DEFERRABLE INITIALLY DEFERRED"),
    }
    if constraint.no_inherit {
        text.push_str(" NO INHERIT");
    }
    if !constraint.enforced {
        text.push_str(" NOT ENFORCED");
    } else if !constraint.validated {
        text.push_str(" NOT VALID");
    }
    text
}

/// Keys, then indexes; those of partitions before these are attached, so that they are found and attached too.
pub(crate) fn keys_and_indexes(out: &mut Script, catalog: &Catalog) {
    for (name, relation) in relations(catalog) {
        for (constraint_name, constraint) in &relation.constraints {
            let index = relation.indexes.get(constraint_name);
            if let Some(key) = index.and_then(|index| key_definition(constraint, index)) {
                add_constraint(out, name, constraint_name, &key, constraint);
            }
        }
        let late = |c: &Constraint| match &c.kind {
            ConstraintKind::Check { expr } if !c.validated && !c.inherited => {
                Some(format!("CHECK ({})", expr.text))
            }
            ConstraintKind::NotNull { column } if !c.inherited => {
                Some(format!("NOT NULL {}", column.quoted()))
            }
            _ => None,
        };
        for (constraint_name, constraint) in &relation.constraints {
            if let Some(definition) = late(constraint) {
                add_constraint(out, name, constraint_name, &definition, constraint);
            }
        }
        for (index_name, index) in relation.indexes.iter().filter(|(_, index)| !index.constraint) {
            if index.valid {
                out.statement(index_definition(name, index_name, index, ""));
            }
        }
    }
}

fn add_constraint(
    out: &mut Script,
    table: &QualName,
    name: &confiture_syntax::Name,
    definition: &str,
    constraint: &Constraint,
) {
    let (table, name) = (table.quoted(), name.quoted().to_string());
    out.statement(format!(
        "ALTER TABLE {table} ADD CONSTRAINT {name} {definition}{}",
        marks(constraint)
    ));
}

/// PRIMARY KEY, UNIQUE, EXCLUDE; `None` for other constraints.
pub(crate) fn key_definition(constraint: &Constraint, index: &Index) -> Option<String> {
    let include = if index.include.is_empty() {
        String::new()
    } else {
        format!(" INCLUDE ({})", columns(&index.include))
    };
    let options = options(&index.options);
    Some(match &constraint.kind {
        ConstraintKind::PrimaryKey { columns: key } => {
            format!("PRIMARY KEY ({}){include}{options}", columns(key))
        }
        ConstraintKind::Unique { columns: key } => {
            let nulls = if index.nulls_not_distinct {
                " NULLS NOT DISTINCT"
            } else {
                ""
            };
            format!("UNIQUE{nulls} ({}){include}{options}", columns(key))
        }
        ConstraintKind::Exclude { operators } => {
            let elements: Vec<String> = index
                .keys
                .iter()
                .zip(operators)
                .map(|(key, op)| format!("{} WITH {op}", key_text(key)))
                .collect();
            let predicate = index
                .predicate
                .as_ref()
                .map(|p| format!(" WHERE ({})", p.text))
                .unwrap_or_default();
            format!(
                "EXCLUDE USING {} ({}){include}{options}{predicate}",
                index.method.quoted(),
                elements.join(", ")
            )
        }
        _ => return None,
    })
}

pub(crate) fn key_text(key: &IndexKey) -> String {
    let mut text = in_parentheses(&key.expr);
    if let Some(collation) = &key.collation {
        text.push_str(&format!(" COLLATE {}", collation.quoted()));
    }
    if let Some(opclass) = &key.opclass {
        text.push_str(&format!(" {}", opclass.quoted()));
    }
    match (key.descending, key.nulls_first) {
        (false, false) => {}
        (false, true) => text.push_str(" NULLS FIRST"),
        (true, true) => text.push_str(" DESC"),
        (true, false) => text.push_str(" DESC NULLS LAST"),
    }
    text
}

pub(crate) fn index_definition(
    table: &QualName,
    name: &confiture_syntax::Name,
    index: &Index,
    only: &str,
) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let keys: Vec<String> = index.keys.iter().map(key_text).collect();
    let mut text = format!(
        "CREATE {unique}INDEX {} ON {only}{} USING {} ({})",
        name.quoted(),
        table.quoted(),
        index.method.quoted(),
        keys.join(", ")
    );
    if !index.include.is_empty() {
        text.push_str(&format!(" INCLUDE ({})", columns(&index.include)));
    }
    if index.nulls_not_distinct {
        text.push_str(" NULLS NOT DISTINCT");
    }
    text.push_str(&options(&index.options));
    if let Some(predicate) = &index.predicate {
        text.push_str(&format!(" WHERE {}", predicate.text));
    }
    text
}

/// Attaches partitions, parents first; then the indexes that wait for theirs.
pub(crate) fn families(out: &mut Script, catalog: &Catalog) {
    let roots = relations(catalog)
        .filter(|(_, r)| r.kind == RelationKind::PartitionedTable && !r.is_partition())
        .map(|(name, _)| name);
    for root in roots {
        for child in catalog.family(root) {
            let Some(relation) = catalog.relations.get(&child) else {
                continue;
            };
            for parent in &relation.parents {
                let Some(bound) = &parent.bound else { continue };
                let bound = match bound {
                    PartitionBound::Default => "DEFAULT",
                    PartitionBound::Values(values) => values,
                };
                let (parent, child) = (parent.relation.quoted(), child.quoted());
                out.statement(format!("ALTER TABLE {parent} ATTACH PARTITION {child} {bound}"));
            }
        }
    }
    incomplete_indexes(out, catalog);
}

/// Indexes of partitioned tables that not every partition has, and those of the partitions that have.
fn incomplete_indexes(out: &mut Script, catalog: &Catalog) {
    for (name, relation) in relations(catalog) {
        for (index_name, index) in relation.indexes.iter().filter(|(_, i)| !i.valid && !i.constraint) {
            if relation.kind == RelationKind::PartitionedTable {
                out.statement(index_definition(name, index_name, index, "ONLY "));
            } else {
                out.note(format!(
                    "index {} on {} is invalid",
                    index_name.quoted(),
                    name.quoted()
                ));
            }
        }
    }
    for (name, relation) in relations(catalog) {
        for (index_name, index) in &relation.indexes {
            let above = index
                .parent
                .as_ref()
                .filter(|p| catalog.index(p).is_some_and(|(_, above)| !above.valid));
            if let Some(above) = above {
                let index = QualName::new(name.schema.clone(), index_name.clone()).quoted();
                out.statement(format!("ALTER INDEX {} ATTACH PARTITION {index}", above.quoted()));
            }
        }
    }
}

/// Foreign keys, those excepted that come with a parent's.
pub(crate) fn foreign_keys(out: &mut Script, catalog: &Catalog) {
    for (name, relation) in relations(catalog) {
        for (constraint_name, constraint) in &relation.constraints {
            if let ConstraintKind::ForeignKey(key) = &constraint.kind
                && !constraint.inherited
            {
                add_constraint(out, name, constraint_name, &foreign_key(key), constraint);
            }
        }
    }
}

pub(crate) fn foreign_key(key: &ForeignKey) -> String {
    let mut text = format!(
        "FOREIGN KEY ({}) REFERENCES {}",
        columns(&key.columns),
        key.references.quoted()
    );
    if !key.referenced_columns.is_empty() {
        text.push_str(&format!(" ({})", columns(&key.referenced_columns)));
    }
    if key.match_full {
        text.push_str(" MATCH FULL");
    }
    for (event, what) in [("UPDATE", key.on_update), ("DELETE", key.on_delete)] {
        if let Some(words) = action(what) {
            text.push_str(&format!(" ON {event} {}", words.to_ascii_uppercase()));
        }
    }
    text
}
