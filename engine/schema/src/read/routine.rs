//! Functions, procedures, aggregates.

use confiture_syntax::{Name, Node};

use super::{Children, Kind, Reader, kind, name_of};
use crate::catalog::{FunctionKind, Volatility};
use crate::change::{AlterFunction, Argument, ArgumentMode, Change, CreateFunction, Nested};

impl Reader<'_> {
    /// `CreateFunctionStmt`; `body` is what the body's text holds.
    pub(super) fn create_function(&self, node: Node<'_>, body: Vec<Nested>) -> Option<Change> {
        let procedure = node.has(kind::kw_procedure);
        let args = node.child(kind::func_args_with_defaults)?;
        let list = args.child(kind::func_args_with_defaults_list);
        let arguments = list
            .map(|l| l.list(kind::func_arg_with_default))
            .into_iter()
            .flatten();
        let mut function = CreateFunction {
            name: self.child_object(node, kind::func_name)?,
            kind: if procedure {
                FunctionKind::Procedure
            } else {
                FunctionKind::Function
            },
            or_replace: node.has(kind::opt_or_replace),
            arguments: arguments.filter_map(|a| self.argument(a)).collect(),
            returns: node.child(kind::func_return).map(|r| self.type_ref(r)),
            language: Name::new("sql"),
            volatility: Volatility::Volatile,
            security_definer: false,
            strict: false,
            sets: Vec::new(),
            body,
            body_range: None,
        };
        if let Some(columns) = node.child(kind::table_func_column_list) {
            let columns = columns.list(kind::table_func_column).into_iter();
            function
                .arguments
                .extend(columns.filter_map(|c| self.table_column(c)));
        }
        let options = node
            .child(kind::opt_createfunc_opt_list)
            .and_then(|l| l.child(kind::createfunc_opt_list));
        for option in options
            .map(|l| l.list(kind::createfunc_opt_item))
            .into_iter()
            .flatten()
        {
            self.function_option(option, &mut function);
        }
        if let Some(atomic) = node.child(kind::opt_routine_body) {
            function.body_range = Some(self.range(atomic));
            // This body is no string: its tree is the statement's own.
            function.body = self.routine_body(atomic);
        }
        Some(Change::CreateFunction(Box::new(function)))
    }

    /// BEGIN ATOMIC … END, or RETURN expression: SQL in the statement's own tree.
    fn routine_body(&self, node: Node<'_>) -> Vec<Nested> {
        let Some(list) = node.child(kind::routine_body_stmt_list) else {
            let result = node.child(kind::ReturnStmt).map(|r| self.return_statement(r));
            return result.into_iter().collect();
        };
        let statements = list
            .list(kind::routine_body_stmt)
            .into_iter()
            .filter_map(|s| s.named().next());
        statements
            .map(|s| match s.kind() {
                kind::ReturnStmt => self.return_statement(s),
                _ => self.unconditional(s, self.plain_statement(s)),
            })
            .collect()
    }

    fn return_statement(&self, node: Node<'_>) -> Nested {
        let query = self.query(node, node);
        self.unconditional(node, vec![Change::Query(Box::new(query))])
    }

    fn unconditional(&self, node: Node<'_>, changes: Vec<Change>) -> Nested {
        Nested {
            changes,
            range: self.range(node),
            conditional: false,
            guarded: false,
        }
    }

    fn function_option(&self, node: Node<'_>, function: &mut CreateFunction) {
        if let Some(common) = node.child(kind::common_func_opt_item) {
            let options = common_option(common);
            function.volatility = options.volatility.unwrap_or(function.volatility);
            function.strict = options.strict.unwrap_or(function.strict);
            function.security_definer = options.security_definer.unwrap_or(function.security_definer);
            function.sets.extend(self.set_by(common));
        } else if let Some(language) = node.child(kind::NonReservedWord_or_Sconst) {
            function.language = word_or_string(language);
        } else if let Some(body) = node.child(kind::func_as) {
            function.body_range = body.child(kind::Sconst).map(|s| self.range(s));
        } else if node.has(kind::kw_window) {
            function.kind = FunctionKind::Window;
        }
    }

    /// The parameter of SET … among a function's options.
    fn set_by(&self, common: Node<'_>) -> Option<Name> {
        let clause = common.child(kind::FunctionSetResetClause)?;
        Some(self.set_rest_more(clause.child(kind::set_rest_more)?)?.0)
    }

    /// The parameter of RESET … among a function's options.
    fn reset_by(&self, common: Node<'_>) -> Option<Name> {
        let clause = common.child(kind::FunctionSetResetClause)?;
        match self.reset(clause.child(kind::VariableResetStmt)?)? {
            Change::Set(set) => Some(set.parameter),
            _ => None,
        }
    }

    /// One argument, in any of the lists that hold arguments.
    pub(super) fn argument(&self, node: Node<'_>) -> Option<Argument> {
        let mut arg = node;
        while arg.kind() != kind::func_arg {
            arg = arg.child(kind::func_arg)?;
        }
        Some(Argument {
            name: self.child_ident(arg, kind::param_name),
            mode: arg.child(kind::arg_class).map_or(ArgumentMode::In, argument_mode),
            ty: self.type_ref(arg.child(kind::func_type)?),
            has_default: node.has(kind::a_expr),
        })
    }

    fn table_column(&self, node: Node<'_>) -> Option<Argument> {
        Some(Argument {
            name: self.child_ident(node, kind::param_name),
            mode: ArgumentMode::Table,
            ty: self.type_ref(node.child(kind::func_type)?),
            has_default: false,
        })
    }

    /// CREATE AGGREGATE, of the new style and of the old, where BASETYPE is an option.
    pub(super) fn create_aggregate(&self, node: Node<'_>) -> Option<Change> {
        let arguments = match node.child(kind::aggr_args) {
            Some(args) => {
                let lists = args.all().filter(|c| c.kind() == kind::aggr_args_list);
                let elements = lists.flat_map(|l| l.list(kind::aggr_arg));
                elements.filter_map(|a| self.argument(a)).collect()
            }
            None => self
                .base_type(node.child(kind::old_aggr_definition)?)
                .into_iter()
                .collect(),
        };
        Some(Change::CreateFunction(Box::new(CreateFunction {
            name: self.child_object(node, kind::func_name)?,
            kind: FunctionKind::Aggregate,
            or_replace: node.has(kind::opt_or_replace),
            arguments,
            returns: None,
            language: Name::new("internal"),
            volatility: Volatility::Immutable,
            security_definer: false,
            strict: false,
            sets: Vec::new(),
            body: Vec::new(),
            body_range: None,
        })))
    }

    fn base_type(&self, definition: Node<'_>) -> Option<Argument> {
        let list = definition.child(kind::old_aggr_list)?.list(kind::old_aggr_elem);
        let base = list.into_iter().find(|e| {
            e.named()
                .next()
                .is_some_and(|n| name_of(n).as_str() == "basetype")
        })?;
        let value = base.child(kind::def_arg)?;
        let any = super::table::literal(value).eq_ignore_ascii_case("any");
        let ty = value.child(kind::func_type).filter(|_| !any)?;
        Some(Argument {
            name: None,
            mode: ArgumentMode::In,
            ty: self.type_ref(ty),
            has_default: false,
        })
    }

    /// `AlterFunctionStmt`.
    pub(super) fn alter_function(&self, node: Node<'_>) -> Option<Change> {
        let mut change = AlterFunction {
            object: self.signature(node.child(kind::function_with_argtypes)?),
            volatility: None,
            security_definer: None,
            strict: None,
            sets: Vec::new(),
            resets: Vec::new(),
        };
        for option in node
            .child(kind::alterfunc_opt_list)?
            .list(kind::common_func_opt_item)
        {
            let options = common_option(option);
            change.volatility = options.volatility.or(change.volatility);
            change.strict = options.strict.or(change.strict);
            change.security_definer = options.security_definer.or(change.security_definer);
            change.sets.extend(self.set_by(option));
            change.resets.extend(self.reset_by(option));
        }
        Some(Change::AlterFunction(change))
    }
}

