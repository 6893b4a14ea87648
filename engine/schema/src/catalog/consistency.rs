//! Whether the two directions of every link agree. For tests.

use super::footprint::Spot;
use super::{Catalog, ConstraintKind, Entries, ReplicaIdentity};

impl Catalog {
    /// Checks what must hold of every catalog.
    ///
    /// # Errors
    /// One line for each thing that doesn't hold.
    pub fn check_consistency(&self) -> Result<(), String> {
        let mut wrong = Vec::new();
        let mut again = self.clone();
        again.relink();
        compare(
            "index_tables",
            &self.index_tables,
            &again.index_tables,
            &mut wrong,
        );
        compare(
            "referenced_by",
            &self.referenced_by,
            &again.referenced_by,
            &mut wrong,
        );
        compare("children", &self.children, &again.children, &mut wrong);
        compare(
            "dependent_views",
            &self.dependent_views,
            &again.dependent_views,
            &mut wrong,
        );
        compare(
            "owned_sequences",
            &self.owned_sequences,
            &again.owned_sequences,
            &mut wrong,
        );
        compare(
            "constraint_names",
            &self.constraint_names,
            &again.constraint_names,
            &mut wrong,
        );
        self.check_names(&mut wrong);
        self.check_relations(&mut wrong);
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(wrong.join("\n"))
        }
    }

    fn check_names(&self, wrong: &mut Vec<String>) {
        for index in self.index_tables.keys() {
            if self.relations.contains_key(index) {
                wrong.push(format!("{index} is an index and a relation"));
            }
        }
        for name in self.types.keys() {
            if self.relations.contains_key(name) {
                wrong.push(format!("{name} is a type and a relation"));
            }
        }
    }

    fn check_relations(&self, wrong: &mut Vec<String>) {
        for (name, relation) in self.relations.iter() {
            for parent in &relation.parents {
                if !self.relations.contains_key(&parent.relation) {
                    wrong.push(format!("{name}: its parent {} is missing", parent.relation));
                }
            }
            if let Some((table, column)) = relation.sequence.as_ref().and_then(|s| s.owned_by.as_ref())
                && self
                    .relations
                    .get(table)
                    .is_none_or(|t| t.column(column).is_none())
            {
                wrong.push(format!("{name}: its owner {table}.{column} is missing"));
            }
            for (constraint_name, constraint) in relation.constraints.iter() {
                let columns = match &constraint.kind {
                    ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns } => {
                        columns.as_slice()
                    }
                    ConstraintKind::ForeignKey(key) => key.columns.as_slice(),
                    _ => &[],
                };
                for column in columns.iter().filter(|c| relation.column(c).is_none()) {
                    wrong.push(format!(
                        "{name}: {constraint_name} is on {column}, which is missing"
                    ));
                }
                let needs_index = !matches!(
                    constraint.kind,
                    ConstraintKind::Check { .. }
                        | ConstraintKind::ForeignKey(_)
                        | ConstraintKind::NotNull { .. }
                );
                if needs_index
                    && !relation
                        .indexes
                        .get(constraint_name)
                        .is_some_and(|i| i.constraint)
                {
                    wrong.push(format!("{name}: {constraint_name} has no index"));
                }
            }
            for (index_name, index) in relation.indexes.iter() {
                if index.constraint && !relation.constraints.contains_key(index_name) {
                    wrong.push(format!("{name}: index {index_name} has no constraint"));
                }
                let keys = index
                    .keys
                    .iter()
                    .filter_map(|k| k.expr.facts.bare_column.as_ref());
                for column in keys
                    .chain(&index.include)
                    .filter(|c| relation.column(c).is_none())
                {
                    wrong.push(format!(
                        "{name}: index {index_name} is on {column}, which is missing"
                    ));
                }
                if index
                    .parent
                    .as_ref()
                    .is_some_and(|p| !self.index_tables.contains_key(p))
                {
                    wrong.push(format!("{name}: the parent of index {index_name} is missing"));
                }
            }
            if let ReplicaIdentity::Index(index) = &relation.replica_identity
                && !relation.indexes.contains_key(index)
            {
                wrong.push(format!("{name}: its replica identity {index} is missing"));
            }
        }
    }
}

fn compare<K: Ord + Spot + std::fmt::Debug, V: PartialEq + std::fmt::Debug, const PART: u8>(
    what: &str,
    is: &Entries<K, V, PART>,
    should_be: &Entries<K, V, PART>,
    wrong: &mut Vec<String>,
) {
    for (key, value) in should_be.iter() {
        if is.get(key) != Some(value) {
            wrong.push(format!("{what}[{key:?}] is {:?}, not {value:?}", is.get(key)));
        }
    }
    for key in is.keys().filter(|k| !should_be.contains_key(*k)) {
        wrong.push(format!("{what}[{key:?}] is there and should not be"));
    }
}
