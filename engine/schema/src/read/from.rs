//! The FROM clause: what `*`, `t.*` and a column's name mean.

use confiture_syntax::{Name, Node};

use super::output::{MAX_COLUMNS, Scope, column_name, renamed, set_name, typed};
use super::{Children, Reader, kind, name_of};
use crate::change::{Ident, ObjectRef, OutputColumn};

/// What a FROM clause offers.
#[derive(Default)]
pub(super) struct From {
    /// Everything that a qualified name can mean, in order.
    pub(super) sources: Vec<Source>,
    /// What `*` gives.
    pub(super) star: Vec<OutputColumn>,
}

/// One named item of FROM.
pub(super) struct Source {
    /// Its alias, or its own name.
    label: Name,
    /// Its schema, where it is a relation without an alias.
    schema: Option<Name>,
    columns: Vec<OutputColumn>,
}

impl Source {
    pub(super) fn relation(label: Name, relation: ObjectRef) -> Source {
        let schema = relation.schema.clone().filter(|_| label == relation.name);
        Source {
            label,
            schema,
            columns: vec![OutputColumn::Star(vec![relation])],
        }
    }
}

impl From {
    /// `t.*` or `schema.t.*`.
    pub(super) fn star_of(&self, parts: &[Ident]) -> Vec<OutputColumn> {
        self.source(parts)
            .map_or_else(|| vec![OutputColumn::Unknown], |s| s.columns.clone())
    }

    fn source(&self, parts: &[Ident]) -> Option<&Source> {
        let (name, qualifiers) = parts.split_last()?;
        let schema = qualifiers.last();
        let matches = |s: &&Source| {
            s.label == name.name && schema.is_none_or(|q| s.schema.as_ref().is_none_or(|own| *own == q.name))
        };
        self.sources.iter().find(matches)
    }

    /// What a column's name means, under its output name.
    pub(super) fn column(&self, parts: &[Ident], alias: Option<Name>) -> OutputColumn {
        let Some((column, qualifiers)) = parts.split_last() else {
            return OutputColumn::Unknown;
        };
        let name = alias.unwrap_or_else(|| column.name.clone());
        let mut found = if qualifiers.is_empty() {
            find(self.sources.iter().flat_map(|s| &s.columns), &column.name)
        } else {
            // Not a relation's label: a field of a composite column, or a column of an outer query.
            self.source(qualifiers)
                .and_then(|s| find(s.columns.iter(), &column.name))
        };
        match &mut found {
            Some(found) => set_name(found, name),
            None => return OutputColumn::Named(name),
        }
        found.unwrap_or(OutputColumn::Unknown)
    }
}

/// The column of that name: one that is spelled out, or one of the stars' relations.
fn find<'c>(columns: impl Iterator<Item = &'c OutputColumn>, name: &Name) -> Option<OutputColumn> {
    let mut of: Vec<ObjectRef> = Vec::new();
    for column in columns {
        match column {
            OutputColumn::Star(relations) | OutputColumn::StarExcept(relations, _) => {
                of.extend(
                    relations
                        .iter()
                        .filter(|r| !of.contains(r))
                        .cloned()
                        .collect::<Vec<_>>(),
                );
            }
            OutputColumn::Unknown => {}
            spelled if column_name(spelled) == Some(name) => return Some(spelled.clone()),
            _ => {}
        }
    }
    (!of.is_empty()).then(|| OutputColumn::Column {
        name: name.clone(),
        column: name.clone(),
        of,
    })
}