/// Options that CREATE FUNCTION and ALTER FUNCTION share.
#[derive(Default)]
struct CommonOptions {
    volatility: Option<Volatility>,
    strict: Option<bool>,
    security_definer: Option<bool>,
}

fn common_option(node: Node<'_>) -> CommonOptions {
    let mut options = CommonOptions::default();
    match node.named().next().map_or(Kind::NONE, |n| n.kind()) {
        kind::kw_immutable => options.volatility = Some(Volatility::Immutable),
        kind::kw_stable => options.volatility = Some(Volatility::Stable),
        kind::kw_volatile => options.volatility = Some(Volatility::Volatile),
        kind::kw_strict | kind::kw_returns => options.strict = Some(true),
        kind::kw_called => options.strict = Some(false),
        kind::kw_security | kind::kw_external => options.security_definer = Some(node.has(kind::kw_definer)),
        _ => {}
    }
    options
}

fn argument_mode(class: Node<'_>) -> ArgumentMode {
    match (class.has(kind::kw_in), class.has(kind::kw_out)) {
        (true, true) => ArgumentMode::InOut,
        (true, false) => ArgumentMode::In,
        (false, true) => ArgumentMode::Out,
        (false, false) if class.has(kind::kw_inout) => ArgumentMode::InOut,
        (false, false) => ArgumentMode::Variadic,
    }
}

/// A language: a word, or a string that means one.
pub(super) fn word_or_string(node: Node<'_>) -> Name {
    match node.child(kind::Sconst).and_then(|s| s.string_value()) {
        Some(value) => Name::new(value.to_ascii_lowercase()),
        None => name_of(node),
    }
}
