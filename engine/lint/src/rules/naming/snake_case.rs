//! ## What it does
//!
//! Reports tables, views and columns whose names aren't snake_case: lower-case letters, digits and underscores, with no
//! digit in front.
//!
//! ## Why is this bad?
//!
//! PostgreSQL folds unquoted names to lower case. Any other name has to be quoted everywhere, by everyone, for ever.
//!
//! ```sql bad
//! CREATE TABLE "OrderItems" (id bigint PRIMARY KEY);
//! ```
//!
//! ```sql bad
//! CREATE TABLE orders (id bigint PRIMARY KEY, "placedAt" timestamptz);
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE TABLE order_items (id bigint PRIMARY KEY, placed_at timestamptz);
//! CREATE TABLE OrderItems2 (id bigint PRIMARY KEY);
//! ```

use confiture_schema::catalog::RelationKind;
use confiture_syntax::Name;

use crate::Severity;
use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, OptionDefault, Rule, RuleOption, Scope};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "snake-case",
    summary: "A table or column has to be quoted because its name isn't snake_case",
    severity: Severity::Info,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Naming],
    aliases: &["naming-convention", "naming-conventions"],
    provenance: &[],
    options: &[
        RuleOption {
            name: "tables",
            summary: "How tables and views are named: `snake_case` or `any`",
            default: OptionDefault::Text("snake_case"),
        },
        RuleOption {
            name: "columns",
            summary: "How columns are named: `snake_case` or `any`",
            default: OptionDefault::Text("snake_case"),
        },
    ],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    let relation = context.relation;
    if relation.kind == RelationKind::Sequence {
        return;
    }
    let options = sink.options();
    if options.text("tables") == "snake_case" && !is_snake_case(&context.name.name) {
        let what = if relation.kind == RelationKind::View {
            "view"
        } else {
            "table"
        };
        let message = format!("{what} {} is not snake_case", context.name);
        let help = format!("call it `{}`", suggestion(&context.name.name));
        sink.report_origin(Subject::relation(context.name), relation.origin, message)
            .help(help);
    }
    let columns = if relation.view.is_some() {
        &[]
    } else {
        relation.columns.as_slice()
    };
    if options.text("columns") != "snake_case" {
        return;
    }
    for column in columns.iter().filter(|c| !c.inherited && !is_snake_case(&c.name)) {
        let message = format!("column `{}` of {} is not snake_case", column.name, context.name);
        let help = format!("call it `{}`", suggestion(&column.name));
        sink.report_origin(Subject::part(context.name, &column.name), column.origin, message)
            .help(help);
    }
}

/// Letters that have no lower case count as lower case.
fn is_snake_case(name: &Name) -> bool {
    let name = name.as_str();
    let fits = |c: char| c == '_' || c.is_ascii_digit() || (c.is_alphabetic() && !c.is_uppercase());
    name.chars().all(fits) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// `OrderItems` → `order_items`, `HTTPStatus` → `http_status`.
fn suggestion(name: &Name) -> String {
    let chars: Vec<char> = name.as_str().chars().collect();
    let mut out = String::new();
    for (i, &c) in chars.iter().enumerate() {
        let previous = i.checked_sub(1).map(|p| chars[p]);
        let next_is_lower = chars.get(i + 1).is_some_and(|n| n.is_lowercase());
        let word_begins = c.is_uppercase()
            && previous.is_some_and(|p| {
                p.is_lowercase() || p.is_ascii_digit() || (p.is_uppercase() && next_is_lower)
            });
        if !c.is_alphanumeric() || word_begins {
            out.push('_');
        }
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        }
    }
    if out.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{out}")
    } else {
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_are_snake_case() {
        for (name, wanted) in [
            ("OrderItems", "order_items"),
            ("HTTPStatus", "http_status"),
            ("createdAt", "created_at"),
            ("2fa", "_2fa"),
            ("a b", "a_b"),
        ] {
            assert_eq!(suggestion(&Name::new(name)), wanted);
            assert!(is_snake_case(&Name::new(wanted)));
        }
    }
}
