//! Statements that go for objects of every kind: DROP, RENAME, SET SCHEMA, OWNER TO, COMMENT ON.

use std::sync::Arc;

use confiture_syntax::{Name, Node};

use super::alter::relation_word;
use super::name::behavior;
use super::{Children, Kind, Reader, kind, name_of, types};
use crate::catalog::OtherKind;
use crate::change::{Change, Comment, Drop, ObjectKind, ObjectName, ObjectRef, Rename, SetOwner, SetSchema};
use crate::types::SqlType;

impl ObjectName {
    /// Something known by its name alone.
    pub(super) fn of(name: ObjectRef) -> ObjectName {
        ObjectName {
            name,
            on: None,
            arguments: None,
            identity: None,
        }
    }
}

impl Reader<'_> {
    /// `DropStmt`.
    pub(super) fn drop(&self, node: Node<'_>) -> Option<Change> {
        let kind = object_kind(node, 1)?;
        let objects = if let Some(list) = node.child(kind::any_name_list) {
            self.objects(list, kind::any_name)
                .into_iter()
                .map(ObjectName::of)
                .collect()
        } else if let Some(list) = node.child(kind::name_list) {
            list.list(kind::name)
                .into_iter()
                .map(|n| ObjectName::of(self.unqualified(n)))
                .collect()
        } else if let Some(list) = node.child(kind::type_name_list) {
            list.list(kind::Typename)
                .into_iter()
                .map(|n| ObjectName::of(self.type_object(n)))
                .collect()
        } else {
            vec![self.object_on(node)?]
        };
        Some(self.drop_of(node, kind, objects))
    }

    fn drop_of(&self, node: Node<'_>, kind: ObjectKind, objects: Vec<ObjectName>) -> Change {
        Change::Drop(Drop {
            kind,
            objects,
            if_exists: node.has(kind::kw_if) || node.has(kind::opt_if_exists),
            behavior: behavior(node),
            concurrently: node.has(kind::kw_concurrently),
        })
    }

    /// DROP FUNCTION, PROCEDURE, ROUTINE, AGGREGATE, OPERATOR: lists of signatures.
    pub(super) fn drop_routines(&self, node: Node<'_>) -> Option<Change> {
        let kind = object_kind(node, 1)?;
        let (list, element) = [
            (kind::function_with_argtypes_list, kind::function_with_argtypes),
            (kind::aggregate_with_argtypes_list, kind::aggregate_with_argtypes),
            (kind::operator_with_argtypes_list, kind::operator_with_argtypes),
        ]
        .into_iter()
        .find_map(|(list, element)| node.child(list).map(|l| (l, element)))?;
        let objects = list
            .list(element)
            .into_iter()
            .filter_map(|n| self.named_object(n))
            .collect();
        Some(self.drop_of(node, kind, objects))
    }

    /// DROP of one object: CAST, OPERATOR CLASS, TRANSFORM, SUBSCRIPTION, TABLESPACE, USER MAPPING.
    pub(super) fn drop_one(&self, node: Node<'_>) -> Option<Change> {
        let kind = object_kind(node, 1)?;
        let object = self.object_of(node, kind)?;
        Some(self.drop_of(node, kind, vec![object]))
    }

    /// `DropRoleStmt`.
    pub(super) fn drop_roles(&self, node: Node<'_>) -> Option<Change> {
        let list = node.child(kind::role_list)?.list(kind::RoleSpec);
        let objects = list
            .into_iter()
            .map(|r| ObjectName::of(self.unqualified(r)))
            .collect();
        Some(self.drop_of(node, ObjectKind::Other(OtherKind::Role), objects))
    }

    /// `RenameStmt`.
    pub(super) fn rename(&self, node: Node<'_>) -> Option<Change> {
        let mut kind = object_kind(node, 1)?;
        let mut object = self.object_of(node, kind)?;
        let mut names = node.all().skip_while(|c| c.kind() != kind::kw_rename);
        let part = |k: Kind| names_kind(node, k);
        let to = node.all().filter(|c| is_new_name(c.kind())).last()?;
        // What stands between RENAME and TO is a part of the object.
        let old = names
            .by_ref()
            .take_while(|c| c.kind() != kind::kw_to)
            .find(|c| c.kind() == kind::name);
        if let Some(old) = old {
            kind = match kind {
                ObjectKind::Domain => ObjectKind::DomainConstraint,
                ObjectKind::Type => ObjectKind::Attribute,
                _ if part(kind::kw_constraint) => ObjectKind::Constraint,
                _ => ObjectKind::Column,
            };
            object = ObjectName {
                on: Some(object.name),
                ..ObjectName::of(self.unqualified(old))
            };
        }
        let only = node
            .child(kind::relation_expr)
            .and_then(|r| self.relation(r))
            .is_some_and(|(_, only)| only);
        Some(Change::Rename(Rename {
            kind,
            object,
            to: self.ident(to),
            if_exists: node.has(kind::kw_if),
            only,
            word: relation_word(node).filter(|_| !matches!(kind, ObjectKind::Other(_))),
        }))
    }

    /// `AlterObjectSchemaStmt`.
    pub(super) fn set_schema(&self, node: Node<'_>) -> Option<Change> {
        let kind = object_kind(node, 1)?;
        let to = node.all().filter(|c| c.kind() == kind::name).last()?;
        Some(Change::SetSchema(SetSchema {
            kind,
            object: self.object_of(node, kind)?,
            to: self.ident(to),
            if_exists: node.has(kind::kw_if),
        }))
    }

    /// `AlterOwnerStmt`.
    pub(super) fn set_owner(&self, node: Node<'_>) -> Option<Change> {
        let kind = object_kind(node, 1)?;
        let to = self.child_ident(node, kind::RoleSpec)?;
        Some(Change::SetOwner(SetOwner {
            kind,
            object: self.object_of(node, kind)?,
            to,
        }))
    }

    /// `CommentStmt`.
    pub(super) fn comment(&self, node: Node<'_>) -> Option<Change> {
        let mut kind = object_kind(node, 2)?;
        if kind == ObjectKind::Constraint && node.has(kind::kw_domain) {
            kind = ObjectKind::DomainConstraint;
        }
        let text = node.child(kind::comment_text)?;
        Some(Change::Comment(Comment {
            kind,
            object: self.object_of(node, kind)?,
            text: (!text.has(kind::kw_null)).then(|| super::table::literal(text)),
        }))
    }

    /// The one object that a statement of that kind names.
    pub(super) fn object_of(&self, node: Node<'_>, kind: ObjectKind) -> Option<ObjectName> {
        match kind {
            ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => self.object_on(node),
            ObjectKind::Constraint | ObjectKind::DomainConstraint => self.object_on(node),
            ObjectKind::Column => {
                let (relation, column) = self.member(node.child(kind::any_name)?)?;
                let name = ObjectRef {
                    schema: None,
                    name: column.name,
                    range: column.range,
                };
                Some(ObjectName {
                    on: Some(relation),
                    ..ObjectName::of(name)
                })
            }
            ObjectKind::Other(other) if has_identity(other) => self.identified(node, other),
            _ => node.named().skip(1).find_map(|c| self.named_object(c)),
        }
    }

    /// `name ON relation`.
    fn object_on(&self, node: Node<'_>) -> Option<ObjectName> {
        let on = node
            .child(kind::any_name)
            .or_else(|| node.child(kind::qualified_name))?;
        let name = self.unqualified(node.child(kind::name)?);
        Some(ObjectName {
            on: Some(self.object(on)),
            ..ObjectName::of(name)
        })
    }

    /// The object that a name, signature or type node stands for; `None` for nodes of other kinds.
    fn named_object(&self, node: Node<'_>) -> Option<ObjectName> {
        Some(match node.kind() {
            kind::any_name | kind::qualified_name => ObjectName::of(self.object(node)),
            kind::relation_expr => ObjectName::of(self.relation(node)?.0),
            kind::name | kind::RoleSpec | kind::RoleId => ObjectName::of(self.unqualified(node)),
            kind::Typename => ObjectName::of(self.type_object(node)),
            kind::NumericOnly => ObjectName::of(ObjectRef {
                schema: None,
                name: Name::new(node.text()),
                range: self.range(node),
            }),
            kind::function_with_argtypes => self.signature(node),
            kind::aggregate_with_argtypes => self.aggregate_signature(node)?,
            kind::operator_with_argtypes => self.operator_signature(node)?,
            _ => return None,
        })
    }

    /// A type as an object: `DROP TYPE s.t`.
    pub(super) fn type_object(&self, node: Node<'_>) -> ObjectRef {
        let ty = types::sql_type(node);
        ObjectRef {
            schema: ty.schema,
            name: ty.name,
            range: self.range(node),
        }
    }

    /// `function_with_argtypes`: a name, perhaps with argument types.
    pub(super) fn signature(&self, node: Node<'_>) -> ObjectName {
        match (node.child(kind::func_name), node.child(kind::func_args)) {
            (Some(name), Some(args)) => ObjectName {
                arguments: Some(self.input_types(args.child(kind::func_args_list), kind::func_arg)),
                ..ObjectName::of(self.object(name))
            },
            _ => ObjectName::of(self.object(node)),
        }
    }

    fn aggregate_signature(&self, node: Node<'_>) -> Option<ObjectName> {
        let args = node.child(kind::aggr_args)?;
        let arguments = args.all().filter(|c| c.kind() == kind::aggr_args_list);
        Some(ObjectName {
            arguments: Some(
                arguments
                    .flat_map(|l| self.input_types(Some(l), kind::aggr_arg))
                    .collect(),
            ),
            ..ObjectName::of(self.child_object(node, kind::func_name)?)
        })
    }

    /// Types of the arguments that go in, without modifiers.
    fn input_types(&self, list: Option<Node<'_>>, element: Kind) -> Vec<SqlType> {
        let elements = list.map(|l| l.list(element)).into_iter().flatten();
        elements
            .filter_map(|e| self.argument(e))
            .filter(|a| a.mode.is_input())
            .map(|a| a.ty.ty.unmodified())
            .collect()
    }

    fn operator_signature(&self, node: Node<'_>) -> Option<ObjectName> {
        let name = self.operator(node.child(kind::any_operator)?);
        let types = node.child(kind::oper_argtypes)?;
        let sides: Vec<String> = types
            .named()
            .map(|t| {
                if t.kind() == kind::Typename {
                    types::sql_type(t).to_string()
                } else {
                    "NONE".into()
                }
            })
            .collect();
        let identity = format!("{}({})", dotted(&name), sides.join(","));
        Some(ObjectName {
            identity: Some(identity.into()),
            ..ObjectName::of(name)
        })
    }

    /// An operator's name, perhaps with a schema.
    pub(super) fn operator(&self, node: Node<'_>) -> ObjectRef {
        let mut schema = None;
        let mut at = node;
        while let Some(inner) = at.child(kind::any_operator) {
            schema = at.child(kind::ColId).map(name_of);
            at = inner;
        }
        ObjectRef {
            schema,
            name: Name::new(at.text()),
            range: self.range(node),
        }
    }

    /// Objects that take more than a name to tell: casts, operator classes, transforms, user mappings.
    pub(super) fn identified(&self, node: Node<'_>, kind: OtherKind) -> Option<ObjectName> {
        let mut types = node.all().filter(|c| c.kind() == kind::Typename);
        let mut names = node.all().filter(|c| c.kind() == kind::name);
        let (name, identity) = match kind {
            OtherKind::Operator => return node.all().find_map(|c| self.named_object(c)),
            OtherKind::OperatorClass | OtherKind::OperatorFamily => {
                let name = self.child_object(node, kind::any_name)?;
                let identity = format!("{} USING {}", dotted(&name), name_of(names.next()?));
                (name, identity)
            }
            OtherKind::Cast => {
                let (from, to) = (types.next()?, types.next()?);
                let identity = format!("({} AS {})", types::sql_type(from), types::sql_type(to));
                (self.type_object(from), identity)
            }
            OtherKind::Transform => {
                let ty = types.next()?;
                let identity = format!(
                    "for {} on language {}",
                    types::sql_type(ty),
                    name_of(names.next()?)
                );
                (self.type_object(ty), identity)
            }
            OtherKind::UserMapping => {
                let role = node.child(kind::auth_ident)?;
                let identity = format!("{} on server {}", name_of(role), name_of(names.next()?));
                (self.unqualified(role), identity)
            }
            _ => return None,
        };
        Some(ObjectName {
            identity: Some(identity.into()),
            ..ObjectName::of(name)
        })
    }
}

