//! The places of a statement that names and expressions fill.

/// What stands at a place that isn't a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    /// Something in parentheses, whatever it is.
    Group,
    /// An expression.
    Expr,
    /// An expression that is true or false.
    Condition,
    /// The condition of a join.
    Joined,
    /// A value for a column: an expression, or DEFAULT.
    Value,
    /// A column's default.
    Default,
    /// A key of an index: a column of the target, or an expression.
    Key,
    /// Anything up to the next keyword; nothing is offered.
    Any,
    /// A parameter's value.
    Setting,
    /// A string constant; nothing is offered.
    String,
    /// A value of the enum that the statement is about, in quotes.
    Label,
    /// A new name; nothing is offered.
    New(Fresh),
    /// A name of something that exists.
    Known(Known),
    /// A type.
    Type(TypeUse),
}

/// What a new name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Fresh {
    /// Something.
    Thing,
    /// A table; what follows is about it.
    Table,
    /// A view or function, of which another version may exist.
    Replaceable(Replaceable),
    /// A column of the table that is made.
    Column,
    /// An extension.
    Extension,
}

/// What CREATE OR REPLACE may replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Replaceable {
    View,
    Function,
}

/// Where a type stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum TypeUse {
    /// Anywhere.
    Plain,
    /// Of a column, where `serial` is a type too.
    Column,
    /// Of a function's result, where `trigger` and `void` are types too.
    Returned,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Known {
    /// A table; what follows is about it.
    Table,
    /// The table that a partition belongs to; what follows is about it.
    Parent,
    /// A partition of the target.
    Child,
    /// A table, view, materialized or not, or foreign table; what follows is about it.
    Relation,
    View,
    MaterializedView,
    Sequence,
    /// Any index.
    Index,
    /// An index of the target.
    OwnIndex,
    /// The table that a foreign key is to.
    Reference,
    /// A column of that.
    Referenced,
    /// A relation or WITH query that a query reads, or a function that gives rows.
    Source,
    /// The same behind JOIN.
    Joinable,
    /// A column that both sides of a join have.
    Shared,
    /// A name that this query gives to something that it reads.
    Alias,
    /// A column of the target.
    Column,
    /// A column of the target that isn't in this list yet.
    Unlisted,
    /// A column of the target that isn't SET yet.
    Unset,
    /// `table.column`.
    QualifiedColumn,
    /// A constraint of the target.
    Constraint,
    /// A foreign key of the target.
    ForeignKey,
    /// A constraint of the target that isn't valid yet.
    Invalid,
    /// A constraint of any relation.
    AnyConstraint,
    DomainConstraint,
    /// A trigger of the target.
    Trigger,
    AnyTrigger,
    AnyPolicy,
    Rule,
    AnyRule,
    UserType,
    Domain,
    /// An attribute of a composite type.
    Attribute,
    /// A function with its arguments' types.
    Signature,
    /// The same of a procedure.
    Procedure,
    /// A procedure that is called.
    ProcedureCall,
    TriggerFunction,
    Schema,
    Role,
    Extension,
    Language,
    Method,
    Collation,
    OwnCollation,
    Tablespace,
    Publication,
    Subscription,
    Statistics,
    EventTrigger,
    Server,
    /// A parameter of the server.
    Parameter,
    /// A storage parameter of a table.
    Storage,
    /// A variable of a function.
    Variable,
}

impl Slot {
    /// The slot of a name in the grammar.
    pub(super) fn named(name: &str) -> Option<Slot> {
        Some(match name {
            "group" => Slot::Group,
            "expr" => Slot::Expr,
            "condition" => Slot::Condition,
            "joined" => Slot::Joined,
            "value" => Slot::Value,
            "default" => Slot::Default,
            "key" => Slot::Key,
            "any" => Slot::Any,
            "setting" => Slot::Setting,
            "string" => Slot::String,
            "label" => Slot::Label,
            "new" | "newalias" => Slot::New(Fresh::Thing),
            "newtable" => Slot::New(Fresh::Table),
            "newview" => Slot::New(Fresh::Replaceable(Replaceable::View)),
            "newfunction" => Slot::New(Fresh::Replaceable(Replaceable::Function)),
            "newcolumn" => Slot::New(Fresh::Column),
            "newextension" => Slot::New(Fresh::Extension),
            "type" => Slot::Type(TypeUse::Plain),
            "columntype" => Slot::Type(TypeUse::Column),
            "returntype" => Slot::Type(TypeUse::Returned),
            other => Slot::Known(Known::named(other)?),
        })
    }

    /// Whether it is read as an expression: to the next keyword that may follow.
    pub(super) fn is_expression(self) -> bool {
        matches!(
            self,
            Slot::Expr
                | Slot::Condition
                | Slot::Joined
                | Slot::Value
                | Slot::Default
                | Slot::Key
                | Slot::Any
                | Slot::Setting
        )
    }

    /// Whether what follows is about what it names.
    pub(super) fn is_target(self) -> bool {
        use Known::{Domain, MaterializedView, Parent, Relation, Table, UserType, View};
        matches!(
            self,
            Slot::New(Fresh::Table)
                | Slot::Known(Table | Parent | Relation | View | MaterializedView | UserType | Domain)
        )
    }
}

impl Known {
    fn named(name: &str) -> Option<Known> {
        Some(match name {
            "table" => Known::Table,
            "parent" => Known::Parent,
            "child" => Known::Child,
            "relation" => Known::Relation,
            "view" => Known::View,
            "matview" => Known::MaterializedView,
            "sequence" => Known::Sequence,
            "index" => Known::Index,
            "ownindex" => Known::OwnIndex,
            "reference" => Known::Reference,
            "referenced" => Known::Referenced,
            "source" => Known::Source,
            "joinable" => Known::Joinable,
            "shared" => Known::Shared,
            "alias" => Known::Alias,
            "column" => Known::Column,
            "unlisted" => Known::Unlisted,
            "unset" => Known::Unset,
            "qualifiedcolumn" => Known::QualifiedColumn,
            "constraint" => Known::Constraint,
            "foreignkey" => Known::ForeignKey,
            "invalid" => Known::Invalid,
            "anyconstraint" => Known::AnyConstraint,
            "domainconstraint" => Known::DomainConstraint,
            "trigger" => Known::Trigger,
            "anytrigger" => Known::AnyTrigger,
            "policy" | "anypolicy" => Known::AnyPolicy,
            "rule" => Known::Rule,
            "anyrule" => Known::AnyRule,
            "usertype" => Known::UserType,
            "domain" => Known::Domain,
            "attribute" => Known::Attribute,
            "signature" => Known::Signature,
            "procedure" => Known::Procedure,
            "procedurecall" => Known::ProcedureCall,
            "triggerfunction" => Known::TriggerFunction,
            _ => return Known::of_the_cluster(name),
        })
    }

    fn of_the_cluster(name: &str) -> Option<Known> {
        Some(match name {
            "schema" => Known::Schema,
            "role" => Known::Role,
            "extension" => Known::Extension,
            "language" => Known::Language,
            "method" => Known::Method,
            "collation" => Known::Collation,
            "owncollation" => Known::OwnCollation,
            "tablespace" => Known::Tablespace,
            "publication" => Known::Publication,
            "subscription" => Known::Subscription,
            "statistics" => Known::Statistics,
            "eventtrigger" => Known::EventTrigger,
            "server" => Known::Server,
            "parameter" => Known::Parameter,
            "storage" => Known::Storage,
            "variable" => Known::Variable,
            _ => return None,
        })
    }
}
