//! Which reader reads which statement.

use confiture_syntax::{Node, Syntax};

use super::other::{Transactional, other};
use super::{Children, Reader, kind};
use crate::change::Change;

impl Reader<'_> {
    /// The changes of a statement that has a text of its own, so that bodies inside it can be read too.
    pub(super) fn statement(&self, node: Node<'_>, syntax: &Syntax) -> Vec<Change> {
        let Some(node) = innermost(node) else {
            return Vec::new();
        };
        let first = syntax.statement().is_some_and(|s| s.range() == node.range());
        let changes = match node.kind() {
            // Bodies are told of the first statement only.
            kind::DoStmt if !first => None,
            kind::CreateFunctionStmt if !first => return self.plain_statement(node),
            kind::CreateFunctionStmt => self.create_function(node, self.bodies(syntax)).map(|c| vec![c]),
            kind::DoStmt => Some(vec![self.do_block(node, syntax)]),
            kind::ExplainStmt => self.explain(node, syntax),
            _ => return self.plain_statement(node),
        };
        changes.unwrap_or_else(|| self.unmodelled(node))
    }

    fn unmodelled(&self, node: Node<'_>) -> Vec<Change> {
        vec![self.unknown("a form of the statement that is not modelled", node.range())]
    }

    /// The changes of a statement without regard to bodies inside it.
    pub(super) fn plain_statement(&self, node: Node<'_>) -> Vec<Change> {
        let Some(node) = innermost(node) else {
            return Vec::new();
        };
        match node.kind() {
            kind::SelectStmt => return self.select(node),
            kind::DiscardStmt => return self.discard(node),
            kind::CreateSchemaStmt => {
                return self.create_schema(node).unwrap_or_else(|| self.unmodelled(node));
            }
            _ => {}
        }
        let change = self
            .table_statement(node)
            .or_else(|| self.object_statement(node))
            .or_else(|| self.other_statement(node))
            .or_else(|| self.session_statement(node))
            .or_else(|| self.opaque_statement(node));
        change.map_or_else(|| self.unmodelled(node), |change| vec![change])
    }

    /// Tables and what belongs to them, and rows.
    fn table_statement(&self, node: Node<'_>) -> Option<Change> {
        match node.kind() {
            kind::InsertStmt | kind::UpdateStmt | kind::DeleteStmt | kind::MergeStmt => {
                Some(self.query_change(node))
            }
            kind::CallStmt => Some(self.query_change(node)),
            kind::CreateStmt | kind::CreateForeignTableStmt => self.create_table(node),
            kind::AlterTableStmt => self.alter_table(node),
            kind::IndexStmt => self.create_index(node),
            kind::CreateAsStmt | kind::CreateMatViewStmt => self.create_table_as(node),
            kind::ViewStmt => self.create_view(node),
            kind::RefreshMatViewStmt => self.refresh(node),
            kind::CreateSeqStmt => self.create_sequence(node),
            kind::AlterSeqStmt => self.alter_sequence(node),
            kind::CreateTrigStmt => self.create_trigger(node),
            kind::RuleStmt => self.create_rule(node),
            kind::CreatePolicyStmt => self.create_policy(node),
            kind::AlterPolicyStmt => self.alter_policy(node),
            kind::ReindexStmt => self.reindex(node),
            kind::ClusterStmt => self.cluster(node),
            kind::TruncateStmt => self.truncate(node),
            kind::LockStmt => self.lock(node),
            kind::VacuumStmt | kind::AnalyzeStmt => self.vacuum(node),
            kind::CopyStmt => self.copy(node),
            kind::ExecuteStmt => self.execute(node),
            kind::PrepareStmt => self.prepare(node),
            kind::DeclareCursorStmt => node.child(kind::SelectStmt).map(|s| self.query_change(s)),
            _ => None,
        }
    }

    /// Schemas, types, functions, and what goes for objects of every kind.
    fn object_statement(&self, node: Node<'_>) -> Option<Change> {
        match node.kind() {
            kind::DropStmt => self.drop(node),
            kind::RemoveFuncStmt | kind::RemoveAggrStmt | kind::RemoveOperStmt => self.drop_routines(node),
            kind::DropCastStmt | kind::DropOpClassStmt | kind::DropOpFamilyStmt => self.drop_one(node),
            kind::DropTransformStmt | kind::DropSubscriptionStmt => self.drop_one(node),
            kind::DropTableSpaceStmt | kind::DropUserMappingStmt => self.drop_one(node),
            kind::DropRoleStmt => self.drop_roles(node),
            kind::RenameStmt => self.rename(node),
            kind::AlterObjectSchemaStmt => self.set_schema(node),
            kind::AlterOwnerStmt => self.set_owner(node),
            kind::CommentStmt => self.comment(node),
            kind::GrantStmt | kind::RevokeStmt => self.grant(node),
            kind::GrantRoleStmt | kind::RevokeRoleStmt => self.grant_role(node),
            kind::CreateExtensionStmt => self.create_extension(node),
            kind::DefineStmt if node.has(kind::kw_aggregate) => self.create_aggregate(node),
            kind::DefineStmt if node.has(kind::kw_type) => self.create_type(node),
            kind::DefineStmt => self.create_other(node),
            kind::AlterEnumStmt => self.alter_enum(node),
            kind::AlterCompositeTypeStmt => self.alter_composite(node),
            kind::AlterTypeStmt => self.alter_type_properties(node),
            kind::CreateDomainStmt => self.create_domain(node),
            kind::AlterDomainStmt => self.alter_domain(node),
            kind::CreateFunctionStmt => self.create_function(node, Vec::new()),
            kind::AlterFunctionStmt => self.alter_function(node),
            _ => None,
        }
    }

    /// Objects kept by name.
    fn other_statement(&self, node: Node<'_>) -> Option<Change> {
        match node.kind() {
            kind::CreateAmStmt
            | kind::CreateCastStmt
            | kind::CreateConversionStmt
            | kind::CreateEventTrigStmt
            | kind::CreateFdwStmt
            | kind::CreateForeignServerStmt
            | kind::CreateGroupStmt
            | kind::CreateOpClassStmt
            | kind::CreateOpFamilyStmt
            | kind::CreatePLangStmt
            | kind::CreatePublicationStmt
            | kind::CreateRoleStmt
            | kind::CreateSubscriptionStmt
            | kind::CreateTableSpaceStmt
            | kind::CreateTransformStmt
            | kind::CreateUserMappingStmt
            | kind::CreateUserStmt => self.create_other(node),
            kind::CreateStatsStmt => self.create_statistics(node),
            kind::AlterRoleSetStmt if node.has(kind::kw_all) => {
                Some(other("ALTER ROLE", Transactional::Inside))
            }
            kind::AlterCollationStmt
            | kind::AlterEventTrigStmt
            | kind::AlterFdwStmt
            | kind::AlterForeignServerStmt
            | kind::AlterGroupStmt
            | kind::AlterOpFamilyStmt
            | kind::AlterOperatorStmt
            | kind::AlterPublicationStmt
            | kind::AlterRoleSetStmt
            | kind::AlterRoleStmt
            | kind::AlterStatsStmt
            | kind::AlterSubscriptionStmt
            | kind::AlterTSConfigurationStmt
            | kind::AlterTSDictionaryStmt
            | kind::AlterTblSpcStmt
            | kind::AlterUserMappingStmt => self.alter_other(node),
            kind::AlterObjectDependsStmt => self.depends(node),
            _ => None,
        }
    }

    /// The session, its transaction, and what touches no relation.
    fn session_statement(&self, node: Node<'_>) -> Option<Change> {
        use Transactional::{Inside, Outside};
        let (tag, transactional) = match node.kind() {
            kind::VariableSetStmt => return self.set(node),
            kind::VariableResetStmt => return self.reset(node),
            kind::TransactionStmt | kind::TransactionStmtLegacy => return self.transaction(node),
            kind::ConstraintsSetStmt => return Some(Change::Transaction(crate::change::Transaction::Mode)),
            kind::VariableShowStmt => ("SHOW", Inside),
            kind::CheckPointStmt => ("CHECKPOINT", Inside),
            kind::ClosePortalStmt => ("CLOSE CURSOR", Inside),
            kind::DeallocateStmt => ("DEALLOCATE", Inside),
            kind::FetchStmt => ("FETCH", Inside),
            kind::ListenStmt => ("LISTEN", Inside),
            kind::UnlistenStmt => ("UNLISTEN", Inside),
            kind::NotifyStmt => ("NOTIFY", Inside),
            kind::LoadStmt => ("LOAD", Inside),
            kind::SecLabelStmt => ("SECURITY LABEL", Inside),
            kind::AlterDefaultPrivilegesStmt => ("ALTER DEFAULT PRIVILEGES", Inside),
            kind::AlterExtensionContentsStmt => ("ALTER EXTENSION", Inside),
            kind::AlterDatabaseSetStmt => ("ALTER DATABASE", Inside),
            kind::AlterDatabaseStmt if node.has(kind::kw_tablespace) => ("ALTER DATABASE", Outside),
            kind::AlterDatabaseStmt => ("ALTER DATABASE", Inside),
            kind::CreatedbStmt => ("CREATE DATABASE", Outside),
            kind::DropdbStmt => ("DROP DATABASE", Outside),
            kind::AlterSystemStmt => ("ALTER SYSTEM", Outside),
            // Parses and is refused, always.
            kind::CreateAssertionStmt => ("CREATE ASSERTION", Inside),
            _ => return None,
        };
        Some(other(tag, transactional))
    }

    /// Statements whose effect is not in their text.
    fn opaque_statement(&self, node: Node<'_>) -> Option<Change> {
        let reason = match node.kind() {
            kind::DropOwnedStmt => "drops whatever the roles own",
            kind::ReassignOwnedStmt => "changes the owner of whatever the roles own",
            kind::ImportForeignSchemaStmt => "creates the tables that another server has",
            kind::AlterExtensionStmt => "runs the extension's own update script",
            _ => return None,
        };
        Some(self.unknown(reason, node.range()))
    }
}

/// The statement's own node inside the grammar's wrappers.
fn innermost(node: Node<'_>) -> Option<Node<'_>> {
    let mut node = node;
    while matches!(
        node.kind(),
        kind::toplevel_stmt
            | kind::stmt
            | kind::routine_body_stmt
            | kind::schema_stmt
            | kind::PreparableStmt
            | kind::ExplainableStmt
    ) {
        node = node.named().next()?;
    }
    Some(node)
}