impl Reader<'_> {
    /// The items of a `from_list`.
    pub(super) fn from(&self, list: Option<Node<'_>>, scope: &Scope<'_>) -> From {
        let mut from = From::default();
        for item in list.map(|l| l.list(kind::table_ref)).into_iter().flatten() {
            let item = self.table_ref(item, scope);
            from.sources.extend(item.sources);
            from.star.extend(item.star);
            if from.star.len() > MAX_COLUMNS {
                from.star.truncate(MAX_COLUMNS);
                from.star.push(OutputColumn::Unknown);
                break;
            }
        }
        from
    }

    /// A `table_ref`: the joins down its left side one by one, then what each adds.
    fn table_ref(&self, node: Node<'_>, scope: &Scope<'_>) -> From {
        let mut joins = Vec::new();
        let mut at = node;
        loop {
            let joined = if at.kind() == kind::joined_table {
                Some(at)
            } else {
                at.child(kind::joined_table)
            };
            let Some(joined) = joined else { break };
            let mut operands = joined
                .all()
                .filter(|c| matches!(c.kind(), kind::table_ref | kind::joined_table));
            let Some(left) = operands.next() else {
                return From::default();
            };
            joins.push((at, joined, operands.next()));
            at = left;
        }
        let mut from = self.base_ref(at, scope);
        for (outer, joined, right) in joins.into_iter().rev() {
            if let Some(right) = right {
                let right = match scope.deeper(&[]) {
                    Some(inner) => self.table_ref(right, &inner),
                    None => From {
                        sources: Vec::new(),
                        star: vec![OutputColumn::Unknown],
                    },
                };
                join(&mut from, joined, right);
            }
            // `( a JOIN b … ) AS x`
            if let Some(alias) = outer
                .child(kind::alias_clause)
                .filter(|_| outer.kind() == kind::table_ref)
            {
                from = aliased(from.star, alias, Name::new(""), None);
            }
        }
        from
    }

    /// A `table_ref` that is no join.
    fn base_ref(&self, node: Node<'_>, scope: &Scope<'_>) -> From {
        let opt = node.child(kind::opt_alias_clause);
        let alias = opt.and_then(|o| o.child(kind::alias_clause));
        if let Some((relation, _)) = node.child(kind::relation_expr).and_then(|r| self.relation(r)) {
            let label = relation.name.clone();
            let schema = relation.schema.clone().filter(|_| alias.is_none());
            let columns = match scope.cte(&relation) {
                Some(columns) => columns.to_vec(),
                None => vec![OutputColumn::Star(vec![relation])],
            };
            return named(columns, alias, label, schema);
        }
        if let Some(query) = node.child(kind::select_with_parens) {
            let columns = match scope.deeper(&[]) {
                Some(inner) => self.output_in(query, &inner),
                None => vec![OutputColumn::Unknown],
            };
            return named(columns, alias, Name::new(""), None);
        }
        if let Some(function) = node.child(kind::func_table) {
            return self.function_ref(function, node.child(kind::func_alias_clause));
        }
        let columns = node
            .child(kind::xmltable)
            .map(xmltable_columns)
            .unwrap_or_else(|| vec![OutputColumn::Unknown]);
        named(columns, alias, Name::new(""), None)
    }

    fn function_ref(&self, function: Node<'_>, alias: Option<Node<'_>>) -> From {
        let call = function
            .child(kind::func_expr_windowless)
            .and_then(|w| w.named().next());
        let called = call.and_then(|c| self.called_function(c)).map(|f| f.name);
        let label = called.clone().unwrap_or_else(|| Name::new(""));
        let ordinality = function
            .has(kind::opt_ordinality)
            .then(|| OutputColumn::Named(Name::new("ordinality")));
        let plain = alias.and_then(|a| a.child(kind::alias_clause));
        if let Some(list) = alias.and_then(|a| a.child(kind::TableFuncElementList)) {
            let label = alias.and_then(|a| a.child(kind::ColId)).map_or(label, name_of);
            let columns: Vec<OutputColumn> = list
                .list(kind::TableFuncElement)
                .into_iter()
                .filter_map(element)
                .collect();
            return From {
                star: columns.clone(),
                sources: vec![Source {
                    label,
                    schema: None,
                    columns,
                }],
            };
        }
        let own = plain
            .and_then(|a| a.child(kind::ColId))
            .map_or(label.clone(), name_of);
        let names = plain.and_then(|a| a.child(kind::name_list));
        let columns = match (names, called.as_ref().and_then(|f| result_column(f.as_str()))) {
            (Some(names), _) => {
                let named = names
                    .list(kind::name)
                    .into_iter()
                    .map(|n| OutputColumn::Named(name_of(n)))
                    .collect();
                return From {
                    sources: vec![Source {
                        label: own,
                        schema: None,
                        columns: named,
                    }],
                    star: Vec::new(),
                }
                .with_star_of_all();
            }
            (None, Some("")) => vec![OutputColumn::Named(own.clone())],
            (None, Some(column)) => vec![OutputColumn::Named(Name::new(column))],
            (None, None) => vec![OutputColumn::Unknown],
        };
        let columns: Vec<OutputColumn> = columns.into_iter().chain(ordinality).collect();
        From {
            star: columns.clone(),
            sources: vec![Source {
                label: own,
                schema: None,
                columns,
            }],
        }
    }
}

