//! CREATE TABLE (LIKE …): columns first, the rest when the table is there (parse_utilcmd.c, `expandTableLikeClause`).

use std::sync::Arc;

use super::index::{IndexSpec, Reach};
use super::partition::by_age;
use super::sequence::ForColumn;
use super::table::{Draft, merge_column};
use super::{Done, Fold, Note, exists};
use crate::catalog::{
    Column, Constraint, ConstraintKind, Index, OtherKey, OtherKind, OtherObject, QualName, RelationKind,
    Sequence, TypeKind,
};
use crate::change::LikeClause;
use crate::types::SqlType;

/// The columns of a relation, shared with it.
type Columns = Arc<Vec<Arc<Column>>>;

impl Fold<'_> {
    /// Adds the source's columns and gives the source. The first `given` columns came from parents and take more definitions.
    pub(super) fn like_columns(
        &mut self,
        like: &LikeClause,
        draft: &mut Draft<'_>,
        given: usize,
    ) -> Result<QualName, Note> {
        let (source, columns) = self.like_source(like)?;
        for column in columns.iter() {
            let copy = self.like_column(like, column, draft);
            match draft.columns.iter().position(|c| c.name == column.name) {
                Some(at) if at < given => merge_column(&mut draft.columns[at], copy, true),
                Some(_) => return Err(exists(column.name.to_string())),
                None => draft.columns.push(copy),
            }
        }
        Ok(source)
    }

    /// A relation, or a composite type, which is one to PostgreSQL.
    fn like_source(&self, like: &LikeClause) -> Result<(QualName, Columns), Note> {
        if let Some(ty) = self.state.resolve_type_name(&like.source)
            && let Some(TypeKind::Composite(attributes)) = self.catalog().types.get(&ty).map(|t| &t.kind)
        {
            let column = |(name, ty): &(confiture_syntax::Name, SqlType)| {
                Arc::new(Column {
                    ty: Some(ty.clone()),
                    ..super::table::blank_column(name, self.origin)
                })
            };
            return Ok((ty, Arc::new(attributes.iter().map(column).collect())));
        }
        let source = self.need_relation(&like.source)?;
        let columns = self.relation(&source).columns.clone();
        Ok((source, columns))
    }

    fn like_column(&mut self, like: &LikeClause, column: &Column, draft: &Draft<'_>) -> Column {
        let including = like.including;
        let mut copy = Column {
            default: column.default.clone().filter(|_| including.defaults),
            generated: column.generated.clone().filter(|_| including.generated),
            identity: column.identity.filter(|_| including.identity),
            comment: column.comment.clone().filter(|_| including.comments),
            inherited: false,
            origin: self.at(like.source.range),
            ..column.clone()
        };
        if copy.identity.is_some() {
            self.like_identity(like, &mut copy, draft);
        }
        copy
    }

    /// An identity column has a sequence of its own, with the parameters of the source's.
    fn like_identity(&mut self, like: &LikeClause, column: &mut Column, draft: &Draft<'_>) {
        let source = self.state.resolve_relation(&like.source);
        let parameters = source.and_then(|s| self.identity_sequence(&s, &column.name));
        let parameters = parameters.and_then(|s| self.relation(&s).sequence.clone());
        let ty = column.ty.clone().unwrap_or_else(|| SqlType::named("int8"));
        let name = self.column_sequence(&ForColumn {
            table: &draft.name,
            column: &column.name,
            ty,
            persistence: draft.relation.persistence,
            identity: true,
            options: &[],
            range: like.source.range,
        });
        if let Some(parameters) = parameters
            && let Some(relation) = self.catalog_mut().relation_mut(&name)
            && let Some(sequence) = &relation.sequence
        {
            let owned_by = sequence.owned_by.clone();
            // Bounds are copied, the type isn't: it is what a sequence has that nobody gave a type.
            relation.sequence = Some(Arc::new(Sequence {
                ty: SqlType::named("int8"),
                owned_by,
                ..(*parameters).clone()
            }));
        }
    }

    /// Checks, indexes and statistics.
    pub(super) fn like_rest(&mut self, table: &QualName, like: &LikeClause, source: &QualName) -> Done {
        let relation = self.relation(source);
        let comments = like.including.comments;
        if like.including.constraints {
            for (name, constraint) in relation.constraints.iter() {
                if matches!(constraint.kind, ConstraintKind::Check { .. }) {
                    let copy = self.like_constraint(constraint, comments);
                    self.merge_check(table, name, &copy)?;
                }
            }
        }
        if like.including.indexes && relation.kind != RelationKind::ForeignTable {
            for (name, index) in by_age(&relation) {
                let constraint = relation.constraints.get(&name).filter(|_| index.constraint);
                let spec = IndexSpec {
                    name: None,
                    // Of a key the index' comment is copied, not the constraint's.
                    constraint: constraint.map(|c| self.like_constraint(c, false)),
                    index: Index {
                        parent: None,
                        valid: true,
                        clustered: false,
                        comment: index.comment.clone().filter(|_| comments),
                        origin: self.at(like.source.range),
                        ..(*index).clone()
                    },
                };
                self.define_index(table, spec, Reach::Family)?;
            }
        }
        if like.including.statistics {
            self.like_statistics(table, source, comments);
        }
        Ok(())
    }

    fn like_constraint(&self, constraint: &Constraint, comments: bool) -> Constraint {
        Constraint {
            inherited: false,
            validated: true,
            comment: constraint.comment.clone().filter(|_| comments),
            origin: self.origin,
            ..constraint.clone()
        }
    }

    /// Extended statistics whose name PostgreSQL made of the source's get one made of the table's.
    fn like_statistics(&mut self, table: &QualName, source: &QualName, comments: bool) {
        let prefix = QualName::new(source.schema.clone(), format!("{}_", source.name).as_str()).quoted();
        let copied: Vec<(OtherKey, Arc<OtherObject>)> = self
            .catalog()
            .others
            .iter()
            .filter(|(key, object)| key.kind == OtherKind::Statistics && object.relations.contains(source))
            .map(|(key, object)| (key.clone(), object.clone()))
            .collect();
        for (key, object) in copied {
            let Some(rest) = key.identity.strip_prefix(&prefix) else {
                continue;
            };
            let name = QualName::new(table.schema.clone(), format!("{}_{rest}", table.name).as_str());
            let key = OtherKey {
                kind: OtherKind::Statistics,
                identity: name.quoted().as_str().into(),
            };
            let copy = OtherObject {
                comment: object.comment.clone().filter(|_| comments),
                relations: vec![table.clone()],
                columns: object.columns.clone(),
                origin: self.origin,
            };
            self.catalog_mut().others.insert_mut(key, Arc::new(copy));
        }
    }
}
