//! ## What it does
//!
//! Reports a policy whose condition calls `current_setting` or another function that gives the same all through a
//! statement, without a sub-SELECT around the call.
//!
//! ## Why is this bad?
//!
//! The condition is evaluated for every row, and so is the call. In a sub-SELECT, PostgreSQL calls it once before it
//! begins.
//!
//! ```sql given
//! CREATE TABLE orders (id bigint PRIMARY KEY, tenant_id text);
//! ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
//! ```
//!
//! ```sql bad
//! CREATE POLICY own_orders ON orders USING (tenant_id = current_setting('app.tenant'));
//! ```
//!
//! ```sql bad schema
//! CREATE POLICY own_orders ON orders USING (tenant_id = current_setting('app.tenant'));
//! ```
//!
//! ## Instead
//!
//! ```sql good
//! CREATE POLICY own_orders ON orders USING (tenant_id = (SELECT current_setting('app.tenant')));
//! ```

use confiture_schema::catalog::{Catalog, Policy, Volatility};
use confiture_schema::change::ObjectRef;
use confiture_schema::expr::Expr;
use confiture_syntax::lexer::{Dialect, Lexer, TokenKind};
use confiture_syntax::{Name, TextRange};

use crate::context::{RelationContext, Sink, Subject};
use crate::rule::{Activation, Category, Check, Rule, Scope, pgls};
use crate::{Fix, Safety, Severity};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "policy-calls-per-row",
    summary: "A policy calls a function for every row that it could call once",
    severity: Severity::Info,
    activation: Activation::Default,
    scope: Scope::Everywhere,
    categories: &[Category::Performance, Category::Security],
    aliases: &[],
    provenance: &[pgls("authRlsInitplan")],
    options: &[],
    check: Check::Relation(check),
};

fn check(context: &RelationContext<'_>, sink: &mut Sink<'_>) {
    for (name, policy) in context.relation.policies.iter() {
        // In a condition with a sub-SELECT, which calls stand in it isn't known.
        let conditions: Vec<&Expr> = policy
            .using
            .iter()
            .chain(&policy.check)
            .filter(|e| !e.facts.subquery && !e.facts.incomplete)
            .collect();
        let Some(call) = conditions
            .iter()
            .flat_map(|e| &e.facts.functions)
            .find(|call| is_stable(context.catalog, call))
        else {
            continue;
        };
        let message = format!(
            "policy `{name}` of {} calls `{}` for every row",
            context.name, call.name
        );
        let fix = cure(context, sink, name, policy);
        let finding = sink.report_origin(Subject::part(context.name, name), policy.origin, message);
        finding.help("put the call into a sub-SELECT, which is evaluated once: (SELECT …)");
        if let Some(fix) = fix {
            finding.fix(fix);
        }
    }
}

/// Whether a function gives the same all through a statement, as far as the files say, and is worth calling only once.
fn is_stable(catalog: &Catalog, call: &ObjectRef) -> bool {
    let schema = call.schema.as_ref().map(Name::as_str);
    if call.name.as_str() == "current_setting" && schema.is_none_or(|s| s == "pg_catalog") {
        return true;
    }
    let mut known = catalog.functions.iter().filter(|(key, _)| {
        key.name.name == call.name
            && call
                .schema
                .as_ref()
                .is_none_or(|schema| *schema == key.name.schema)
    });
    // Without arguments: what depends on the row has to be called for each.
    let one = known.next();
    one.is_some_and(|(key, function)| key.arguments.is_empty() && function.volatility == Volatility::Stable)
        && known.next().is_none()
}

/// The same policy with each call in a sub-SELECT.
fn cure(context: &RelationContext<'_>, sink: &Sink<'_>, name: &Name, policy: &Policy) -> Option<Fix> {
    let text = sink.text(policy.origin)?;
    let mut fix = Fix::new("Call it once, in a sub-SELECT", Safety::Unsafe);
    let mut clauses = String::new();
    for (word, condition) in [("USING", &policy.using), ("WITH CHECK", &policy.check)] {
        let Some(condition) = condition else { continue };
        // ALTER POLICY, or a renamed column, may have put another text in the place of the one that stands there.
        let range = condition.range.start as usize..condition.range.end as usize;
        text.get(range).filter(|text| **text == *condition.text)?;
        let stable = condition
            .facts
            .functions
            .iter()
            .filter(|c| is_stable(context.catalog, c));
        let calls: Option<Vec<TextRange>> = stable.map(|call| call_range(text, call.range)).collect();
        let calls = outermost(calls?);
        clauses.push_str(&format!(" {word} ({})", wrapped(text, condition.range, &calls)?));
        if !context.all.is_migrated(policy.origin) {
            for range in calls {
                let call = text.get(range.start as usize..range.end as usize)?;
                fix = fix.edit(sink.edit(policy.origin, range, format!("(SELECT {call})"))?);
            }
        }
    }
    let table = context.name.quoted();
    Some(fix.migration(format!("ALTER POLICY {} ON {table}{clauses};", name.quoted())))
}

/// Ranges without those that lie within another one before them.
fn outermost(calls: Vec<TextRange>) -> Vec<TextRange> {
    let mut end = 0;
    let mut outer = Vec::new();
    for call in calls {
        if call.start >= end {
            end = call.end;
            outer.push(call);
        }
    }
    outer
}

/// The range of a call whose function's name stands at `name`.
fn call_range(text: &str, name: TextRange) -> Option<TextRange> {
    let mut depth = 0_usize;
    for token in Lexer::new(text.get(name.end as usize..)?, Dialect::Server) {
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen if depth == 1 => {
                return Some(TextRange::new(name.start, token.range.end + name.end));
            }
            TokenKind::RightParen => depth = depth.checked_sub(1)?,
            kind if depth == 0 && !kind.is_trivia() => return None,
            _ => {}
        }
    }
    None
}

/// A condition's text with `(SELECT …)` around some of its stretches.
fn wrapped(text: &str, condition: TextRange, calls: &[TextRange]) -> Option<String> {
    let mut result = String::new();
    let mut at = condition.start as usize;
    for call in calls {
        result.push_str(text.get(at..call.start as usize)?);
        let inner = text.get(call.start as usize..call.end as usize)?;
        result.push_str(&format!("(SELECT {inner})"));
        at = call.end as usize;
    }
    result.push_str(text.get(at..condition.end as usize)?);
    Some(result)
}