impl From {
    fn with_star_of_all(mut self) -> From {
        self.star = self.sources.iter().flat_map(|s| s.columns.clone()).collect();
        self
    }
}

/// The column of a built-in function that returns a set of one column; "" where it has the function's alias. `unnest` is
/// not among them: of an array of composites it gives their attributes.
fn result_column(function: &str) -> Option<&'static str> {
    Some(match function {
        "generate_series" | "generate_subscripts" | "regexp_split_to_table" | "string_to_table" => "",
        "json_object_keys" | "jsonb_object_keys" | "regexp_matches" | "jsonb_path_query" => "",
        "json_array_elements" | "jsonb_array_elements" => "value",
        "json_array_elements_text" | "jsonb_array_elements_text" => "value",
        _ => return None,
    })
}

fn element(node: Node<'_>) -> Option<OutputColumn> {
    Some(typed(
        name_of(node.child(kind::ColId)?),
        node.child(kind::Typename)?,
    ))
}

fn xmltable_columns(node: Node<'_>) -> Vec<OutputColumn> {
    let list = node
        .child(kind::xmltable_column_list)
        .map(|l| l.list(kind::xmltable_column_el));
    let column = |c: Node<'_>| {
        let name = name_of(c.child(kind::ColId)?);
        Some(
            c.child(kind::Typename)
                .map_or_else(|| OutputColumn::Named(name.clone()), |t| typed(name.clone(), t)),
        )
    };
    list.into_iter().flatten().filter_map(column).collect()
}

fn named(columns: Vec<OutputColumn>, alias: Option<Node<'_>>, label: Name, schema: Option<Name>) -> From {
    match alias {
        Some(alias) => aliased(columns, alias, label, schema),
        None => From {
            star: columns.clone(),
            sources: vec![Source {
                label,
                schema,
                columns,
            }],
        },
    }
}

/// Columns under an alias, perhaps with column names.
fn aliased(columns: Vec<OutputColumn>, alias: Node<'_>, label: Name, schema: Option<Name>) -> From {
    let label = alias.child(kind::ColId).map_or(label, name_of);
    let names = alias.child(kind::name_list).map(|l| l.list(kind::name));
    let names: Vec<Name> = names.into_iter().flatten().map(name_of).collect();
    let columns = renamed(columns, &names);
    From {
        star: columns.clone(),
        sources: vec![Source {
            label,
            schema,
            columns,
        }],
    }
}

/// Adds the right side of a join. USING gives its columns once, before all others.
fn join(from: &mut From, joined: Node<'_>, right: From) {
    if joined.has(kind::kw_natural) {
        from.star = vec![OutputColumn::Unknown];
    } else if let Some(list) = joined
        .child(kind::join_qual)
        .and_then(|q| q.child(kind::name_list))
    {
        let names: Vec<Name> = list.list(kind::name).into_iter().map(name_of).collect();
        let merged: Vec<OutputColumn> = names
            .iter()
            .map(|n| find(from.star.iter(), n).unwrap_or_else(|| OutputColumn::Named(n.clone())))
            .collect();
        let left = without(std::mem::take(&mut from.star), &names);
        from.star = merged
            .into_iter()
            .chain(left)
            .chain(without(right.star, &names))
            .collect();
    } else {
        from.star.extend(right.star);
    }
    from.star.truncate(MAX_COLUMNS);
    from.sources.extend(right.sources);
}

/// The columns but those of these names.
fn without(columns: Vec<OutputColumn>, names: &[Name]) -> Vec<OutputColumn> {
    let keep = |c: OutputColumn| match c {
        OutputColumn::Star(of) => Some(OutputColumn::StarExcept(of, names.to_vec())),
        OutputColumn::StarExcept(of, mut except) => {
            except.extend(
                names
                    .iter()
                    .filter(|n| !except.contains(n))
                    .cloned()
                    .collect::<Vec<_>>(),
            );
            Some(OutputColumn::StarExcept(of, except))
        }
        spelled if column_name(&spelled).is_some_and(|n| names.contains(n)) => None,
        other => Some(other),
    };
    columns.into_iter().filter_map(keep).collect()
}
