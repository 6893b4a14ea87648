//! One object as SQL: what a person wants to see of it, rather than what recreates it in the right order.

use super::{Script, attached, object, options, table, word};
use crate::catalog::{
    Catalog, Constraint, ConstraintKind, FunctionKey, PartitionBound, Persistence, QualName, Relation,
    RelationKind,
};
use confiture_syntax::Name;

/// An object of a catalog, or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object<'n> {
    /// A table with its constraints and indexes, a view with its query, a sequence.
    Relation(&'n QualName),
    /// A column of a relation.
    Column(&'n QualName, &'n Name),
    /// A constraint of a table.
    Constraint(&'n QualName, &'n Name),
    /// An index.
    Index(&'n QualName),
    /// A trigger of a relation.
    Trigger(&'n QualName, &'n Name),
    /// A row security policy of a table.
    Policy(&'n QualName, &'n Name),
    /// A type that a statement made.
    Type(&'n QualName),
    /// A function, without its body.
    Function(&'n FunctionKey),
}

/// An object's definition as SQL, its statements ended by `;` (of a column: as it stands in its table); `None` where the
/// catalog has no such object.
///
/// Keys, checks and foreign keys stand inside CREATE TABLE where they can. Options of sequences behind identity columns are
/// left out.
pub fn definition(catalog: &Catalog, of: Object<'_>) -> Option<String> {
    let mut out = Script::default();
    match of {
        Object::Relation(name) => relation(&mut out, catalog, name)?,
        Object::Column(name, column) => {
            let relation = catalog.relation(name)?;
            return table::column_text(relation, relation.column(column)?, String::new);
        }
        Object::Constraint(name, constraint) => {
            let relation = catalog.relation(name)?;
            let stated = stated(relation, constraint, relation.constraints.get(constraint)?)?;
            out.statement(format!("ALTER TABLE {} ADD {stated}", name.quoted()));
        }
        Object::Index(name) => {
            let (_, index) = catalog.index(name)?;
            let of = QualName::new(name.schema.clone(), catalog.index_tables.get(name)?.clone());
            out.statement(table::index_definition(&of, &name.name, index, ""));
        }
        Object::Trigger(name, trigger) => {
            let found = catalog.relation(name)?.triggers.get(trigger)?;
            attached::create_trigger(&mut out, name, &trigger.quoted(), found);
        }
        Object::Policy(name, policy) => {
            let found = catalog.relation(name)?.policies.get(policy)?;
            out.statement(attached::policy_definition(
                &name.quoted(),
                &policy.quoted(),
                found,
            ));
        }
        Object::Type(name) => object::type_definition(&mut out, name, catalog.types.get(name)?),
        Object::Function(key) => out.statement(object::header(key, catalog.functions.get(key)?)),
    }
    Some(out.text())
}

fn relation(out: &mut Script, catalog: &Catalog, name: &QualName) -> Option<()> {
    let relation = catalog.relation(name)?;
    match relation.kind {
        RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable => {
            whole_table(out, name, relation);
        }
        _ => table::create(out, catalog, name, relation),
    }
    for (index, definition) in relation.indexes.iter().filter(|(_, index)| !index.constraint) {
        out.statement(table::index_definition(name, index, definition, ""));
    }
    Some(())
}

/// A table with all its constraints. The words that no CREATE TABLE takes, such as NOT VALID, come after it.
fn whole_table(out: &mut Script, name: &QualName, relation: &Relation) {
    let columns = relation.columns.iter();
    let mut elements: Vec<String> = columns
        .filter_map(|column| table::column_text(relation, column, String::new))
        .collect();
    let mut late = Vec::new();
    for (constraint_name, constraint) in &relation.constraints {
        let Some(stated) = stated(relation, constraint_name, constraint) else {
            continue;
        };
        match constraint.validated || !constraint.enforced {
            true => elements.push(stated),
            false => late.push(format!("ALTER TABLE {} ADD {stated}", name.quoted())),
        }
    }
    let persistence = match relation.persistence {
        Persistence::Permanent => "",
        Persistence::Unlogged => "UNLOGGED ",
        Persistence::Temporary => "TEMPORARY ",
    };
    let body = match elements.is_empty() {
        true => "()".to_owned(),
        false => format!("(\n  {}\n)", elements.join(",\n  ")),
    };
    out.statement(format!(
        "CREATE {persistence}{} {} {body}{}",
        word(relation.kind),
        name.quoted(),
        tail(relation)
    ));
    late.into_iter().for_each(|statement| out.statement(statement));
}

/// What stands behind the columns of a table: its parents, its partitioning, its storage.
fn tail(relation: &Relation) -> String {
    let mut tail = String::new();
    for parent in relation.parents.iter().filter(|parent| parent.bound.is_some()) {
        let bound = match &parent.bound {
            Some(PartitionBound::Values(values)) => values,
            _ => "DEFAULT",
        };
        tail.push_str(&format!(
            " /* partition of {} {bound} */",
            parent.relation.quoted()
        ));
    }
    let inherits = relation.parents.iter().filter(|parent| parent.bound.is_none());
    let inherits: Vec<String> = inherits.map(|parent| parent.relation.quoted()).collect();
    if !inherits.is_empty() {
        tail.push_str(&format!(" INHERITS ({})", inherits.join(", ")));
    }
    if let Some(key) = &relation.partition_key {
        let keys: Vec<String> = key.keys.iter().map(table::in_parentheses).collect();
        let strategy = key.strategy.as_str().to_ascii_uppercase();
        tail.push_str(&format!(" PARTITION BY {strategy} ({})", keys.join(", ")));
    }
    tail.push_str(&options(&relation.options));
    tail
}

/// A constraint as it stands in CREATE TABLE or after ADD.
fn stated(relation: &Relation, name: &Name, constraint: &Constraint) -> Option<String> {
    let said = match &constraint.kind {
        ConstraintKind::Check { expr } => format!("CHECK ({})", expr.text),
        ConstraintKind::NotNull { column } => format!("NOT NULL {}", column.quoted()),
        ConstraintKind::ForeignKey(key) => table::foreign_key(key),
        _ => table::key_definition(constraint, relation.indexes.get(name)?)?,
    };
    let marks = table::marks(constraint);
    Some(format!("CONSTRAINT {} {said}{marks}", name.quoted()))
}
