//! What is offered for each thing that may stand at a place.

use std::collections::HashSet;

use confiture_schema::catalog::{
    ConstraintKind, FunctionKind, OtherKind, QualName, Relation, RelationKind, TypeKind,
};
use confiture_syntax::Name;

use super::follow::{Part, Phase, Wanted};
use super::list::{List, Named};
use super::names::{CallForm, READABLE, TABLES};
use super::place::Place;
use super::scope::Output;
use super::slot::{Fresh, Known, Replaceable, Slot, TypeUse};
use super::words::Speech;
use super::{CompletionKind, members, values, vocabulary};

impl Place<'_> {
    /// Puts what may stand at the place into a list.
    pub(super) fn offer(&self, list: &mut List) {
        let wanted = &self.expected.wanted;
        let is_qualified = !self.around.qualifiers.is_empty();
        if is_qualified {
            self.members_of_row(list);
            list.next_rank();
        }
        for wanted in wanted {
            self.slot(list, *wanted);
            list.next_rank();
        }
        if wanted.is_empty() && self.expected.phrases.is_empty() {
            // Nothing that was foreseen: what a query would take.
            self.names_in_expression(list, None);
        }
        if is_qualified {
            return;
        }
        values::row(self, list);
        // A condition more likely goes on than ends.
        let goes_on = |wanted: &Wanted| matches!(wanted.slot, Slot::Condition | Slot::Joined);
        for wanted in wanted.iter().filter(|wanted| goes_on(wanted)) {
            self.keywords_of_expression(list, *wanted);
        }
        list.next_rank();
        let mut phrases: Vec<&String> = self.expected.phrases.iter().collect();
        phrases.sort_by_key(|phrase| !vocabulary::NEXT_CLAUSES.contains(&phrase.as_str()));
        phrases.into_iter().for_each(|phrase| list.keyword(phrase));
        list.next_rank();
        for wanted in wanted.iter().filter(|wanted| !goes_on(wanted)) {
            self.keywords_of_expression(list, *wanted);
        }
    }

    fn slot(&self, list: &mut List, wanted: Wanted) {
        match wanted.slot {
            Slot::Group | Slot::Any | Slot::String => {}
            Slot::Label => values::labels_of_target(self, list, wanted.target),
            Slot::Setting => values::settings(self, list),
            Slot::New(fresh) => self.fresh(list, fresh),
            Slot::Type(of) => self.types(list, of),
            Slot::Known(known) => self.known(list, known, wanted),
            slot => match wanted.phase {
                Phase::Operand => self.operand(list, slot, wanted),
                Phase::Cast => self.types(list, TypeUse::Plain),
                Phase::Operator | Phase::Is => {}
            },
        }
    }

    /// `NEW.` and `OLD.` in a trigger, `excluded.` in ON CONFLICT, an alias or table before the dot.
    fn members_of_row(&self, list: &mut List) {
        let qualifiers = &self.around.qualifiers;
        let takes = |slot: Slot| slot.is_expression() || slot == Slot::Known(Known::Variable);
        let in_expression = self.expected.wanted.iter().any(|wanted| takes(wanted.slot));
        let (Some(last), true) = (
            qualifiers.last(),
            in_expression || self.expected.wanted.is_empty(),
        ) else {
            return;
        };
        if qualifiers.len() == 1
            && let Some(source) = self.source(last)
        {
            return self.columns(list, &source.columns, "", "");
        }
        if *last == *"new" || *last == *"old" {
            self.row_of_trigger(list);
        }
        if *last == *"excluded" {
            let target = self.scope.sources.first();
            self.columns(list, target.map_or(&[], |source| &source.columns), "", "");
        }
        // `schema.table.`
        if let [schema, table] = qualifiers.as_slice() {
            let name = QualName::new(schema.clone(), table.clone());
            if let Some(relation) = self.before.catalog.relation(&name) {
                self.columns(list, &super::scope::columns(relation), "", "");
            }
        }
    }

    fn row_of_trigger(&self, list: &mut List) {
        let own = self.expected.wanted.iter().find_map(|wanted| wanted.target);
        if own.is_some() {
            self.columns(list, &self.target_columns(own), "", "");
        }
        let function = self.routine().and_then(super::body::function_name);
        let tables = function
            .map(|name| self.tables_triggering(&name))
            .unwrap_or_default();
        for table in tables {
            self.columns(list, &super::scope::columns(&table), "", "");
        }
    }

    fn operand(&self, list: &mut List, slot: Slot, wanted: Wanted) {
        match slot {
            Slot::Joined => values::joins(self, list),
            Slot::Default => values::defaults(self, list, wanted),
            _ => {}
        }
        values::expected(self, list, wanted);
        list.next_rank();
        self.names_in_expression(list, Some(wanted));
    }

    /// Columns, variables, aliases, functions.
    fn names_in_expression(&self, list: &mut List, wanted: Option<Wanted>) {
        if self.around.qualifiers.is_empty() {
            if self.sees_columns(wanted) {
                let is_key = wanted.is_some_and(|wanted| wanted.slot == Slot::Key);
                if self.scope.sources.is_empty() || is_key {
                    let target = wanted.and_then(|wanted| wanted.target);
                    self.columns(list, &self.target_columns(target), "", "");
                }
                self.columns_in_scope(list);
                list.next_rank();
            }
            self.variables_of_body(list);
            self.aliases(list);
            list.next_rank();
        }
        let is_trigger = |returns: Option<&str>| returns == Some("trigger");
        self.functions(list, CallForm::Call, |callable, kind| {
            kind != FunctionKind::Procedure && !is_trigger(callable.returns.as_deref())
        });
        list.next_rank();
        let spelled: fn(&str) -> String = str::to_owned;
        self.builtins(list, spelled);
        if self.around.qualifiers.is_empty() {
            self.schemas(list);
        }
    }

    /// Whether an expression at the place may name columns: defaults and the rows of an INSERT don't.
    fn sees_columns(&self, wanted: Option<Wanted>) -> bool {
        match wanted.map(|wanted| wanted.slot) {
            Some(Slot::Default) => false,
            Some(Slot::Value) => values::inserted(self).is_none(),
            _ => true,
        }
    }

    /// The columns of what the query reads; with their table where several have one of that name.
    fn columns_in_scope(&self, list: &mut List) {
        let sources = &self.scope.sources;
        let count = |name: &Name| {
            let all = sources.iter().flat_map(|source| &source.columns);
            all.filter(|column| column.name == *name).count()
        };
        for source in sources {
            let of = if sources.len() > 1 {
                source.alias.as_str()
            } else {
                ""
            };
            for column in &source.columns {
                let is_ambiguous = count(&column.name) > 1 && !source.alias.as_str().is_empty();
                let qualifier = if is_ambiguous {
                    format!("{}.", source.alias.quoted())
                } else {
                    String::new()
                };
                self.columns(list, std::slice::from_ref(column), &qualifier, of);
            }
        }
        list.next_rank();
        for source in &self.scope.outer {
            let qualifier = format!("{}.", source.alias.quoted());
            self.columns(list, &source.columns, &qualifier, source.alias.as_str());
        }
    }

    pub(super) fn aliases(&self, list: &mut List) {
        for source in self.scope.sources.iter().chain(&self.scope.outer) {
            if source.columns.is_empty() || source.alias.as_str().is_empty() {
                continue;
            }
            list.name(Named {
                kind: CompletionKind::Table,
                qualifier: String::new(),
                name: &source.alias,
                detail: source
                    .relation
                    .as_ref()
                    .map(|name| format!("{name} in this query")),
                documentation: None,
            });
        }
    }

    fn variables_of_body(&self, list: &mut List) {
        if !self.around.qualifiers.is_empty() {
            return;
        }
        for variable in self.variables() {
            list.name(Named {
                kind: CompletionKind::Column,
                qualifier: String::new(),
                name: &variable.name,
                detail: Some(format!("{} · variable", variable.ty)),
                documentation: None,
            });
        }
        if self.routine().is_some_and(super::body::is_trigger) {
            for word in vocabulary::TRIGGER_VARIABLES {
                list.keyword(word);
            }
        }
    }

    fn types(&self, list: &mut List, of: TypeUse) {
        if of == TypeUse::Returned {
            self.plain_types(list, vocabulary::RETURNED_TYPES);
        }
        self.user_types(list, |_| true);
        if self.around.qualifiers.is_empty() {
            self.plain_types(list, vocabulary::TYPES);
            if of == TypeUse::Column {
                list.next_rank();
                self.plain_types(list, vocabulary::SERIAL_TYPES);
            }
            if self.around.speech == Speech::PlPgSql {
                self.plain_types(list, &[("record", "a row of any shape")]);
            }
            list.next_rank();
            self.schemas(list);
            list.next_rank();
        }
        // Each table is a type: that of its rows.
        self.relations(list, TABLES);
    }

    fn plain_types(&self, list: &mut List, types: &[(&str, &str)]) {
        for (name, about) in types {
            let completion = super::Completion {
                detail: (!about.is_empty()).then(|| (*about).to_owned()),
                ..super::list::plain(
                    (*name).to_owned(),
                    CompletionKind::Type,
                    super::Insert::Text((*name).to_owned()),
                )
            };
            list.other(name, completion);
        }
    }

    fn fresh(&self, list: &mut List, fresh: Fresh) {
        match fresh {
            Fresh::Thing | Fresh::Table | Fresh::Column => {}
            Fresh::Extension => {
                let known = &self.before.catalog.extensions;
                for (name, about) in vocabulary::EXTENSIONS {
                    let name = Name::new(name);
                    if !known.contains_key(&name) {
                        list.name(Named {
                            kind: CompletionKind::Extension,
                            qualifier: String::new(),
                            name: &name,
                            detail: Some((*about).to_owned()),
                            documentation: None,
                        });
                    }
                }
            }
            Fresh::Replaceable(_) if !self.around.before.iter().any(|word| word.is("REPLACE")) => {}
            Fresh::Replaceable(Replaceable::View) => self.relations(list, &[RelationKind::View]),
            Fresh::Replaceable(Replaceable::Function) => {
                self.functions(list, CallForm::Signature, |_, _| true)
            }
        }
    }

    fn known(&self, list: &mut List, known: Known, wanted: Wanted) {
        match known {
            Known::Table
            | Known::Parent
            | Known::Relation
            | Known::View
            | Known::MaterializedView
            | Known::Sequence => {
                self.relations_of_kind(list, known);
            }
            Known::Reference => self.relations_of_kind(list, Known::Table),
            Known::Source => self.sources(list),
            Known::Joinable => {
                values::joinable(self, list);
                list.next_rank();
                self.sources(list);
            }
            Known::Alias => self.aliases(list),
            Known::Shared => self.shared(list),
            Known::Column | Known::Unlisted | Known::Unset | Known::QualifiedColumn | Known::Referenced => {
                self.column(list, known, wanted);
            }
            Known::Index => self.indexes(list, None),
            Known::UserType => self.user_types(list, |kind| !matches!(kind, TypeKind::Domain(_))),
            Known::Domain => self.user_types(list, |kind| matches!(kind, TypeKind::Domain(_))),
            Known::Signature | Known::Procedure | Known::ProcedureCall | Known::TriggerFunction => {
                self.routines(list, known);
            }
            Known::Attribute | Known::DomainConstraint => self.of_type(list, known, wanted.target),
            Known::Variable => self.variables_of_body(list),
            Known::Child => self.children(list, wanted.target),
            _ => {
                let target = self.relation(wanted.target).map(|(name, _)| name);
                self.of_relation(list, known, target.as_ref());
                self.of_cluster(list, known);
            }
        }
    }

    fn relations_of_kind(&self, list: &mut List, known: Known) {
        let kinds: &[RelationKind] = match known {
            Known::Relation => READABLE,
            Known::View => &[RelationKind::View],
            Known::MaterializedView => &[RelationKind::MaterializedView],
            Known::Sequence => &[RelationKind::Sequence],
            Known::Parent => &[RelationKind::PartitionedTable],
            _ => TABLES,
        };
        self.relations(list, kinds);
        self.schemas_behind(list);
    }

    /// Schemas, where none was typed.
    fn schemas_behind(&self, list: &mut List) {
        if self.around.qualifiers.is_empty() {
            list.next_rank();
            self.schemas(list);
        }
    }

    /// What FROM reads.
    fn sources(&self, list: &mut List) {
        if self.around.qualifiers.is_empty() {
            for common in &self.scope.commons {
                list.name(Named {
                    kind: CompletionKind::Table,
                    qualifier: String::new(),
                    name: &common.name,
                    detail: Some("WITH query".to_owned()),
                    documentation: None,
                });
            }
            list.next_rank();
        }
        self.relations(list, READABLE);
        list.next_rank();
        self.functions(list, CallForm::Call, |callable, _| {
            let returns = callable.returns.as_deref().unwrap_or_default();
            returns.starts_with("SETOF") || returns.starts_with("TABLE")
        });
        self.schemas_behind(list);
    }

    /// Columns that two sides of a join have.
    fn shared(&self, list: &mut List) {
        let Some((joined, others)) = self.scope.sources.split_last() else {
            return;
        };
        let both = joined.columns.iter().filter(|column| {
            let mut all = others.iter().flat_map(|source| &source.columns);
            all.any(|other| other.name == column.name)
        });
        let both: Vec<Output> = both.cloned().collect();
        self.columns(list, &both, "", "");
    }

    fn column(&self, list: &mut List, known: Known, wanted: Wanted) {
        match known {
            Known::Referenced => self.referenced(list, wanted.reference),
            Known::QualifiedColumn => self.qualified_columns(list),
            Known::Unlisted | Known::Unset => {
                let taken = values::taken(self, known);
                let columns = self.target_columns(wanted.target);
                let left: Vec<Output> = columns
                    .into_iter()
                    .filter(|column| !taken.contains(&column.name))
                    .collect();
                self.columns(list, &left, "", "");
            }
            // CREATE TRIGGER … UPDATE OF … ON t names its table behind the place.
            _ if wanted.target.is_none() => {
                let behind = self.table_behind();
                let relation = behind.and_then(|name| self.before.catalog.relation(&name).cloned());
                let columns = relation.map(|relation| super::scope::columns(&relation));
                self.columns(list, &columns.unwrap_or_default(), "", "");
            }
            _ => self.columns(list, &self.target_columns(wanted.target), "", ""),
        }
    }

    /// The columns that a foreign key may be to: of keys first.
    fn referenced(&self, list: &mut List, reference: Option<Part>) {
        let Some((_, relation)) = self.relation(reference) else {
            return;
        };
        let keys: HashSet<&Name> = relation
            .constraints
            .values()
            .flat_map(|constraint| match &constraint.kind {
                ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns } => {
                    columns.as_slice()
                }
                _ => &[],
            })
            .collect();
        let (key, rest): (Vec<Output>, Vec<Output>) = super::scope::columns(relation)
            .into_iter()
            .partition(|column| keys.contains(&column.name));
        self.columns(list, &key, "", "key");
        list.next_rank();
        self.columns(list, &rest, "", "");
    }

    /// `table.column`: relations first, then what they have.
    fn qualified_columns(&self, list: &mut List) {
        let name = match self.around.qualifiers.as_slice() {
            [] => None,
            [table] => self
                .before
                .resolve_relation(&super::scope::object(None, table.clone())),
            [schema, table, ..] => Some(QualName::new(schema.clone(), table.clone())),
        };
        let relation = name.and_then(|name| self.before.catalog.relation(&name).cloned());
        match relation {
            Some(relation) => self.columns(list, &super::scope::columns(&relation), "", ""),
            None => {
                self.relations(list, READABLE);
                self.schemas_behind(list);
            }
        }
    }

    fn routines(&self, list: &mut List, known: Known) {
        match known {
            Known::Procedure => self.functions(list, CallForm::Signature, |_, kind| {
                kind == FunctionKind::Procedure
            }),
            Known::ProcedureCall => {
                self.functions(list, CallForm::Call, |_, kind| kind == FunctionKind::Procedure)
            }
            Known::TriggerFunction => self.functions(list, CallForm::Empty, |callable, _| {
                matches!(callable.returns.as_deref(), Some("trigger" | "event_trigger"))
            }),
            _ => self.functions(list, CallForm::Signature, |_, kind| {
                kind != FunctionKind::Procedure
            }),
        }
        self.schemas_behind(list);
    }

    /// Attributes of a composite type, constraints of a domain.
    fn of_type(&self, list: &mut List, known: Known, target: Option<Part>) {
        let name = self
            .object(target)
            .and_then(|name| self.before.resolve_type_name(&name));
        let ty = name.and_then(|name| self.before.catalog.types.get(&name).cloned());
        let members: Vec<(Name, String)> = match ty.as_ref().map(|ty| &ty.kind) {
            Some(TypeKind::Composite(attributes)) if known == Known::Attribute => attributes
                .iter()
                .map(|(name, ty)| (name.clone(), ty.to_string()))
                .collect(),
            Some(TypeKind::Domain(domain)) if known == Known::DomainConstraint => domain
                .checks
                .iter()
                .map(|(name, check, _)| (name.clone(), format!("CHECK ({})", check.text)))
                .collect(),
            _ => Vec::new(),
        };
        for (name, detail) in members {
            list.name(Named {
                kind: CompletionKind::Constraint,
                qualifier: String::new(),
                name: &name,
                detail: Some(detail),
                documentation: None,
            });
        }
    }

    fn children(&self, list: &mut List, target: Option<Part>) {
        let Some((name, _)) = self.relation(target) else {
            return;
        };
        for child in self.before.catalog.children_of(&name) {
            list.name(Named {
                kind: CompletionKind::Table,
                qualifier: String::new(),
                name: &child.name,
                detail: Some("partition".to_owned()),
                documentation: None,
            });
        }
    }

    /// What belongs to a relation.
    fn of_relation(&self, list: &mut List, known: Known, target: Option<&QualName>) {
        // DROP TRIGGER … ON t names its table behind the place.
        let behind = self.table_behind();
        let any = behind.as_ref();
        let mut offer =
            |kind, of, all: fn(&Relation) -> Vec<(Name, String)>| self.members(list, kind, of, all);
        match known {
            Known::Constraint => offer(CompletionKind::Constraint, target, members::constraints),
            Known::AnyConstraint => offer(CompletionKind::Constraint, any, members::constraints),
            Known::ForeignKey => offer(CompletionKind::Constraint, target, members::foreign_keys),
            Known::Invalid => offer(CompletionKind::Constraint, target, members::invalid),
            Known::Trigger => offer(CompletionKind::Trigger, target, members::triggers),
            Known::AnyTrigger => offer(CompletionKind::Trigger, any, members::triggers),
            Known::AnyPolicy => offer(CompletionKind::Policy, any, members::policies),
            Known::Rule => offer(CompletionKind::Trigger, target, members::rules),
            Known::AnyRule => offer(CompletionKind::Trigger, any, members::rules),
            Known::OwnIndex => self.indexes(list, target),
            _ => {}
        }
    }

    /// The table behind `ON`, which stands behind the place.
    fn table_behind(&self) -> Option<QualName> {
        let on = self.around.after.iter().position(|word| word.is("ON"))?;
        let start = self.at + on + 1;
        let end = match self.words.get(start + 1) {
            Some(dot) if dot.text == "." => start + 3,
            _ => start + 1,
        };
        self.before.resolve_relation(&self.object_at(start, end)?)
    }

    /// What belongs to the database or the cluster.
    fn of_cluster(&self, list: &mut List, known: Known) {
        use CompletionKind::{Keyword, Policy, Role, Table};
        match known {
            Known::Schema => self.schemas(list),
            Known::Extension => self.extensions(list),
            Known::Role => {
                self.others(list, OtherKind::Role, Role);
                list.next_rank();
                vocabulary::ROLES.iter().for_each(|role| list.keyword(role));
            }
            Known::Language => vocabulary::lower(list, vocabulary::LANGUAGES),
            Known::Method => vocabulary::lower(list, vocabulary::METHODS),
            Known::Collation => {
                self.others(list, OtherKind::Collation, Keyword);
                for name in vocabulary::COLLATIONS {
                    list.name(Named {
                        kind: Keyword,
                        qualifier: String::new(),
                        name: &Name::new(name),
                        detail: None,
                        documentation: None,
                    });
                }
            }
            Known::OwnCollation => self.others(list, OtherKind::Collation, Keyword),
            Known::Tablespace => self.others(list, OtherKind::Tablespace, Keyword),
            Known::Publication => self.others(list, OtherKind::Publication, Policy),
            Known::Subscription => self.others(list, OtherKind::Subscription, Policy),
            Known::Statistics => self.others(list, OtherKind::Statistics, Policy),
            Known::EventTrigger => self.others(list, OtherKind::EventTrigger, CompletionKind::Trigger),
            Known::Server => self.others(list, OtherKind::Server, Table),
            Known::Parameter => vocabulary::described(list, vocabulary::PARAMETERS),
            Known::Storage => vocabulary::described(list, vocabulary::STORAGE),
            _ => {}
        }
    }

    fn keywords_of_expression(&self, list: &mut List, wanted: Wanted) {
        if !wanted.slot.is_expression() || matches!(wanted.slot, Slot::Any | Slot::Setting) {
            return;
        }
        let words = match wanted.phase {
            Phase::Operand => vocabulary::OPERANDS,
            Phase::Operator => vocabulary::OPERATORS,
            Phase::Is => vocabulary::BEHIND_IS,
            Phase::Cast => return,
        };
        if wanted.phase == Phase::Operand && matches!(wanted.slot, Slot::Value) {
            list.keyword("DEFAULT");
        }
        if wanted.phase == Phase::Operand
            && self
                .words
                .get(self.at.wrapping_sub(1))
                .is_some_and(|word| word.text == "(")
        {
            list.keyword("SELECT");
        }
        words.iter().for_each(|word| list.keyword(word));
    }
}
