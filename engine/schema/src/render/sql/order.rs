//! In which order objects can be created.

use std::collections::{BTreeMap, BTreeSet};

use super::relations;
use crate::catalog::{Catalog, FunctionKey, QualName, Relation, RelationKind, TypeDef, TypeKind};
use crate::expr::Expr;
use crate::types::SqlType;

/// An object that others may need.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Node {
    Type(QualName),
    Function(FunctionKey),
    Relation(QualName),
}

/// Types, functions and relations, each after what it needs; in a circle, somewhere.
pub(crate) fn ordered(catalog: &Catalog) -> Vec<Node> {
    let needs = needs(catalog);
    let mut done: BTreeSet<&Node> = BTreeSet::new();
    let mut begun: BTreeSet<&Node> = BTreeSet::new();
    let mut order = Vec::new();
    let mut roots: Vec<&Node> = needs.keys().collect();
    roots.sort_by_key(|node| (rank(catalog, node), (*node).clone()));
    for root in roots {
        let mut stack = vec![root];
        while let Some(&node) = stack.last() {
            let waiting = begun.insert(node);
            let missing = if waiting {
                open_needs(&needs, node, &begun)
            } else {
                Vec::new()
            };
            if missing.is_empty() {
                stack.pop();
                if done.insert(node) {
                    order.push(node.clone());
                }
            } else {
                stack.extend(missing);
            }
        }
    }
    order
}

fn open_needs<'n>(
    needs: &'n BTreeMap<Node, BTreeSet<Node>>,
    node: &Node,
    begun: &BTreeSet<&Node>,
) -> Vec<&'n Node> {
    let all = needs.get(node).into_iter().flatten();
    all.filter_map(|need| needs.get_key_value(need).map(|(key, _)| key))
        .filter(|need| !begun.contains(need))
        .collect()
}

fn rank(catalog: &Catalog, node: &Node) -> u8 {
    match node {
        Node::Type(_) => 0,
        Node::Function(_) => 2,
        Node::Relation(name) => match catalog.relations.get(name).map(|r| r.kind) {
            Some(RelationKind::Sequence) => 1,
            Some(RelationKind::View | RelationKind::MaterializedView) => 4,
            _ => 3,
        },
    }
}

fn needs(catalog: &Catalog) -> BTreeMap<Node, BTreeSet<Node>> {
    let mut by_name: BTreeMap<String, Vec<FunctionKey>> = BTreeMap::new();
    for (key, _) in &catalog.functions {
        by_name
            .entry(key.name.name.as_str().to_owned())
            .or_default()
            .push(key.clone());
    }
    let mut needs = BTreeMap::new();
    let gather = |fill: &dyn Fn(&mut Needs<'_>)| {
        let mut gathered = Needs {
            catalog,
            functions: &by_name,
            nodes: BTreeSet::new(),
        };
        fill(&mut gathered);
        gathered.nodes
    };
    for (name, definition) in &catalog.types {
        needs.insert(Node::Type(name.clone()), gather(&|n| n.of_type(definition)));
    }
    for (key, function) in &catalog.functions {
        let of = gather(&|n| {
            key.arguments.iter().for_each(|ty| n.ty(ty));
            n.text(function.returns.as_deref().unwrap_or_default());
        });
        needs.insert(Node::Function(key.clone()), of);
    }
    for (name, relation) in relations(catalog) {
        needs.insert(Node::Relation(name.clone()), gather(&|n| n.of_relation(relation)));
    }
    needs
}

/// What one object needs.
struct Needs<'c> {
    catalog: &'c Catalog,
    functions: &'c BTreeMap<String, Vec<FunctionKey>>,
    nodes: BTreeSet<Node>,
}

impl Needs<'_> {
    fn of_type(&mut self, definition: &TypeDef) {
        match &definition.kind {
            TypeKind::Composite(attributes) => attributes.iter().for_each(|(_, ty)| self.ty(ty)),
            TypeKind::Range(subtype) => self.ty(subtype),
            TypeKind::Domain(domain) => {
                self.ty(&domain.base);
                domain.default.iter().for_each(|e| self.expr(e));
                domain.checks.iter().for_each(|(_, e, _)| self.expr(e));
            }
            TypeKind::Enum(_) | TypeKind::Base => {}
        }
    }

    fn of_relation(&mut self, relation: &Relation) {
        for column in relation.columns.iter() {
            column.ty.iter().for_each(|ty| self.ty(ty));
            column.default.iter().for_each(|e| self.expr(e));
            column.generated.iter().for_each(|g| self.expr(&g.expr));
        }
        for parent in &relation.parents {
            self.nodes.insert(Node::Relation(parent.relation.clone()));
        }
        for constraint in relation.constraints.values() {
            if let crate::catalog::ConstraintKind::Check { expr } = &constraint.kind {
                self.expr(expr);
            }
        }
        relation
            .partition_key
            .iter()
            .flat_map(|k| &k.keys)
            .for_each(|e| self.expr(e));
        self.nodes.extend(relation.of_type.clone().map(Node::Type));
        if let Some(view) = &relation.view {
            self.nodes
                .extend(view.sources.iter().cloned().map(Node::Relation));
            self.text(&view.query);
        }
    }

    fn ty(&mut self, ty: &SqlType) {
        let Some(schema) = &ty.schema else { return };
        let name = QualName::new(schema.clone(), ty.name.clone());
        let node = if self.catalog.types.contains_key(&name) {
            Node::Type(name)
        } else {
            Node::Relation(name)
        };
        self.nodes.insert(node);
    }

    fn expr(&mut self, expr: &Expr) {
        expr.facts.casts.iter().for_each(|ty| self.ty(ty));
        for function in &expr.facts.functions {
            self.function(function.name.as_str());
        }
    }

    fn function(&mut self, name: &str) {
        let keys = self.functions.get(name).into_iter().flatten();
        self.nodes.extend(keys.cloned().map(Node::Function));
    }

    /// Whatever a text may name: its words that are functions, its qualified words that are types or relations.
    fn text(&mut self, text: &str) {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '"');
        for word in text.split(|c: char| !is_part(c)).filter(|w| !w.is_empty()) {
            let parts: Vec<&str> = word.split('.').map(|part| part.trim_matches('"')).collect();
            self.function(parts.last().copied().unwrap_or_default());
            if let [schema, name, ..] = parts.as_slice() {
                let name = QualName::new(*schema, *name);
                if self.catalog.types.contains_key(&name) {
                    self.nodes.insert(Node::Type(name));
                } else if self.catalog.relations.contains_key(&name) {
                    self.nodes.insert(Node::Relation(name));
                }
            }
        }
    }
}