/// `schema.name`, as written.
fn dotted(name: &ObjectRef) -> Arc<str> {
    match &name.schema {
        Some(schema) => format!("{schema}.{}", name.name).into(),
        None => name.name.as_str().into(),
    }
}

fn has_identity(kind: OtherKind) -> bool {
    matches!(
        kind,
        OtherKind::Operator
            | OtherKind::OperatorClass
            | OtherKind::OperatorFamily
            | OtherKind::Cast
            | OtherKind::Transform
            | OtherKind::UserMapping
    )
}

fn names_kind(node: Node<'_>, kind: Kind) -> bool {
    node.all()
        .skip_while(|c| c.kind() != kind::kw_rename)
        .any(|c| c.kind() == kind)
}

fn is_new_name(kind: Kind) -> bool {
    matches!(kind, kind::name | kind::RoleId)
}

/// The kind of object that the words from the `skip`th child on name.
pub(super) fn object_kind(node: Node<'_>, skip: usize) -> Option<ObjectKind> {
    let mut words = [Kind::NONE; 3];
    let mut count = 0;
    let mut level = node;
    let mut skip = skip;
    // object_type_name > drop_type_name > words
    loop {
        let first = level.named().nth(skip)?;
        let wrapper = matches!(
            first.kind(),
            kind::object_type_any_name
                | kind::object_type_name
                | kind::drop_type_name
                | kind::object_type_name_on_any_name
        );
        if !wrapper {
            break;
        }
        level = first;
        skip = 0;
    }
    for word in level
        .named()
        .skip(skip)
        .filter(|c| c.kind() != kind::opt_procedural)
        .take(3)
    {
        words[count] = word.kind();
        count += 1;
    }
    kind_of_words(words)
}

