//! Relations and their columns, described; what hangs on them is in [`part`].

pub(in crate::render) mod part;

pub(in crate::render) use part::action;

use super::{Item, Value, names};
use crate::catalog::{
    Catalog, Column, GeneratedStorage, IdentityKind, PartitionBound, Persistence, QualName, Relation,
    RelationKind, ReplicaIdentity, Sequence,
};
use crate::render::normal;

pub(super) fn relations(catalog: &Catalog) -> Vec<Item> {
    let mut items: Vec<(u8, Item)> = Vec::new();
    for (name, relation) in &catalog.relations {
        if name.schema.as_str() == "pg_temp" || relation.persistence == Persistence::Temporary {
            continue;
        }
        items.push((rank(relation.kind), relation_item(name, relation)));
    }
    items.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
    items.into_iter().map(|(_, item)| item).collect()
}

fn rank(kind: RelationKind) -> u8 {
    match kind {
        RelationKind::Sequence => 0,
        RelationKind::Table | RelationKind::PartitionedTable | RelationKind::ForeignTable => 1,
        RelationKind::View | RelationKind::MaterializedView => 2,
    }
}

fn kind_name(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Table => "table",
        RelationKind::PartitionedTable => "partitioned table",
        RelationKind::ForeignTable => "foreign table",
        RelationKind::View => "view",
        RelationKind::MaterializedView => "materialized view",
        RelationKind::Sequence => "sequence",
    }
}

pub(in crate::render) fn relation_item(name: &QualName, relation: &Relation) -> Item {
    let mut item = Item::new(kind_name(relation.kind), name.quoted());
    item.mark("unlogged", relation.persistence == Persistence::Unlogged);
    if let Some(sequence) = &relation.sequence {
        describe_sequence(&mut item, sequence);
    }
    describe_family(&mut item, relation);
    item.optional_word("of type", relation.of_type.as_ref().map(QualName::quoted));
    describe_storage(&mut item, relation);
    item.mark("row level security", relation.row_security.enabled);
    item.mark("row level security forced", relation.row_security.forced);
    if let Some(view) = &relation.view {
        let mut sources: Vec<String> = view
            .sources
            .iter()
            .filter(|s| !is_system(s))
            .map(QualName::quoted)
            .collect();
        sources.sort();
        sources.dedup();
        item.list("reads", sources);
    }
    item.mark("not populated", relation.unpopulated);
    item.comment(&relation.comment);
    if relation.kind != RelationKind::Sequence {
        describe_columns(&mut item, relation);
    }
    part::parts(&mut item, relation);
    item
}

fn is_system(name: &QualName) -> bool {
    let schema = name.schema.as_str();
    schema.starts_with("pg_") || schema == "information_schema"
}

fn describe_sequence(item: &mut Item, sequence: &Sequence) {
    item.word("type", sequence.ty.to_string());
    item.word("start", sequence.start.to_string());
    item.word("increment", sequence.increment.to_string());
    item.word("minimum", sequence.min.to_string());
    item.word("maximum", sequence.max.to_string());
    item.word("cache", sequence.cache.to_string());
    item.mark("cycle", sequence.cycle);
    let owner = |(table, column): &(QualName, confiture_syntax::Name)| {
        format!("{}.{}", table.quoted(), column.quoted())
    };
    item.optional_word("owned by", sequence.owned_by.as_ref().map(owner));
    item.mark("identity", sequence.identity);
}

fn describe_family(item: &mut Item, relation: &Relation) {
    if let Some(key) = &relation.partition_key {
        let keys: Vec<String> = key.keys.iter().map(normal::key).collect();
        item.word(
            "partition by",
            format!("{} ({})", key.strategy.as_str(), keys.join(", ")),
        );
    }
    let mut inherits = Vec::new();
    for parent in &relation.parents {
        match &parent.bound {
            None => inherits.push(parent.relation.quoted()),
            Some(bound) => {
                item.word("partition of", parent.relation.quoted());
                item.word(
                    "bound",
                    match bound {
                        PartitionBound::Default => "DEFAULT".to_owned(),
                        PartitionBound::Values(text) => normal::bound(text),
                    },
                );
            }
        }
    }
    item.list("inherits", inherits);
}

fn describe_storage(item: &mut Item, relation: &Relation) {
    item.options(&relation.options);
    item.optional_word(
        "tablespace",
        relation.tablespace.as_ref().map(|t| t.quoted().to_string()),
    );
    item.optional_word(
        "access method",
        relation.access_method.as_ref().map(|t| t.quoted().to_string()),
    );
    match &relation.replica_identity {
        ReplicaIdentity::Default => {}
        ReplicaIdentity::Full => item.word("replica identity", "full"),
        ReplicaIdentity::Nothing => item.word("replica identity", "nothing"),
        ReplicaIdentity::Index(index) => item.word("replica identity", format!("index {}", index.quoted())),
    }
}

fn describe_columns(item: &mut Item, relation: &Relation) {
    let view = matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView);
    if view && relation.view.as_ref().is_some_and(|v| !v.columns_known) {
        item.say("columns", Value::Unknown);
        return;
    }
    let order = names(relation.columns.iter().map(|c| &c.name)).join(", ");
    item.say("columns", Value::Quiet(order));
    item.parts
        .extend(relation.columns.iter().map(|c| column(c, view)));
    if relation.is_partition() {
        // Identity is the partitioned table's; since 17 its partitions are marked too.
        item.parts
            .iter_mut()
            .for_each(|part| part.facts.retain(|fact| fact.aspect != "identity"));
    }
}

pub(in crate::render) fn column(column: &Column, view: bool) -> Item {
    let mut item = Item::new("column", column.name.quoted());
    let ty = column.ty.as_ref().map(ToString::to_string);
    item.say(
        "type",
        match (ty, view) {
            (Some(ty), false) => Value::Word(ty),
            // What a query computes can't always be told from files, so it isn't a part of what is printed.
            (Some(ty), true) => Value::Quiet(ty),
            (None, _) => Value::Unknown,
        },
    );
    item.mark("not null", column.not_null);
    describe_value(&mut item, column);
    if !view {
        item.optional_word(
            "collation",
            column.collation.as_ref().map(|c| c.name.quoted().to_string()),
        );
    }
    item.mark("inherited", column.inherited);
    item.comment(&column.comment);
    item
}

/// Where a column's values come from.
fn describe_value(item: &mut Item, column: &Column) {
    if let Some(default) = &column.default
        && let Some(text) = normal::default(default, column.ty.as_ref())
    {
        item.say("default", Value::Expr(text));
    }
    if let Some(generated) = &column.generated {
        let aspect = match generated.storage {
            GeneratedStorage::Stored => "generated stored",
            GeneratedStorage::Virtual => "generated virtual",
        };
        item.say(aspect, Value::Expr(normal::expr(&generated.expr)));
    }
    item.optional_word(
        "identity",
        column.identity.map(|kind| match kind {
            IdentityKind::Always => "always".to_owned(),
            IdentityKind::ByDefault => "by default".to_owned(),
        }),
    );
}
