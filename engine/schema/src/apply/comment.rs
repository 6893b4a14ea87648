//! COMMENT ON.

use std::sync::Arc;

use confiture_syntax::Name;

use super::{Done, Fold, Note, missing, refused, written};
use crate::catalog::{QualName, Relation};
use crate::change::{Comment, ObjectKind, ObjectName};

type Text = Option<Arc<str>>;

impl Fold<'_> {
    pub(super) fn comment(&mut self, change: &Comment) -> Done {
        // An empty comment is none.
        let text: Text = change.text.clone().filter(|t| !t.is_empty());
        let object = &change.object;
        let name = &object.name.name;
        let absent = || missing(written(&object.name));
        match change.kind {
            ObjectKind::Table
            | ObjectKind::ForeignTable
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence => {
                let relation = self.need_relation(&object.name)?;
                self.catalog_mut()
                    .relation_mut(&relation)
                    .ok_or_else(absent)?
                    .comment = text;
            }
            ObjectKind::Column => return self.comment_column(object, text),
            ObjectKind::Index => {
                let (_, index) = self.state.resolve_index(&object.name).ok_or_else(absent)?;
                self.catalog_mut().index_mut(&index).ok_or_else(absent)?.comment = text;
            }
            ObjectKind::Constraint => {
                let table = self.part_of(object)?;
                self.catalog_mut()
                    .constraint_mut(&table, name)
                    .ok_or_else(absent)?
                    .comment = text;
            }
            ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => {
                let table = self.part_of(object)?;
                let relation = self.catalog_mut().relation_mut(&table).ok_or_else(absent)?;
                return comment_part(relation, change.kind, name, text);
            }
            ObjectKind::Schema => {
                let schema = self.catalog_mut().schemas.get_mut(name).map(Arc::make_mut);
                schema.ok_or_else(absent)?.comment = text;
            }
            ObjectKind::Extension => {
                let extension = self.catalog_mut().extensions.get_mut(name).map(Arc::make_mut);
                extension.ok_or_else(absent)?.comment = text;
            }
            ObjectKind::Type | ObjectKind::Domain => return self.comment_type(object, text),
            ObjectKind::DomainConstraint => {
                let domain = self.need_type(object.on.as_ref().ok_or_else(absent)?)?;
                if !self.has_domain_check(&domain, name) {
                    return Err(absent());
                }
            }
            ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine | ObjectKind::Aggregate => {
                let key = self.need_function(change.kind, object)?;
                let function = self.catalog_mut().functions.get_mut(&key).map(Arc::make_mut);
                function.ok_or_else(absent)?.comment = text;
            }
            ObjectKind::Other(kind) => return self.comment_other(kind, object, text),
            ObjectKind::Attribute | ObjectKind::Unkept => {}
        }
        Ok(())
    }

    fn comment_column(&mut self, object: &ObjectName, text: Text) -> Done {
        let absent = || missing(written(&object.name));
        let on = object.on.as_ref().ok_or_else(absent)?;
        let Some(table) = self.state.resolve_relation(on) else {
            // A composite type's attribute may carry a comment too; the catalog keeps none.
            return self.need_type(on).map(drop);
        };
        let unknown = self
            .relation(&table)
            .view
            .as_ref()
            .is_some_and(|v| !v.columns_known);
        match self.catalog_mut().column_mut(&table, &object.name.name) {
            Some(column) => column.comment = text,
            None if unknown => {}
            None => return Err(missing(format!("{table}.{}", object.name.name))),
        }
        Ok(())
    }

    /// A type, or the row type of a table, whose comment the catalog doesn't keep.
    fn comment_type(&mut self, object: &ObjectName, text: Text) -> Done {
        let name: QualName = match self.need_type(&object.name) {
            Ok(name) => name,
            Err(note) => return self.state.resolve_relation(&object.name).map(drop).ok_or(note),
        };
        if let Some(ty) = self.catalog_mut().types.get_mut(&name) {
            Arc::make_mut(ty).comment = text;
        }
        Ok(())
    }
}

fn comment_part(relation: &mut Relation, kind: ObjectKind, name: &Name, text: Text) -> Result<(), Note> {
    let slot = match kind {
        ObjectKind::Trigger => relation
            .triggers
            .get_mut(name)
            .map(|t| &mut Arc::make_mut(t).comment),
        ObjectKind::Policy => relation
            .policies
            .get_mut(name)
            .map(|p| &mut Arc::make_mut(p).comment),
        ObjectKind::Rule => relation
            .rules
            .get_mut(name)
            .map(|r| &mut Arc::make_mut(r).comment),
        _ => return Err(refused(name.to_string())),
    };
    *slot.ok_or_else(|| missing(name.to_string()))? = text;
    Ok(())
}