fn kind_of_words(words: [Kind; 3]) -> Option<ObjectKind> {
    let other = |kind| Some(ObjectKind::Other(kind));
    Some(match words[0] {
        kind::kw_table => ObjectKind::Table,
        kind::kw_view => ObjectKind::View,
        kind::kw_materialized => ObjectKind::MaterializedView,
        kind::kw_sequence => ObjectKind::Sequence,
        kind::kw_index => ObjectKind::Index,
        kind::kw_schema => ObjectKind::Schema,
        kind::kw_type => ObjectKind::Type,
        kind::kw_domain => ObjectKind::Domain,
        kind::kw_function => ObjectKind::Function,
        kind::kw_procedure => ObjectKind::Procedure,
        kind::kw_routine => ObjectKind::Routine,
        kind::kw_aggregate => ObjectKind::Aggregate,
        kind::kw_extension => ObjectKind::Extension,
        kind::kw_trigger => ObjectKind::Trigger,
        kind::kw_policy => ObjectKind::Policy,
        kind::kw_rule => ObjectKind::Rule,
        kind::kw_constraint => ObjectKind::Constraint,
        kind::kw_column => ObjectKind::Column,
        kind::kw_database | kind::kw_large | kind::kw_parameter => ObjectKind::Unkept,
        kind::kw_foreign => match words[1] {
            kind::kw_table => ObjectKind::ForeignTable,
            kind::kw_data => return other(OtherKind::ForeignDataWrapper),
            _ => return other(OtherKind::Server),
        },
        kind::kw_event => return other(OtherKind::EventTrigger),
        kind::kw_access => return other(OtherKind::AccessMethod),
        kind::kw_cast => return other(OtherKind::Cast),
        kind::kw_collation => return other(OtherKind::Collation),
        kind::kw_conversion => return other(OtherKind::Conversion),
        kind::kw_language => return other(OtherKind::Language),
        kind::kw_publication => return other(OtherKind::Publication),
        kind::kw_server => return other(OtherKind::Server),
        kind::kw_statistics => return other(OtherKind::Statistics),
        kind::kw_subscription => return other(OtherKind::Subscription),
        kind::kw_tablespace => return other(OtherKind::Tablespace),
        kind::kw_transform => return other(OtherKind::Transform),
        kind::kw_role | kind::kw_group => return other(OtherKind::Role),
        kind::kw_user if words[1] == kind::kw_mapping => return other(OtherKind::UserMapping),
        kind::kw_user => return other(OtherKind::Role),
        kind::kw_operator => match words[1] {
            kind::kw_class => return other(OtherKind::OperatorClass),
            kind::kw_family => return other(OtherKind::OperatorFamily),
            _ => return other(OtherKind::Operator),
        },
        kind::kw_text => match words[2] {
            kind::kw_parser => return other(OtherKind::TextSearchParser),
            kind::kw_dictionary => return other(OtherKind::TextSearchDictionary),
            kind::kw_template => return other(OtherKind::TextSearchTemplate),
            _ => return other(OtherKind::TextSearchConfiguration),
        },
        _ => return None,
    })
}
